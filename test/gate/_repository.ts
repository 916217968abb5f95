import { assert } from "@std/assert";
import { fromFileUrl, join } from "@std/path";

const ROOT = fromFileUrl(new URL("../../", import.meta.url)).replace(/[\\/]$/, "");
const WORKER = await Deno.readTextFile(new URL("_fake_worker.ts", import.meta.url));

/** @returns Why no test can use git here; undefined if one can. */
export async function whyNoGit(): Promise<string | undefined> {
  try {
    await new Deno.Command("git", { args: ["--version"], stdout: "null" }).output();
  } catch (error) {
    return error instanceof Deno.errors.NotFound
      ? "no git on this machine; install it"
      : "git may not be run; add it to --allow-run";
  }
}

/** A throwaway folder with a repository in it, and what git leaves behind. */
export class Repository implements AsyncDisposable {
  readonly temp: string;
  readonly path: string;

  private constructor(temp: string) {
    this.temp = temp;
    this.path = join(temp, "a repository");
  }

  static async make(): Promise<Repository> {
    const temp = await Deno.realPath(await Deno.makeTempDir());
    const repository = new Repository(temp);
    await Deno.mkdir(repository.path);
    await repository.git("init", "--quiet", "--initial-branch=main");
    return repository;
  }

  async git(...args: string[]): Promise<string> {
    const who = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"];
    const { success, stdout, stderr } = await new Deno.Command("git", {
      args: ["-C", this.path, ...who, ...args],
      stdin: "null",
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim();
  }

  async write(name: string, text: string): Promise<void> {
    await Deno.mkdir(join(this.path, name, ".."), { recursive: true });
    await Deno.writeTextFile(join(this.path, name), text);
  }

  async commit(tag: string): Promise<void> {
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--allow-empty", "--message", tag);
    await this.git("tag", tag);
  }

  /** @returns The checkouts that git knows of; one is the repository itself. */
  async worktrees(): Promise<number> {
    return (await this.git("worktree", "list")).split("\n").length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.temp, { recursive: true });
  }
}

/**
 * Fills a repository with this project and a fake worker: the tag `fast`, and on top `slow`, whose worker does its work `times` over. Packages
 * come from Deno's cache.
 */
export async function projectWith(repository: Repository, times: number): Promise<void> {
  for (const folder of ["bench", "src", "reference"]) {
    await copy(join(ROOT, folder), join(repository.path, folder));
  }
  for (const file of ["deno.json", "deno.lock", ".gitignore"]) {
    await Deno.copyFile(join(ROOT, file), join(repository.path, file));
  }
  await repository.write("bench/worker.ts", WORKER);
  await repository.commit("fast");
  await repository.write("bench/worker.ts", WORKER.replace("number = 1;", `number = ${times};`));
  await repository.commit("slow");
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copy(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}

/** Runs a program of a repository with what the benchmark may do. */
export async function runIn(repository: Repository, program: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", "--cached-only"],
      ...[`--config=${join(repository.path, "deno.json")}`],
      ...["--allow-read", `--allow-write=${repository.temp}`, "--allow-run=deno,git"],
      ...["--allow-env=CT_ORGAN_ADAPTER,INIT_CWD", "--allow-sys=cpus,osRelease,systemMemoryInfo"],
      join(repository.path, program),
      ...args,
    ],
    env: { TMPDIR: repository.temp, TEMP: repository.temp, TMP: repository.temp },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), error: text(stderr).trimEnd().split("\n").at(-1)! };
}
