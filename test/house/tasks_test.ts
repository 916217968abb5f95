import { assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { testPermissions } from "../_permissions.ts";

/** What a command line is allowed beyond the least: all, the network, or a kind of thing without names. */
function tooMuch(command: string): string[] {
  return command.split(/\s+/).filter((flag) =>
    /^(-\w*A\w*|--allow-all|--allow-(net|ffi|import)\b.*|-[NEWRS]\b.*)$/.test(flag) ||
    /^--allow-(env|run|sys)$/.test(flag)
  );
}

Deno.test("a blanket permission is found in a made-up task", () => {
  assertEquals(tooMuch("deno run -A x.ts"), ["-A"]);
  assertEquals(tooMuch("deno run --allow-env --allow-net=a.com --allow-run=deno x.ts"), [
    "--allow-env",
    "--allow-net=a.com",
  ]);
});

for (const [name, { command }] of Object.entries(config.tasks)) {
  Deno.test(`task ${name} has no blanket permission and no network`, () => {
    assertEquals(tooMuch(command), []);
    assertStringIncludes(command, "--no-prompt");
  });
}

Deno.test("the tests run without a blanket permission and without network", () => {
  const flags = testPermissions({ root: "/repository", temp: "/tmp/run", programs: [] });
  assertEquals(tooMuch(flags.join(" ")), []);
  assertEquals(flags.includes("--allow-write=/tmp/run"), true);
  assertEquals(flags.some((flag) => /^--allow-(read|write)$/.test(flag)), false);
});

Deno.test("./run lists every task with its description", async () => {
  const script = await Deno.readTextFile(new URL("../../run", import.meta.url));
  const width = Math.max(...Object.keys(config.tasks).map((name) => name.length));
  for (const [name, { description }] of Object.entries(config.tasks)) {
    assertStringIncludes(script, `\n  ${name.padEnd(width)}  ${description}\n`);
  }
});
