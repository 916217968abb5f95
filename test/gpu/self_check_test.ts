import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertFalse,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { decodeHalf, halfStep, roundToHalf } from "../../src/gpu/_half.ts";
import { type Gpu, type GpuArray, type GpuData, selfTest } from "../../src/gpu/mod.ts";
import { withGpu } from "../_gpu.ts";

Deno.test(
  "selfTest() finds this machine's adapter sound",
  withGpu(async (gpu) => {
    const { kernel, f16, loopGuard } = await selfTest(gpu);
    assert(kernel.ok, kernel.detail);
    assertEquals(f16.absent, !gpu.device.features.has("shader-f16"));
    assert(f16.ok || f16.absent, f16.detail);
    assert(loopGuard.ok, loopGuard.detail);
    const cut = gpu.info.software && /llvmpipe/.test(gpu.info.description);
    assertEquals(loopGuard.iterations, cut ? 65_535 : 70_000);
  }),
);

Deno.test(
  "selfTest() gives plain data and holds no memory behind it",
  withGpu(async (gpu) => {
    const result = await selfTest(gpu);
    assertEquals(JSON.parse(JSON.stringify(result)), result);
    assertEquals(gpu.memory.inUse, 0);
  }),
);

/** Lets `spoil` change what is read from the arrays with this label. */
function spoilReads(gpu: Gpu, label: string, spoil: (data: GpuData) => void): void {
  const read = gpu.read.bind(gpu) as (array: GpuArray, type: unknown) => Promise<GpuData>;
  gpu.read = async (array: GpuArray, type: unknown) => {
    const data = await read(array, type);
    if (array.label === label) spoil(data);
    // deno-lint-ignore no-explicit-any -- stands for a generic method
    return data as any;
  };
}

const faults: [string, "kernel" | "f16" | "loopGuard", (data: GpuData) => void, RegExp][] = [
  ["self-test integers", "kernel", (data) => data[7]! ^= 1, /^integer 7 is \d+, should be \d+$/],
  ["self-test integers", "kernel", (data) => data.fill(0), /^integer 0 .* more faults\)$/],
  ["self-test floats", "kernel", (data) => data[9]! *= 1.00001, /^float 9 is .*, should be /],
  ["self-test floats", "kernel", (data) => data[9] = NaN, /^float 9 is NaN, should be /],
  ["self-test sums", "kernel", (data) => data[15]! += 1, /^workgroup sum 15 is /],
  ["self-test f32", "f16", (data) => data[6]! *= 1.003, /^f16 value 6 is /],
  ["self-test f32", "f16", (data) => data.fill(0), /^f16 value 0 is 0, should be /],
  ["self-test f32", "f16", (data) => data[5] = NaN, /^f16 value 5 is NaN/],
  ["self-test f16", "f16", (data) => data[5]! ^= 1, /^f16 value 5 is stored as /],
  ["self-test loop", "loopGuard", (data) => data[0] = 65_534, /^state after 65534 .* more fault/],
  ["self-test loop", "loopGuard", (data) => data[1]! ^= 1, /^state after \d+ iterations is /],
];

for (const [label, part, spoil, expected] of faults) {
  Deno.test(
    `selfTest() tells, and does not throw, what is wrong: ${expected.source}`,
    withGpu(async (gpu) => {
      if (part === "f16" && !gpu.device.features.has("shader-f16")) {
        return console.log(`skip: faults of f16: ${gpu.info.description} has no shader-f16`);
      }
      spoilReads(gpu, label, spoil);
      const result = await selfTest(gpu);
      assertFalse(result[part].ok);
      assertMatch(result[part].detail, expected);
      // The other parts are not blamed for it.
      for (const other of ["kernel", "f16", "loopGuard"] as const) {
        if (other !== part && !(other === "f16" && result.f16.absent)) assert(result[other].ok);
      }
    }),
  );
}

Deno.test(
  "selfTest() tells that the device is lost",
  withGpu(async (gpu) => {
    gpu.device.destroy();
    const { kernel, loopGuard } = await selfTest(gpu);
    assertFalse(kernel.ok);
    assertStringIncludes(kernel.detail, "the GPU device was lost");
    assertFalse(loopGuard.ok);
  }),
);

// Bits and values of IEEE 754 binary16, from its definition.
const HALVES: [number, number][] = [
  [0x0000, 0],
  [0x3c00, 1],
  [0xbc00, -1],
  [0x3c01, 1 + 2 ** -10],
  [0x7bff, 65504],
  [0x0400, 2 ** -14],
  [0x03ff, 1023 * 2 ** -24],
  [0x0001, 2 ** -24],
  [0x3555, 1365 * 2 ** -12],
  [0x7c00, Infinity],
  [0xfc00, -Infinity],
];

Deno.test("decodeHalf() reads normal, subnormal and infinite numbers", () => {
  for (const [bits, value] of HALVES) assertEquals(decodeHalf(bits), value);
  assert(Object.is(decodeHalf(0x8000), -0));
  assert(Number.isNaN(decodeHalf(0x7e00)));
});

Deno.test("roundToHalf() leaves every half as it is", () => {
  for (let bits = 1; bits < 0x7c00; bits++) {
    const value = decodeHalf(bits);
    assertEquals(roundToHalf(value), value);
    assertEquals(roundToHalf(-value), -value);
  }
});

Deno.test("roundToHalf() takes the nearer neighbour, and the even one in the middle", () => {
  for (let bits = 1; bits < 0x7bff; bits++) {
    const [low, high] = [decodeHalf(bits), decodeHalf(bits + 1)];
    const even = bits % 2 === 0 ? low : high;
    assertEquals(roundToHalf((low + high) / 2), even);
    assertEquals(roundToHalf(low + (high - low) * 0.49), low);
    assertEquals(roundToHalf(low + (high - low) * 0.51), high);
    assertEquals(roundToHalf(-(low + high) / 2), -even);
  }
});

Deno.test("halfStep() is the distance to the next half", () => {
  for (const bits of [0x0001, 0x0400, 0x3c00, 0x3bff, 0x7000]) {
    assertAlmostEquals(
      halfStep(decodeHalf(bits)),
      decodeHalf(bits + 1) - decodeHalf(bits),
      1e-12,
    );
  }
});
