import { type Gpu, openGpu } from "../src/gpu/mod.ts";
import { ball, dilate, fastestMethod, type PackedMask, packMask } from "../src/morphology/mod.ts";
import { RandomStream } from "../src/random/mod.ts";
import type { MethodTime } from "../src/report/bench_schema.ts";
import { type Vec3, voxelCount } from "../src/volume/mod.ts";
import { median } from "./statistics.ts";

const DIMS: Vec3 = [80, 80, 65];
/** Voxels. */
const RADII = [1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 40] as const;
const METHODS = ["packed", "fft", "distance"] as const;
const SAMPLES = 5;
/** Share of the mask's voxels inside: few, so that distances are long. */
const INSIDE = 0.001;

/**
 * Times the three methods of dilation by balls of growing radius on a small grid, in turn, so that all find the machine alike. The mask is
 * on the GPU and the result stays there: what differs is the method alone.
 *
 * @param adapter Which adapter, as `openGpu` takes it.
 * @returns Medians; a radius that a method refuses is left out.
 */
export async function measureMethods(adapter?: string): Promise<MethodTime[]> {
  await using gpu = await openGpu(adapter === undefined ? {} : { adapter });
  const random = new RandomStream({ seed: 1, stream: 0 });
  const data = Uint8Array.from(
    { length: voxelCount(DIMS) },
    () => Number(random.uniform(0, 1) < INSIDE),
  );
  using mask = packMask(gpu, data, DIMS);
  const times: MethodTime[] = [];
  for (const radius of RADII) times.push(...await timesOf(gpu, mask, radius));
  return times;
}

async function timesOf(gpu: Gpu, mask: PackedMask, radius: number): Promise<MethodTime[]> {
  const element = ball({ diameter: 2 * radius, spacing: [1, 1, 1], rule: "radius" });
  const auto = fastestMethod(gpu, { element, dims: mask.dims });
  const samples = new Map<typeof METHODS[number], number[]>();
  // The first round compiles.
  for (let round = 0; round <= SAMPLES; round++) {
    for (const method of METHODS) {
      if (round > 0 && !samples.has(method)) continue;
      const start = performance.now();
      try {
        using _dilated = dilate(gpu, mask, element, { method });
      } catch (error) {
        if (error instanceof RangeError) continue;
        throw error;
      }
      await gpu.done();
      const own = samples.get(method) ?? [];
      samples.set(method, round > 0 ? [...own, performance.now() - start] : own);
    }
  }
  return [...samples].map(([method, ms]) => ({
    method,
    radius,
    ms: median(ms),
    ...method === auto && { auto: true as const },
  }));
}
