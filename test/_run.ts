/**
 * The task `test`: format check, lint, type check and all tests, each to its end, then every skip with its reason, the adapter,
 * and as the last line `N passed, N failed`. With arguments only the tests of the files named.
 *
 * @module
 */
import { fromFileUrl, resolve } from "@std/path";
import { findChromium } from "../src/cli/chromium.ts";
import { selectAdapter } from "../src/gpu/mod.ts";
import { testPermissions } from "./_permissions.ts";
import { tally } from "./_tally.ts";

const root = fromFileUrl(new URL("..", import.meta.url)).replace(/[\\/]$/, "");
const colours: Record<string, string> = Deno.stdout.isTerminal() ? {} : { NO_COLOR: "1" };

async function check(...args: string[]): Promise<boolean> {
  console.log(`\n$ deno ${args.join(" ")}`);
  const child = new Deno.Command("deno", { args, cwd: root, env: colours, stdin: "null" }).spawn();
  return (await child.status).success;
}

/** Runs `deno test`, shows its output and keeps it. */
async function test(args: readonly string[]) {
  const temp = await Deno.makeTempDir({ prefix: "ct-organ-test-" });
  try {
    const chromium = await findChromium();
    const peers = ["python3", "/usr/bin/python3", `${root}/.peers/itk_peer`];
    const programs = [`${root}/run`, ...chromium ? [chromium] : [], ...peers];
    const child = new Deno.Command("deno", {
      args: ["test", ...testPermissions({ root, temp, programs }), ...args],
      cwd: root,
      env: { ...colours, TMPDIR: temp, TEMP: temp, TMP: temp },
      stdin: "null",
      stdout: "piped",
    }).spawn();
    let output = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      await Deno.stdout.write(new TextEncoder().encode(text));
      output += text;
    }
    return tally(output, (await child.status).success);
  } finally {
    await Deno.remove(temp, { recursive: true });
  }
}

async function adapterLine(): Promise<string> {
  try {
    const { info } = await selectAdapter(Deno.env.get("CT_ORGAN_ADAPTER"));
    return `adapter: ${info.description} (${info.software ? "software" : "hardware"})`;
  } catch (error) {
    return `adapter: none (${(error as Error).message})`;
  }
}

const files = Deno.args.map((arg) =>
  arg.startsWith("-") ? arg : resolve(Deno.env.get("INIT_CWD") ?? root, arg)
);
// Tests start tasks from folders of their own, and `deno task` keeps this where it is set.
Deno.env.delete("INIT_CWD");
const checks = files.length > 0
  ? []
  : [await check("fmt", "--check"), await check("lint"), await check("check", "--quiet")];
console.log("\n$ deno test");
// Types are checked by now; a fault in one file must not keep the tests of all others from running.
const { passed, failed, ignored, skips } = await test(
  files.length > 0 ? files : ["--no-check", "test/"],
);
const unexplained = Math.max(0, ignored - skips.length);
for (const skip of new Set(skips)) console.log(`skip: ${skip}`);
if (unexplained > 0) console.log(`failed: ${unexplained} tests are skipped without a reason`);
console.log(await adapterLine());
const good = checks.filter(Boolean).length;
const bad = failed + unexplained + checks.length - good;
console.log(`${passed + good} passed, ${bad} failed`);
Deno.exit(bad > 0 ? 1 : 0);
