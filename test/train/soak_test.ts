import { assertEquals, assertLess } from "@std/assert";
import { fromFileUrl } from "@std/path";
import type { Measured } from "./_soak.ts";

Deno.test("a training of 200 steps with validations and checkpoints takes no more memory than its first 40", async () => {
  const { code, stdout, stderr } = await new Deno.Command("deno", {
    args: [
      "run",
      "--no-prompt",
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--v8-flags=--expose-gc",
      fromFileUrl(new URL("./_soak.ts", import.meta.url)),
      "200",
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  assertEquals(code, 0, decoder.decode(stderr));
  const measured: Measured[] = JSON.parse(decoder.decode(stdout));
  assertEquals(measured.map(({ step }) => step), [40, 80, 120, 160, 200]);
  const [first, last] = [measured[0]!, measured.at(-1)!];
  assertEquals([last.allocated, last.peak], [first.allocated, first.peak]);
  // Compiled code and losses are less; a validation's volume kept on the host would be 28 KiB, a checkpoint 30 KiB, each step's batch 20 KiB.
  assertLess(last.host - first.host, 2 ** 21);
});
