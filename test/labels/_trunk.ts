import { createVolume, type Vec3, type Volume } from "../../src/volume/mod.ts";

/** A shape by its inside, in mm from the middle of the volume: x to the left, y to the front, z up. */
export type Shape = (x: number, y: number, z: number) => boolean;

/** What of the grid is not said: 80 x 60 x 40 voxels of 3 mm. */
export interface TrunkOptions {
  readonly dims?: Vec3;
  readonly spacing?: Vec3;
}

/** A tube along z with an elliptic section, mm; as long as the volume unless `low` and `high` say other. */
export function tube(
  [x0, y0]: readonly [number, number],
  [rx, ry]: readonly [number, number],
  low: number = -Infinity,
  high: number = Infinity,
): Shape {
  return (x, y, z) => z >= low && z <= high && ((x - x0) / rx) ** 2 + ((y - y0) / ry) ** 2 <= 1;
}

/** A box between two corners, mm. */
export function block(low: Vec3, high: Vec3): Shape {
  return (...at) => at.every((v, axis) => v >= low[axis]! && v <= high[axis]!);
}

/** The trunk of all scenes. */
export const TRUNK: Shape = tube([0, 0], [90, 66]);

/** The trunk, 40 HU, in air; then shapes one over the other. */
export function trunk(
  shapes: readonly (readonly [hu: number, shape: Shape])[],
  { dims = [80, 60, 40], spacing = [3, 3, 3] }: TrunkOptions = {},
): Volume<Int16Array<ArrayBuffer>> {
  const data = new Int16Array(dims[0] * dims[1] * dims[2]).fill(-1000);
  const ct = createVolume(data, { dims, spacing });
  for (const [hu, shape] of [[40, TRUNK] as const, ...shapes]) {
    voxelsIn(shape, ct).forEach((on, i) => {
      if (on) data[i] = hu;
    });
  }
  return ct;
}

/** 1 where a voxel's middle is in a shape. */
export function voxelsIn(shape: Shape, { dims, spacing }: Volume): Uint8Array<ArrayBuffer> {
  const [nx, ny, nz] = dims;
  const inside = new Uint8Array(nx * ny * nz);
  const mm = (i: number, axis: 0 | 1 | 2) => (i - (dims[axis] - 1) / 2) * spacing[axis];
  for (let z = 0, i = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, i++) {
        inside[i] = shape(mm(x, 0), mm(y, 1), mm(z, 2)) ? 1 : 0;
      }
    }
  }
  return inside;
}
