import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { checkOut, GitRefError, lastChange } from "../../bench/against_worktree.ts";
import { testUnless } from "../_skip.ts";
import { projectWith, Repository, runIn, whyNoGit } from "./_repository.ts";

const reason = await whyNoGit();

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

testUnless(
  "lastChange() finds the commit that changed a file last, in a whole clone",
  reason,
  async () => {
    await using repository = await Repository.make();
    await repository.write("kept/a.json", "1");
    await repository.commit("one");
    await repository.write("kept/a.json", "2");
    await repository.commit("two");
    await repository.write("kept/b.json", "1");
    await repository.commit("three");
    const path = (name: string) => join(repository.path, "kept", name);
    assertEquals(await lastChange(path("a.json")), await repository.git("rev-parse", "two"));
    await assertRejects(() => lastChange(path("c.json")), GitRefError, "it was never committed");
    const shallow = join(repository.temp, "shallow");
    await repository.git("clone", "--quiet", "--depth=1", `file://${repository.path}`, shallow);
    await assertRejects(() => lastChange(join(shallow, "kept/a.json")), GitRefError, "is shallow");
  },
);

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

const benchAgainst = (repository: Repository, ref: string) =>
  runIn(
    repository,
    "src/cli/main.ts",
    ...["bench", "--suite", "random", "--quick", "--against", ref],
  );

testUnless(
  "bench --against ends with 4 on a planted slowdown, with 0 on itself",
  reason,
  async () => {
    await using repository = await Repository.make();
    await projectWith(repository, 1.2);
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
