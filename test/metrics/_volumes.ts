import { createVolume, type Vec3, type Volume } from "../../src/volume/mod.ts";

/** A label volume whose voxels (x, y, z) in any of the boxes have the value. */
export function boxes(
  dims: Vec3,
  spacing: Vec3,
  ...inside: { readonly from: Vec3; readonly to: Vec3; readonly value: number }[]
): Volume<Uint8Array> {
  const data = new Uint8Array(dims[0] * dims[1] * dims[2]);
  for (const { from, to, value } of inside) {
    for (let z = from[2]; z <= to[2]; z++) {
      for (let y = from[1]; y <= to[1]; y++) {
        const row = dims[0] * (y + dims[1] * z);
        data.fill(value, row + from[0], row + to[0] + 1);
      }
    }
  }
  return createVolume(data, { dims, spacing });
}
