import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fillNormal } from "../../src/random/mod.ts";
import { antialias, createVolume, resample, resampleTo } from "../../src/volume/mod.ts";

const values = fillNormal({ seed: 3, stream: 1 }, new Float32Array(19 * 14 * 13));
const volume = createVolume(values, { dims: [19, 14, 13], spacing: [3, 3, 3] });

Deno.test("antialias() sampled on a coarse grid is what resample() gives there", () => {
  for (const spacing of [6, 9, 10.5]) {
    const coarse = resample(volume, { spacing, interpolation: "linear" });
    const sampled = resampleTo(antialias(volume, spacing), coarse, {
      interpolation: "linear",
      outside: "edge",
    });
    assertEquals(sampled.dims, coarse.dims);
    for (const [i, value] of sampled.data.entries()) {
      assertAlmostEquals(value, coarse.data[i]!, 2e-6);
    }
  }
});

Deno.test("antialias() leaves a volume as it is that is to be no coarser, and a constant one always", () => {
  assertEquals(antialias(volume, 3).data, volume.data);
  assertEquals(antialias(volume, 2).data, volume.data);
  const flat = createVolume(new Int16Array(60).fill(7), { dims: [5, 4, 3], spacing: [3, 3, 3] });
  for (const value of antialias(flat, 12).data) assertAlmostEquals(value, 7, 1e-6);
  assertThrows(() => antialias(volume, 0), RangeError, "found 0 mm");
});
