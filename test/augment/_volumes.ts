import type { Transform } from "../../src/augment/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";
import { createVolume, type Vec3, type Volume, voxelCount } from "../../src/volume/mod.ts";

/** The map that changes nothing. */
export const IDENTITY: readonly number[] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

const SPACING = [3, 3, 3] as const;

/** A volume at 3 mm, every voxel by a function of its place and number. */
export function imageOf(
  dims: Vec3,
  value: (x: number, y: number, z: number, i: number) => number,
): Volume<Float32Array<ArrayBuffer>> {
  const [nx, ny] = dims;
  const data = Float32Array.from(
    { length: voxelCount(dims) },
    (_, i) => value(i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny), i),
  );
  return createVolume(data, { dims, spacing: SPACING });
}

/** Independent voxels, from -1000 to 1000 HU in steps of 0.25. */
export function noiseImage(dims: Vec3, seed: number): Volume<Float32Array<ArrayBuffer>> {
  const random = new RandomStream({ seed, stream: 0 });
  return imageOf(dims, () => random.integer(8001) / 4 - 1000);
}

/** Independent labels, 0 to 5. */
export function noiseLabels(dims: Vec3, seed: number): Volume<Uint8Array<ArrayBuffer>> {
  const random = new RandomStream({ seed, stream: 1 });
  const data = Uint8Array.from({ length: voxelCount(dims) }, () => random.integer(6));
  return createVolume(data, { dims, spacing: SPACING });
}

/** Where an output voxel comes from, in f64. */
export function source(
  { matrix, shape: [nx, ny] }: Transform,
  i: number,
): [x: number, y: number, z: number] {
  const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny)];
  const along = (row: number) =>
    matrix[row]! * x + matrix[row + 1]! * y + matrix[row + 2]! * z + matrix[row + 3]!;
  return [along(0), along(4), along(8)];
}

/** `outer` after `inner`: what an output voxel of `outer` is in the input of `inner`. */
export function composed(inner: readonly number[], outer: readonly number[]): number[] {
  return [0, 4, 8].flatMap((row) =>
    [0, 1, 2, 3].map((column) =>
      [0, 1, 2].reduce(
        (sum, k) => sum + inner[row + k]! * outer[4 * k + column]!,
        column === 3 ? inner[row + 3]! : 0,
      )
    )
  );
}
