import { defineKernel, type Gpu, openGpu, uniforms } from "../src/gpu/mod.ts";
import copyCode from "./ceilings/copy.wgsl" with { type: "text" };
import emptyCode from "./ceilings/empty.wgsl" with { type: "text" };
import fmaCode from "./ceilings/fma.wgsl" with { type: "text" };
import integerCode from "./ceilings/integer.wgsl" with { type: "text" };
import type { Device } from "./protocol.ts";
import { median } from "./statistics.ts";

const copy = defineKernel({
  label: "ceilings/copy",
  code: copyCode,
  bindings: { source: "read", copied: "write" },
});
const multiplyAdd = defineKernel({
  label: "ceilings/fma",
  code: fmaCode,
  bindings: { p: "uniform", sums: "write" },
});
const integers = [0, 1].map((multiply) =>
  defineKernel({
    label: "ceilings/integer",
    code: integerCode,
    bindings: { p: "uniform", sums: "write" },
    constants: { multiply },
  })
);
const empty = defineKernel({
  label: "ceilings/empty",
  code: emptyCode,
  bindings: { mark: "write" },
});

const WORKGROUP = 256;
const VECTORS_PER_INVOCATION = 4;
const ITERATIONS = 1024;
const OPERATIONS_PER_ITERATION = 64;
const MIB = 1 << 20;
/** Passes shorter than this say more of the start than of the work. */
const LONG_ENOUGH_MS = 5;
const REPEATS = 5;

/**
 * Measures what an adapter can do at most, on a device of its own: the ceilings of the roofline and the cost of doing nothing.
 * Outputs are checked, so that a shader that silently fails is an error and not a figure.
 *
 * @param adapter Which adapter, as `openGpu` takes it.
 * @returns Copy bandwidth, multiply-add rate and integer rate at their best of five passes, and the median cost of an empty submit with a
 *   readback.
 * @throws {Error} If a kernel's output is wrong.
 */
export async function measureDevice(adapter?: string): Promise<Device> {
  await using gpu = await openGpu(adapter === undefined ? {} : { adapter });
  const floats = uniforms({ f32: [1, 1] }, { u32: [ITERATIONS] });
  const words = uniforms({ u32: [1, 0, 1, ITERATIONS] });
  const integerRates: number[] = [];
  for (const kernel of integers) {
    integerRates.push(await countingRate(gpu, kernel, words, Uint32Array));
  }
  return {
    empty_submit_ms: await emptySubmit(gpu),
    copy_bytes_per_s: await copyBandwidth(gpu),
    flops_per_s: await countingRate(gpu, multiplyAdd, floats, Float32Array),
    integer_ops_per_s: Math.max(...integerRates),
  };
}

async function emptySubmit(gpu: Gpu): Promise<number> {
  using mark = gpu.allocate(4, "mark");
  const times: number[] = [];
  for (let i = 0; i < 26; i++) {
    const start = performance.now();
    gpu.dispatch(empty, { mark }, [1]);
    const [word] = await gpu.read(mark, Uint32Array);
    // The first five compile and fill the pools.
    if (i >= 5) times.push(performance.now() - start);
    if (word !== 1) fail(empty.label, `word is ${word}, expected 1`);
  }
  return median(times);
}

async function copyBandwidth(gpu: Gpu): Promise<number> {
  const { maxStorageBufferBindingSize, maxBufferSize } = gpu.device.limits;
  // Large enough to pass a GPU's caches; a software adapter has the CPU's, which 64 MiB pass.
  const bytes = Math.min(
    gpu.info.software ? 64 * MIB : 512 * MIB,
    Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / MIB) * MIB,
  );
  const words = new Uint32Array(bytes / 4);
  for (let i = 0; i < words.length; i++) words[i] = Math.imul(i, 2654435761);
  using source = gpu.upload(words, "copy source");
  using copied = gpu.allocate(bytes, "copy target");
  gpu.clear(copied);
  const groups = Math.ceil(bytes / 16 / VECTORS_PER_INVOCATION / WORKGROUP);
  const ms = await best(gpu, () => gpu.dispatch(copy, { source, copied }, [groups]));
  const found = await gpu.read(copied, Uint32Array);
  for (let i = 0; i < words.length; i++) {
    if (found[i] !== words[i]) fail(copy.label, `word ${i} is ${found[i]}, expected ${words[i]}`);
  }
  return 2 * bytes / ms * 1000;
}

/** Operations per second of a kernel that counts up in registers. */
async function countingRate(
  gpu: Gpu,
  kernel: typeof multiplyAdd,
  p: ArrayBufferView<ArrayBuffer>,
  type: typeof Float32Array<ArrayBuffer> | typeof Uint32Array<ArrayBuffer>,
): Promise<number> {
  for (let groups = 64;; groups *= 2) {
    using sums = gpu.allocate(groups * WORKGROUP * 4, "sums");
    gpu.clear(sums);
    const ms = await best(gpu, () => gpu.dispatch(kernel, { p, sums }, [groups]));
    const found = await gpu.read<Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(sums, type);
    for (let i = 0; i < found.length; i++) {
      // 32 lanes start at (i % 256) + 0 ... 31 and gain 1024 each: whole numbers far below 2^24.
      const expected = 32 * (i % WORKGROUP + ITERATIONS) + 496;
      if (found[i] !== expected) {
        fail(kernel.label, `sum ${i} is ${found[i]}, expected ${expected}`);
      }
    }
    if (ms >= LONG_ENOUGH_MS || groups * 2 > gpu.device.limits.maxComputeWorkgroupsPerDimension) {
      return groups * WORKGROUP * ITERATIONS * OPERATIONS_PER_ITERATION / ms * 1000;
    }
  }
}

/** The shortest of some passes after a warm one, ms, by the GPU's clock or, without one, by the wall. */
async function best(gpu: Gpu, dispatch: () => void): Promise<number> {
  let shortest = Infinity;
  for (let i = 0; i <= REPEATS; i++) {
    const start = performance.now();
    const { kernelMs } = await gpu.profile(async () => {
      dispatch();
      await gpu.done();
    });
    const ms = kernelMs ?? performance.now() - start;
    if (i > 0) shortest = Math.min(shortest, ms);
  }
  return shortest;
}

function fail(kernel: string, what: string): never {
  throw new Error(
    `Cannot measure the adapter: kernel "${kernel}" gave a wrong result: ${what}`,
  );
}
