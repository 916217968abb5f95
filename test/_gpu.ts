import { type Gpu, openGpu } from "../src/gpu/mod.ts";

/**
 * The adapter the tests run on: `CT_ORGAN_ADAPTER`, or the fastest that answers.
 *
 * @returns What {@linkcode openGpu} takes as `adapter`; undefined where the variable is not set or may not be read.
 */
export function testAdapter(): string | undefined {
  const variable = "CT_ORGAN_ADAPTER";
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) : undefined;
}

/**
 * A test body with a GPU of its own, which is closed behind it. Without an adapter the test fails: it is never skipped in silence.
 *
 * @param fn The body.
 * @returns What `Deno.test` takes.
 *
 * @example
 * ```ts
 * Deno.test("read() gives back what upload() took", withGpu(async (gpu) => {
 *   using array = gpu.upload(new Uint32Array([1, 2]));
 *   assertEquals(await gpu.read(array, Uint32Array), new Uint32Array([1, 2]));
 * }));
 * ```
 */
export function withGpu(fn: (gpu: Gpu) => Promise<void> | void): () => Promise<void> {
  return async () => {
    await using gpu = await openGpu({ adapter: testAdapter() });
    await fn(gpu);
  };
}
