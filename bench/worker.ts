/**
 * One of the project's own implementations as a child process of the benchmark; speaks the line protocol.
 * `deno run bench/worker.ts --implementation webgpu|typescript|itk-wasm|niimath [--adapter NAME]`
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { gpuImplementation, IMPLEMENTATIONS, referenceImplementation } from "./implementations.ts";
import type { ImplementationName } from "./pairs/pair.ts";
import { pairs } from "./pairs/mod.ts";
import { serve } from "./serve.ts";

const { implementation: name, adapter } = parseArgs(Deno.args, {
  string: ["implementation", "adapter"],
});
if (!IMPLEMENTATIONS.includes(name as ImplementationName)) {
  console.error(
    `Cannot start a benchmark worker: --implementation takes ${
      IMPLEMENTATIONS.join(", ")
    }, found ${name}`,
  );
  Deno.exit(2);
}
if (name === "webgpu") {
  await using gpu = gpuImplementation(pairs, adapter as string | undefined);
  await serve(gpu);
} else {
  await serve(referenceImplementation(pairs, name as Exclude<ImplementationName, "webgpu">));
}
