import { join, resolve } from "@std/path";

/** What a run rests on: files that git knows or could, in a checkout. */
const SOURCES = ["src", "bench", "reference", "mod.ts", "deno.json", "deno.lock"];

/**
 * Whether sources of a checkout differ from its commit, as git tells.
 *
 * @returns Undefined where there is no repository, or git is not there or may not be run.
 */
export async function gitDirty(folder: string): Promise<boolean | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["-C", folder, "status", "--porcelain", "--", ...SOURCES],
      stdin: "null",
      stderr: "null",
    }).output();
    return success ? stdout.length > 0 : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The commit that is checked out in a folder, read from git's files, or that its sources were packed from: no program is run.
 *
 * @returns 40 or 64 hexadecimal digits, or undefined where there is no repository or it may not be read.
 */
export async function gitCommit(folder: string): Promise<string | undefined> {
  const git = await gitFolder(folder);
  const head = git && await textOf(join(git, "HEAD"));
  // The archive that the task pack makes has no repository, but this file.
  if (!git || !head) return commitOf(await textOf(join(folder, "COMMIT")) ?? "");
  const ref = /^ref: (.+)$/.exec(head)?.[1];
  if (!ref) return commitOf(head);
  // A second worktree keeps its branches in the first one's folder.
  const common = await textOf(join(git, "commondir"));
  for (const place of [git, ...common ? [resolve(git, common)] : []]) {
    const loose = await textOf(join(place, ref));
    if (loose) return commitOf(loose);
    const packed = await textOf(join(place, "packed-refs"));
    const line = packed?.split("\n").find((line) => line.endsWith(` ${ref}`));
    if (line) return commitOf(line.split(" ")[0]!);
  }
  return undefined;
}

/** `.git` is a folder, or a file that names one. */
async function gitFolder(folder: string): Promise<string | undefined> {
  const git = join(folder, ".git");
  const pointer = await textOf(git);
  if (pointer === undefined) return git;
  const target = /^gitdir: (.+)$/.exec(pointer)?.[1];
  return target && resolve(folder, target);
}

function commitOf(text: string): string | undefined {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text) ? text : undefined;
}

/** A file's text without the line end, or undefined where it cannot be read. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return (await Deno.readTextFile(path)).trimEnd();
  } catch {
    return undefined;
  }
}
