import { presets, sampleTransform } from "../src/augment/mod.ts";
import { median } from "./statistics.ts";

/** The larger of the presets, with a crop from anywhere in a torso at 3 mm. */
const RANGES = { ...presets.organs2018, crop: "uniform" } as const;
const SHAPE = { input: [160, 160, 130], output: [120, 120, 160] } as const;
const BATCH = 100;
const BATCHES = 51;
/** Batches before the first that counts, while the engine compiles. */
const WARM = 30;

/**
 * Measures what the host pays for a transform before the GPU can begin: drawing all its parameters and composing its map.
 *
 * @returns Median over batches of the time of one transform, microseconds.
 */
export function sampleTransformMicroseconds(): number {
  const times: number[] = [];
  for (let batch = 0; batch < WARM + BATCHES; batch++) {
    const start = performance.now();
    for (let i = 0; i < BATCH; i++) {
      sampleTransform(RANGES, SHAPE, { seed: 1, stream: batch * BATCH + i });
    }
    const us = (performance.now() - start) / BATCH * 1000;
    if (batch >= WARM) times.push(us);
  }
  return median(times);
}
