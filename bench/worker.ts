/**
 * One of the project's own implementations as a child process of the benchmark; speaks the line protocol.
 * `deno run bench/worker.ts --implementation NAME [--adapter NAME]`
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import {
  gpuImplementation,
  IMPLEMENTATIONS,
  isOnGpu,
  referenceImplementation,
} from "./implementations.ts";
import type { ImplementationName } from "./pairs/pair.ts";
import { pairs } from "./pairs/mod.ts";
import { serve } from "./serve.ts";

const { implementation: name, adapter } = parseArgs(Deno.args, {
  string: ["implementation", "adapter"],
});
const isOurs = (name: unknown): name is ImplementationName =>
  IMPLEMENTATIONS.includes(name as ImplementationName);
if (!isOurs(name)) {
  console.error(
    `Cannot start a benchmark worker: --implementation takes ${
      IMPLEMENTATIONS.join(", ")
    }, found ${name}`,
  );
  Deno.exit(2);
}
if (isOnGpu(name)) {
  await using gpu = gpuImplementation(pairs, name, adapter as string | undefined);
  await serve(gpu);
} else {
  await serve(referenceImplementation(pairs, name));
}
