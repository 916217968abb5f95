import { assertEquals, assertStringIncludes } from "@std/assert";
import { testAdapter } from "../_gpu.ts";

/** Runs `_exit.ts`, and ends it if it does not end by itself. */
async function run(
  way: string,
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const adapter = testAdapter();
  const { code, signal, stdout, stderr } = await new Deno.Command("deno", {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-env=CT_ORGAN_ADAPTER",
      new URL("./_exit.ts", import.meta.url).href,
      way,
    ],
    env: { NO_COLOR: "1", ...adapter === undefined ? {} : { CT_ORGAN_ADAPTER: adapter }, ...env },
    signal: AbortSignal.timeout(30_000),
  }).output();
  assertEquals(signal, null, `the process did not end by itself: ${way}`);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

for (
  const way of [
    "dispose",
    "forget",
    "forget recorded work",
    "forget a read",
    "forget a lost device",
  ]
) {
  Deno.test(`a program ends by itself: ${way}`, async () => {
    const { code, stdout, stderr } = await run(way);
    assertEquals(stdout, "4 7", stderr);
    assertEquals(code, 0, stderr);
  });
}

Deno.test("a program whose kernel does not compile ends with the error", async () => {
  const { code, stdout, stderr } = await run("fail");
  assertEquals(stdout, "4 7");
  assertEquals(code, 1);
  assertStringIncludes(stderr, 'ShaderError: Cannot compile kernel "test/broken"');
});

Deno.test("a program without a driver ends with NoAdapterError", async () => {
  // A system the process does not run on has no driver here.
  const foreign = Deno.build.os === "windows" ? "metal" : "dx12";
  const { code, stderr } = await run("dispose", { DENO_WEBGPU_BACKEND: foreign });
  assertEquals(code, 1);
  assertStringIncludes(stderr, "NoAdapterError: Cannot find a GPU adapter: no Vulkan, Metal");
});
