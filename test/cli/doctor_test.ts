import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { CHROMIUM_PLACES } from "../../src/cli/chromium.ts";
import { PEER_NAMES } from "../../bench/mod.ts";
import { testAdapter } from "../_gpu.ts";
import { Folder, runTask } from "./_command.ts";

const adapter = testAdapter();
const env: Record<string, string> = adapter === undefined ? {} : { CT_ORGAN_ADAPTER: adapter };

Deno.test("doctor --json tells versions, adapter and self-test as JSON", async () => {
  await using folder = await Folder.make();
  const { code, stdout } = await runTask(["doctor", "--json"], { cwd: folder.path, env });
  const found = JSON.parse(stdout);
  assertEquals(code, 0);
  assertEquals(found.versions.deno, Deno.version.deno);
  assertEquals(found.versions.project, config.version);
  assertEquals(`npm:chart.js@${found.versions.packages["chart.js"]}`, config.imports["chart.js"]);
  assertEquals(typeof found.adapter.software, "boolean");
  assertEquals(found.selfTest.kernel.ok, true);
  assertEquals(
    found.peers.map(({ name }: { name: string }) => name).sort(),
    PEER_NAMES.filter((name) => name !== "itk").toSorted(),
  );
  for (const { found: there, reason } of found.peers) {
    assertMatch(there ?? reason, there ? /^(by .*python3|ITK 5)/ : /install/);
  }
});

Deno.test("doctor says the same in words", async () => {
  await using folder = await Folder.make();
  const { code, stdout } = await runTask(["doctor"], { cwd: folder.path, env });
  assertEquals(code, 0);
  for (const name of ["project", "deno", "machine", "drivers", "adapter", "features", "limits"]) {
    assertMatch(stdout, new RegExp(`^${name} +\\S`, "m"));
  }
  assertMatch(stdout, /^peer scipy +(by|not installed: )/m);
  assertMatch(stdout, /^test of kernel +ok: /m);
  assertMatch(stdout, /^test of f16 +\S/m);
});

Deno.test("doctor may look at every place where a browser can be", () => {
  const list = /--allow-read=((?:'[^']*'|\S)+)/.exec(config.tasks.doctor.command)![1]!;
  const readable = list.replaceAll("'", "").split(",");
  const hidden = CHROMIUM_PLACES.filter((place) =>
    !readable.some((folder) => place.replaceAll("\\", "/").startsWith(`${folder}/`))
  );
  assertEquals(hidden, []);
});

Deno.test("doctor exits with 3 without a usable adapter and still tells what it knows", async () => {
  await using folder = await Folder.make();
  const { code, stdout } = await runTask(["doctor", "--adapter", "no such adapter"], {
    cwd: folder.path,
  });
  assertEquals(code, 3);
  assertStringIncludes(stdout, Deno.version.deno);
  assertMatch(stdout, /^adapter +none: .*"no such adapter"/m);
});

Deno.test("doctor takes the adapter from CT_ORGAN_ADAPTER, and the flag wins", async () => {
  await using folder = await Folder.make();
  const place = { cwd: folder.path, env: { CT_ORGAN_ADAPTER: "from the environment" } };
  const fromEnv = await runTask(["doctor"], place);
  assertStringIncludes(fromEnv.stdout, '"from the environment"');
  const fromFlag = await runTask(["doctor", "--adapter=from the flag"], place);
  assertStringIncludes(fromFlag.stdout, '"from the flag"');
});
