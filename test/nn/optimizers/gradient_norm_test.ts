import { assertEquals, assertThrows } from "@std/assert";
import { gradientNorm } from "../../../src/nn/mod.ts";
import { withGpu } from "../../_gpu.ts";

Deno.test(
  "gradientNorm() takes arrays together and counts what is not finite",
  withGpu(async (gpu) => {
    using a = gpu.upload(new Float32Array([3, 0, 0, 0]));
    using b = gpu.upload(new Float32Array([-4]));
    using norm = gradientNorm(gpu, [a, b]);
    assertEquals([...await gpu.read(norm, Float32Array)], [5, 0]);
    // The smallest NaN, both infinities, and the largest finite number, whose square overflows.
    const bits = new Uint32Array([0x7f800001, 0xff800000, 0x7f800000, 0x7f7fffff, 0x40400000]);
    using bad = gpu.upload(bits);
    using marred = gradientNorm(gpu, [b, bad]);
    assertEquals([...await gpu.read(marred, Float32Array)], [Infinity, 3]);
    assertThrows(() => gradientNorm(gpu, []), TypeError, "no array");
  }),
);

Deno.test(
  "gradientNorm() finds one bad value among 300,000 wherever it lies, the same bits on every run",
  withGpu(async (gpu) => {
    const values = new Float32Array(300_000).fill(0.5);
    const runs = new Set<string>();
    for (const at of [0, 4095, 4096, 131_071, 299_999]) {
      const marred = values.slice();
      marred[at] = NaN;
      using array = gpu.upload(marred);
      using norm = gradientNorm(gpu, [array]);
      const [found, bad] = await gpu.read(norm, Float32Array);
      assertEquals(bad, 1);
      runs.add(found!.toFixed(3));
    }
    // sqrt(299,999 / 4).
    assertEquals([...runs], ["273.861"]);
  }),
);
