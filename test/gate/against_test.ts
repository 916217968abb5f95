import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { checkOut, GitRefError } from "../../bench/against_worktree.ts";
import { testUnless } from "../_skip.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url)).replace(/[\\/]$/, "");
const WORKER = await Deno.readTextFile(new URL("_fake_worker.ts", import.meta.url));
const reason = await whyNoGit();

async function whyNoGit(): Promise<string | undefined> {
  try {
    await new Deno.Command("git", { args: ["--version"], stdout: "null" }).output();
  } catch (error) {
    return error instanceof Deno.errors.NotFound
      ? "no git on this machine; install it"
      : "git may not be run; add it to --allow-run";
  }
}

/** A throwaway folder with a repository in it, and what git leaves behind. */
class Repository implements AsyncDisposable {
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

testUnless("checkOut() checks a version out and removes it, hooks unasked", reason, async () => {
  await using repository = await Repository.make();
  await repository.write("bench/worker.ts", "old");
  await repository.write(
    ".git/hooks/post-checkout",
    `#!/bin/sh\ntouch "${repository.temp}/hook"\n`,
  );
  await Deno.chmod(join(repository.path, ".git/hooks/post-checkout"), 0o755);
  await repository.commit("v1");
  await repository.write("bench/worker.ts", "new");
  let path: string;
  {
    await using tree = await checkOut(repository.path, "v1");
    path = tree.path;
    assertEquals(tree.commit, await repository.git("rev-parse", "v1"));
    assertEquals(await Deno.readTextFile(join(path, "bench/worker.ts")), "old");
    await assertRejects(() => Deno.stat(join(path, "node_modules")), Deno.errors.NotFound);
    assertEquals(await repository.worktrees(), 2);
  }
  await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
  assertEquals(await repository.worktrees(), 1);
  await assertRejects(() => Deno.stat(join(repository.temp, "hook")), Deno.errors.NotFound);
});

testUnless("checkOut() says in one line what is wrong with a ref", reason, async () => {
  await using repository = await Repository.make();
  await repository.commit("empty");
  await repository.write("bench/worker.ts", "");
  await repository.commit("v1");
  const inner = join(repository.path, "inner");
  await Deno.mkdir(inner);
  const shallow = join(repository.temp, "shallow");
  await repository.git("clone", "--quiet", "--depth=1", `file://${repository.path}`, shallow);
  const outside = join(repository.temp, "outside");
  await Deno.mkdir(outside);
  const refused: [root: string, ref: string, usage: boolean, says: string][] = [
    [repository.path, "no-such", true, "git knows no commit of that name"],
    [repository.path, "--all", true, "git knows no commit of that name"],
    [repository.path, "empty", true, "it has no bench/worker.ts"],
    [shallow, "HEAD~1", false, "this clone is shallow"],
    [inner, "v1", false, "is not a git checkout"],
    [outside, "v1", false, "git refuses"],
  ];
  for (const [root, ref, usage, says] of refused) {
    const error = await assertRejects(() => checkOut(root, ref), GitRefError, says);
    assertEquals([error.usage, error.message.includes("\n")], [usage, false]);
    assert(error.message.startsWith(`Cannot compare with "${ref}": `), error.message);
  }
  assertEquals(await repository.worktrees(), 1);
});

testUnless("checkOut() leaves nothing behind when aborted", reason, async () => {
  await using repository = await Repository.make();
  await repository.write("bench/worker.ts", "");
  await repository.commit("v1");
  const controller = new AbortController();
  const done = checkOut(repository.path, "v1", controller.signal);
  controller.abort(new Error("enough"));
  await assertRejects(() => done, Error, "enough");
  assertEquals(await repository.worktrees(), 1);
});

/** This project with a fake worker, committed; its packages come from Deno's cache. */
async function projectWith(repository: Repository): Promise<void> {
  for (const folder of ["bench", "src", "reference"]) {
    await copy(join(ROOT, folder), join(repository.path, folder));
  }
  for (const file of ["deno.json", "deno.lock", ".gitignore"]) {
    await Deno.copyFile(join(ROOT, file), join(repository.path, file));
  }
  await repository.write("bench/worker.ts", WORKER);
  await repository.commit("fast");
  await repository.write("bench/worker.ts", WORKER.replace("number = 1;", "number = 1.2;"));
  await repository.commit("slow");
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copy(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}

async function benchAgainst(repository: Repository, ref: string) {
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", "--cached-only"],
      ...[`--config=${join(repository.path, "deno.json")}`],
      ...["--allow-read", `--allow-write=${repository.temp}`, "--allow-run=deno,git"],
      ...["--allow-env=CT_ORGAN_ADAPTER,INIT_CWD", "--allow-sys=cpus,osRelease,systemMemoryInfo"],
      join(repository.path, "src/cli/main.ts"),
      ...["bench", "--suite", "random", "--quick", "--against", ref],
    ],
    env: { TMPDIR: repository.temp, TEMP: repository.temp, TMP: repository.temp },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), error: text(stderr).trimEnd().split("\n").at(-1)! };
}

testUnless(
  "bench --against ends with 4 on a planted slowdown, with 0 on itself",
  reason,
  async () => {
    await using repository = await Repository.make();
    await projectWith(repository);
    const slower = await benchAgainst(repository, "fast");
    assertEquals(slower.code, 4, slower.error);
    assertStringIncludes(slower.error, "ct-organ bench: Cannot pass the gate: ");
    assertStringIncludes(slower.error, "slower than fast");
    assertStringIncludes(slower.error, "by 1.20 x");
    assertStringIncludes(slower.stdout, "SLOWER  random/philox: ");
    assertStringIncludes(slower.stdout, "not compared: random/normal: ");
    assertStringIncludes(slower.stdout, "at fast: Cannot load kernel: unknown");
    await repository.git("checkout", "--quiet", "slow");
    const same = await benchAgainst(repository, "slow");
    assertEquals(same.code, 0, same.error);
    assertStringIncludes(same.stdout, "0 slower, 0 faster");
    const unknown = await benchAgainst(repository, "gone");
    assertEquals(unknown.code, 2, unknown.error);
    assertEquals(await repository.worktrees(), 1);
    const left = await Array.fromAsync(Deno.readDir(repository.temp), ({ name }) => name);
    assertEquals(left.filter((name) => name.startsWith("ct-organ-")), []);
  },
);
