import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import config from "../../deno.json" with { type: "json" };
import { augmentCommand } from "../../src/cli/augment.ts";
import { benchCommand } from "../../src/cli/bench.ts";
import { checkDataCommand } from "../../src/cli/check_data.ts";
import type { Command } from "../../src/cli/command.ts";
import { datasetCommand } from "../../src/cli/dataset.ts";
import { doctorCommand } from "../../src/cli/doctor.ts";
import { exportCommand } from "../../src/cli/export.ts";
import { formatHelp } from "../../src/cli/help.ts";
import { labelCommand } from "../../src/cli/label.ts";
import { phantomCommand } from "../../src/cli/phantom.ts";
import { reproduceCommand } from "../../src/cli/reproduce.ts";

const commands: Command[] = [
  reproduceCommand,
  benchCommand,
  labelCommand,
  augmentCommand,
  exportCommand,
  checkDataCommand,
  phantomCommand,
  datasetCommand,
  doctorCommand,
];

async function main(...args: string[]) {
  const program = fromFileUrl(new URL("../../src/cli/main.ts", import.meta.url));
  const config = fromFileUrl(new URL("../../deno.json", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: ["run", "--no-prompt", "--config", config, program, ...args],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr).trimEnd() };
}

Deno.test("main() refuses an unknown command and names the nearest", async () => {
  const { code, stderr } = await main("lable");
  assertEquals(code, 2);
  assertMatch(stderr, /^ct-organ: Cannot run "lable": .*"label"$/);
});

Deno.test("main() lists the commands with --help, and without a command", async () => {
  const asked = await main("--help");
  assertEquals(asked.code, 0);
  const width = Math.max(...Object.keys(config.tasks).map((name) => name.length));
  for (const { name, summary } of commands) {
    assertStringIncludes(asked.stdout, `${name.padEnd(width)}  ${summary}`);
  }
  assertEquals(await main(), { ...asked, code: 2 });
});

Deno.test("main() shows a command's help without running it", async () => {
  const { code, stdout } = await main("label", "--help");
  assertEquals([code, stdout], [0, `${formatHelp(labelCommand)}\n`]);
});

for (const command of commands) {
  Deno.test(`formatHelp() shows every flag of ${command.name}, and an example`, () => {
    const help = formatHelp(command);
    for (const [name, flag] of Object.entries(command.flags)) {
      assertMatch(help, new RegExp(`^  --${name}\\b.*  `, "m"));
      assertStringIncludes(help, flag.help);
    }
    assertStringIncludes(help, `\n  deno task ${command.name}`);
    assertEquals(
      config.tasks[command.name as keyof typeof config.tasks].description,
      command.summary,
    );
  });
}
