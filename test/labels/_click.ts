import { type OrganName, ORGANS } from "../../src/labels/mod.ts";
import { components } from "../../src/morphology/mod.ts";
import { squaredDistances, type Vec3, type Volume } from "../../src/volume/mod.ts";

/**
 * Where a person would click: the innermost voxel of an organ.
 *
 * @param labels CT-ORG's values, voxels as long as wide as high.
 * @param organ The organ; of kidneys each gets a click.
 * @returns World mm, RAS+.
 */
export function clicks(labels: Volume, organ: OrganName): Vec3[] {
  const { dims, affine } = labels;
  const mask = Uint8Array.from(labels.data, (value) => value === ORGANS[organ] ? 1 : 0);
  const { labels: part, sizes } = components(mask, dims, { connectivity: 6 });
  return sizes.slice(0, organ === "kidneys" ? 2 : 1).filter((size) => size > sizes[0]! / 10).map(
    (_, k) => {
      const outside = part.map((of) => of === k + 1 ? 0 : 1);
      const depth = squaredDistances(Uint8Array.from(outside), { dims, spacing: [1, 1, 1] });
      const best = depth.reduce((most, value, i) => value > depth[most]! ? i : most, 0);
      const at = [best % dims[0], Math.floor(best / dims[0]) % dims[1]];
      at.push(Math.floor(best / (dims[0] * dims[1])));
      return [0, 4, 8].map((row) =>
        at.reduce((sum, i, axis) => sum + affine[row + axis]! * i, affine[row + 3]!)
      ) as unknown as Vec3;
    },
  );
}
