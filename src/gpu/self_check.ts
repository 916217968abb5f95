import { decodeHalf, halfStep, roundToHalf } from "./_half.ts";
import type { Gpu } from "./gpu.ts";
import { defineKernel, MAX_LOOP_ITERATIONS } from "./kernel.ts";
import f16Source from "./self_check_f16.wgsl" with { type: "text" };
import loopSource from "./self_check_loop.wgsl" with { type: "text" };
import source from "./self_check.wgsl" with { type: "text" };
import { uniforms } from "./uniforms.ts";

/** What one part of the self-test found. */
export interface SelfTestCheck {
  /** True if every value was right. */
  readonly ok: boolean;
  /** One line: what was checked, or the first fault. */
  readonly detail: string;
}

/** What {@linkcode selfTest} found. */
export interface SelfTestResult {
  /** Integer and float arithmetic and workgroup memory. */
  readonly kernel: SelfTestCheck;
  /** Half precision. Nothing may use f16 unless `ok`; `absent` where the device does not offer it. */
  readonly f16: SelfTestCheck & { readonly absent: boolean };
  /** Whether loops as long as this project's longest run to their end, and how many iterations of 70 000 did. */
  readonly loopGuard: SelfTestCheck & { readonly iterations?: number };
}

const WORDS = 1024;
const GROUP = 64;
const FLOAT_TOLERANCE = 2 ** -20;
const PAIRS = 256;
const LONG_LOOP = 70_000;

const kernel = defineKernel({
  label: "gpu/self-test",
  code: source,
  bindings: { words: "read", integers: "write", floats: "write", sums: "write" },
});

const f16Kernel = defineKernel({
  label: "gpu/self-test-f16",
  code: f16Source,
  bindings: { pairs: "read", stored: "write", widened: "write" },
});

const loopKernel = defineKernel({
  label: "gpu/self-test-loop",
  code: loopSource,
  bindings: { p: "uniform", reached: "write" },
});

/**
 * Runs small kernels whose results are known and compares. A wrong value, a shader that does not compile or a lost device is told
 * in the result, not thrown.
 *
 * @param gpu What to test.
 * @returns What was right and what was not, as plain data.
 *
 * @example
 * ```ts
 * await using gpu = await openGpu();
 * const { kernel } = await selfTest(gpu);
 * if (!kernel.ok) console.error(kernel.detail);
 * ```
 */
export async function selfTest(gpu: Gpu): Promise<SelfTestResult> {
  return {
    kernel: await check(() => testKernel(gpu)),
    f16: gpu.device.features.has("shader-f16")
      ? { ...await check(() => testF16(gpu)), absent: false }
      : { ok: false, absent: true, detail: "the device does not offer shader-f16" },
    loopGuard: await check(() => testLoop(gpu)),
  };
}

async function check<T extends SelfTestCheck>(
  test: () => Promise<T>,
): Promise<T | SelfTestCheck> {
  try {
    return await test();
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

async function testKernel(gpu: Gpu): Promise<SelfTestCheck> {
  const words = Uint32Array.from({ length: WORDS }, (_, i) => Math.imul(i, 0x9e3779b9));
  words.set([1, 0x7fffffff, 0x80000000, 0xffffffff], 1);
  using input = gpu.upload(words, "self-test words");
  using integers = gpu.allocate(4 * WORDS, "self-test integers");
  using floats = gpu.allocate(4 * WORDS, "self-test floats");
  using sums = gpu.allocate(4 * WORDS / GROUP, "self-test sums");
  gpu.dispatch(kernel, { words: input, integers, floats, sums }, [WORDS / GROUP]);
  const expected = expectedOf(words);
  const faults = [
    ...compare("integer", await gpu.read(integers, Uint32Array), expected.integers, 0),
    ...compare("float", await gpu.read(floats, Float32Array), expected.floats, FLOAT_TOLERANCE),
    ...compare("workgroup sum", await gpu.read(sums, Uint32Array), expected.sums, 0),
  ];
  return verdict(faults, `${WORDS} integers, ${WORDS} floats, ${WORDS / GROUP} workgroup sums`);
}

/** `self_check.wgsl`, on the host. */
function expectedOf(words: Uint32Array): {
  integers: Uint32Array;
  floats: Float64Array;
  sums: Uint32Array;
} {
  const mixed = words.map((word) => {
    const whole = word | 0;
    const divided = Math.trunc(whole / 7) + whole % 1000 + (whole >> 3);
    let ones = 0;
    for (let rest = word; rest !== 0; rest >>>= 1) ones += rest & 1;
    return Math.imul(word, 2654435761) ^ (word << 7 | word >>> 25) ^ divided ^ ones;
  });
  const sums = new Uint32Array(words.length / GROUP);
  mixed.forEach((value, i) => sums[Math.floor(i / GROUP)]! += value);
  return {
    integers: mixed.map((value, i) => {
      const lane = i % GROUP;
      return value - Math.imul(mixed[i - lane + GROUP - 1 - lane]!, 3);
    }),
    floats: Float64Array.from(words, (word) => {
      const a = (word >>> 8 | 1) * 2 ** -24;
      const b = (word & 0xffff) + 1;
      return Math.sqrt(a / b) + a * b;
    }),
    sums,
  };
}

async function testF16(gpu: Gpu): Promise<SelfTestCheck> {
  // x in +-(1/64, 1) and y in (2, 64): no sum or product is too small for f16, where it may become zero.
  const pairs = Float32Array.from({ length: 2 * PAIRS }, (_, i) => {
    const fraction = (Math.imul(i + 1, 0x9e3779b9) >>> 8) * 2 ** -24;
    if (i % 2 === 1) return 2 + 62 * fraction;
    return (i % 4 === 0 ? 1 : -1) * (1 + 63 * fraction) / 64;
  });
  using input = gpu.upload(pairs, "self-test pairs");
  using stored = gpu.allocate(8 * PAIRS, "self-test f16");
  using widened = gpu.allocate(16 * PAIRS, "self-test f32");
  gpu.dispatch(f16Kernel, { pairs: input, stored, widened }, [Math.ceil(PAIRS / 64)]);
  const bits = await gpu.read(stored, Uint16Array);
  const values = await gpu.read(widened, Float32Array);
  const faults: string[] = [];
  let nearest = 0;
  values.forEach((value, i) => {
    const [x, y] = [values[i & ~3]!, values[i & ~3 | 1]!];
    const exact = [pairs[i >> 2 << 1]!, pairs[i >> 2 << 1 | 1]!, x + y, x * y][i & 3]!;
    const rounded = roundToHalf(exact);
    if (value === rounded) nearest++;
    // Written so that NaN is a fault.
    if (!(Math.abs(value - exact) < halfStep(exact))) {
      faults.push(`f16 value ${i} is ${value}, should be ${rounded}`);
    } else if (decodeHalf(bits[i]!) !== value) {
      faults.push(`f16 value ${i} is stored as ${decodeHalf(bits[i]!)}, should be ${value}`);
    }
  });
  return verdict(
    faults,
    `${values.length} f16 values within one step of the exact ones, ${nearest} of them the nearest`,
  );
}

async function testLoop(gpu: Gpu): Promise<SelfTestResult["loopGuard"]> {
  using reached = gpu.allocate(8, "self-test loop");
  gpu.dispatch(loopKernel, { p: uniforms({ u32: [LONG_LOOP] }), reached }, [1]);
  const [iterations = 0, state] = [...await gpu.read(reached, Uint32Array)];
  let expected = 1;
  for (let i = 0; i < iterations; i++) expected = Math.imul(expected, 1664525) + 1013904223 | 0;
  const faults = expected >>> 0 === state
    ? []
    : [`state after ${iterations} iterations is ${state}, should be ${expected >>> 0}`];
  if (iterations < MAX_LOOP_ITERATIONS) {
    faults.push(`a loop ends after ${iterations} iterations, should reach ${MAX_LOOP_ITERATIONS}`);
  }
  const right = iterations < LONG_LOOP
    ? `a loop of ${LONG_LOOP} is cut at ${iterations}; kernels here stay at ${MAX_LOOP_ITERATIONS} or below`
    : `a loop of ${LONG_LOOP} runs to its end`;
  return { ...verdict(faults, right), iterations };
}

function compare(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): string[] {
  return Array.from(expected, (right, i) => ({ right, found: actual[i]!, i }))
    // Written so that NaN is a fault.
    .filter(({ right, found }) => !(Math.abs(found - right) <= tolerance * Math.abs(right)))
    .map(({ right, found, i }) => `${what} ${i} is ${found}, should be ${right}`);
}

function verdict(faults: readonly string[], right: string): SelfTestCheck {
  if (faults.length === 0) return { ok: true, detail: right };
  const others = faults.length > 1 ? ` (and ${faults.length - 1} more faults)` : "";
  return { ok: false, detail: `${faults[0]}${others}` };
}
