import { fillNormal } from "../../src/random/mod.ts";
import type { TensorShape } from "../../src/nn/mod.ts";

type Floats = Float32Array<ArrayBuffer>;

/**
 * Normal numbers.
 *
 * @param count How many.
 * @param stream Which: streams do not repeat each other.
 * @param options Mean, standard deviation, and the step to round to, if any: a power of two, so that sums of a few have no rounding
 *   and equal values are frequent.
 * @returns The numbers.
 */
export function normals(
  count: number,
  stream: number,
  { mean = 0, sd = 1, step }: {
    readonly mean?: number;
    readonly sd?: number;
    readonly step?: number;
  } = {},
): Floats {
  const values = fillNormal({ seed: 43, stream }, new Float32Array(count));
  for (let i = 0; i < count; i++) {
    const value = mean + sd * values[i]!;
    values[i] = step === undefined ? value : step * Math.round(value / step);
  }
  return values;
}

/** A cube of one image. */
export function cube(n: number, channels: number): TensorShape {
  return [1, n, n, n, channels];
}

/** A shape in words: channels, voxels along x, y, z, images. */
export function nameOf([batch, nz, ny, nx, channels]: TensorShape): string {
  const images = batch > 1 ? `, batch ${batch}` : "";
  return `${channels} channel${channels > 1 ? "s" : ""}, ${nx} x ${ny} x ${nz}${images}`;
}
