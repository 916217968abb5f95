import { basename, dirname, join } from "@std/path";
import { PeerError } from "./peer.ts";

/** Another version cannot be compared with, and the person must name another or mend the checkout. */
export class GitRefError extends Error {
  override readonly name = "GitRefError";
  /** True if another ref would do: the command line is at fault, not the machine. */
  readonly usage: boolean;

  /**
   * @param ref As it was given.
   * @param reason What is wrong with it, one line.
   * @param usage Whether another ref would do.
   */
  constructor(ref: string, reason: string, usage: boolean) {
    super(`Cannot compare with "${ref}": ${reason}`);
    this.usage = usage;
  }
}

/** Another version of the project on disk; dispose of it to remove it. */
export interface Worktree extends AsyncDisposable {
  /** The checkout. */
  readonly path: string;
  /** Its commit, in hexadecimal digits. */
  readonly commit: string;
}

/** What speaks the line protocol, as a path from the root. */
export const WORKER = "bench/worker.ts";

/**
 * Checks another version out into a temporary git worktree. Its packages are not installed: a program that is started there with
 * `--cached-only` takes those of its own `deno.lock` from Deno's cache, without network and without touching the packages of this version.
 *
 * @param root This version's root, a git checkout.
 * @param ref Any name git knows a commit by.
 * @param signal Ends it early; nothing is left behind.
 * @returns The worktree.
 * @throws {GitRefError} If there is no git, no repository, no such ref, or no benchmark at that ref.
 */
export async function checkOut(
  root: string,
  ref: string,
  signal?: AbortSignal,
): Promise<Worktree> {
  const commit = await resolveRef(root, ref);
  signal?.throwIfAborted();
  // Git names the real path; on macOS the temporary folder is a link.
  const temp = await Deno.realPath(await Deno.makeTempDir({ prefix: "ct-organ-against-" }));
  const path = join(temp, "tree");
  const remove = async () => {
    // Also where the checkout was broken off: git then knows of a worktree that may not be there.
    await git(root, ["worktree", "remove", "--force", path]);
    await Deno.remove(temp, { recursive: true });
  };
  try {
    // The person's own hooks have no business with it.
    const hooks = ["-c", "core.hooksPath=/dev/null"];
    const add = [...hooks, "worktree", "add", "--quiet", "--detach", path, commit];
    const added = await git(root, add, signal);
    signal?.throwIfAborted();
    if (!added.ok) throw new GitRefError(ref, `git cannot check it out: ${added.error}`, false);
    return { path, commit, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * The commit that last changed a file of a checkout: whatever a rebase does to hashes, it is in the history that the file is in.
 *
 * @param path The file.
 * @returns Its hash.
 * @throws {GitRefError} If no commit did, or the clone is shallow and cannot tell.
 */
export async function lastChange(path: string): Promise<string> {
  const name = `the last change of ${basename(path)}`;
  const root = dirname(path);
  const shallow = await git(root, ["rev-parse", "--is-shallow-repository"]);
  if (!shallow.ok) throw new GitRefError(name, `git refuses "${root}": ${shallow.error}`, false);
  if (shallow.output === "true") {
    throw new GitRefError(name, "this clone is shallow; run git fetch --unshallow", false);
  }
  const { output } = await git(root, ["log", "-1", "--format=%H", "--", basename(path)]);
  if (output === "") throw new GitRefError(name, "it was never committed; name a commit", true);
  return output;
}

/** Finds the ref's commit and makes sure that it holds a benchmark. */
async function resolveRef(root: string, ref: string): Promise<string> {
  const top = await git(root, ["rev-parse", "--show-toplevel"]).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new GitRefError(ref, "there is no git on this machine; install it", false);
  });
  if (!top.ok) throw new GitRefError(ref, `git refuses "${root}": ${top.error}`, false);
  // An unpacked archive may lie inside a repository of something else.
  if (await Deno.realPath(top.output) !== await Deno.realPath(root)) {
    throw new GitRefError(ref, `"${root}" is not a git checkout; clone the project`, false);
  }
  const found = await git(root, [
    ...["rev-parse", "--verify", "--quiet", "--end-of-options"],
    `${ref}^{commit}`,
  ]);
  if (!found.ok) {
    const shallow = await git(root, ["rev-parse", "--is-shallow-repository"]);
    throw shallow.output === "true"
      ? new GitRefError(
        ref,
        "this clone is shallow and does not hold it; run git fetch --unshallow --tags",
        false,
      )
      : new GitRefError(ref, "git knows no commit of that name; see git log or git tag", true);
  }
  const commit = found.output;
  if (!(await git(root, ["cat-file", "-e", `${commit}:${WORKER}`])).ok) {
    throw new GitRefError(
      ref,
      `it has no ${WORKER}, so it does not speak the line protocol; name a later one`,
      true,
    );
  }
  return commit;
}

interface GitReply {
  readonly ok: boolean;
  readonly output: string;
  /** The last line on stderr. */
  readonly error: string;
}

async function git(root: string, args: readonly string[], signal?: AbortSignal): Promise<GitReply> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["-C", root, ...args],
    stdin: "null",
    ...(signal ? { signal } : {}),
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  const error = text(stderr).split("\n").at(-1)!.replace(/^(fatal|error): /, "");
  return { ok: success, output: text(stdout), error };
}

/**
 * Says that another version's program does not work, in that version's name.
 *
 * @param ref As it was given.
 * @param error What went wrong.
 * @returns What to throw.
 */
export function refFailure(ref: string, error: unknown): unknown {
  if (!(error instanceof PeerError) || error.kind !== undefined) return error;
  return new GitRefError(
    ref,
    `its benchmark does not start: ${error.reason}; if Deno's cache lacks its packages, check it out and run deno install`,
    false,
  );
}
