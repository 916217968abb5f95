import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import config from "../../deno.json" with { type: "json" };
import { testUnless } from "../_skip.ts";
import { handMade } from "../volume/_hand_made.ts";
import { Folder } from "./_command.ts";

const script = fromFileUrl(new URL("../../run", import.meta.url));
const windows = Deno.build.os === "windows" ? "a bash script; Windows uses deno task" : undefined;

async function run(args: string[], cwd: string, env: Record<string, string> = {}) {
  const command = new Deno.Command(script, {
    args,
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr).trimEnd() };
}

testUnless("./run lists the tasks with --help, and without a task", windows, async () => {
  await using folder = await Folder.make();
  const asked = await run(["--help"], folder.path);
  const unasked = await run([], folder.path);
  assertEquals([asked.code, unasked.code], [0, 2]);
  for (const name of Object.keys(config.tasks)) {
    assertMatch(asked.stdout, new RegExp(`^  ${name} `, "m"));
  }
  assertEquals(unasked.stderr, asked.stdout.trimEnd());
});

testUnless("./run refuses an unknown task in one line and names the nearest", windows, async () => {
  await using folder = await Folder.make();
  for (const [typed, meant] of [["lable", "label"], ["reprduce", "reproduce"], ["tests", "test"]]) {
    const { code, stderr } = await run([typed!], folder.path);
    assertEquals(code, 2);
    assertMatch(stderr, new RegExp(`^run: Cannot run "${typed}": .* "${meant}"; .*--help.*$`));
  }
});

testUnless("./run refuses a flag before the task", windows, async () => {
  await using folder = await Folder.make();
  const { code, stderr } = await run(["--quick", "bench"], folder.path);
  assertEquals(code, 2);
  assertMatch(stderr, /^run: Cannot run "--quick": the task stands first, .*$/);
});

testUnless(
  "./run resolves paths against the folder the person stands in, whatever INIT_CWD was before",
  windows,
  async () => {
    await using folder = await Folder.make();
    await folder.write("ct.nii", handMade());
    const { code, stderr } = await run(["label", "ct.nii", "./ct.nii"], folder.path, {
      INIT_CWD: "/",
    });
    assertEquals(code, 2);
    assertStringIncludes(stderr, `${folder.path}/ct.nii": it is the input`);
  },
);
