import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { codeVersion, VERSION } from "../../src/files/mod.ts";

Deno.test("codeVersion() hashes the named files and folders", async () => {
  const folder = await codeVersion(["src/metrics"]);
  assertMatch(folder, /^[0-9a-f]{64}$/);
  assertEquals(await codeVersion(["src/metrics"]), folder);
  assertNotEquals(await codeVersion(["src/metrics/dice.ts"]), folder);
  assertNotEquals(await codeVersion(["src/metrics", "src/metrics/dice.ts"]), folder);
});

Deno.test("codeVersion() falls back to the project's version where the sources are not there", async () => {
  assertEquals(await codeVersion(["src/metrics", "src/no-such-room"]), VERSION);
});
