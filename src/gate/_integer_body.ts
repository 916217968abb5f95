import { RandomStream } from "../random/mod.ts";
import { createGrid, createVolume, type Vec3, type Volume, voxelCount } from "../volume/mod.ts";

/** An ellipsoid in voxels. */
interface Ellipsoid {
  readonly centre: Vec3;
  readonly radii: Vec3;
  readonly hu: number;
}

const DIMS: Vec3 = [61, 47, 53];

/** Later ones lie on top. */
const PARTS: readonly Ellipsoid[] = [
  { centre: [30, 23, 26], radii: [27, 19, 40], hu: 40 },
  { centre: [19, 24, 28], radii: [8, 12, 18], hu: -820 },
  { centre: [42, 24, 28], radii: [9, 12, 19], hu: -820 },
  // A vessel in one lung, gas in front.
  { centre: [44, 25, 30], radii: [2, 2, 5], hu: 60 },
  { centre: [29, 35, 12], radii: [5, 3, 4], hu: -900 },
  { centre: [30, 10, 26], radii: [5, 5, 40], hu: 320 },
  { centre: [30, 10, 26], radii: [2, 2, 40], hu: 30 },
  { centre: [10, 24, 26], radii: [2, 5, 9], hu: 450 },
  { centre: [51, 24, 26], radii: [2, 5, 9], hu: 450 },
];

/**
 * A body of ellipsoids with noise, at 3 mm: integers from integer arithmetic alone, and so the same on every machine, whatever its
 * floating point does.
 *
 * @returns A CT in HU, RAS.
 */
export function integerBody(): Volume<Int16Array<ArrayBuffer>> {
  const [nx, ny, nz] = DIMS;
  const random = new RandomStream({ seed: 5, stream: 0 });
  const data = new Int16Array(voxelCount(DIMS));
  for (let z = 0, i = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, i++) {
        const part = PARTS.findLast((one) => isInside(one, [x, y, z]));
        data[i] = (part?.hu ?? -1000) + random.integer(61) - 30;
      }
    }
  }
  return createVolume(data, createGrid({ dims: DIMS, spacing: [3, 3, 3] }));
}

/** Without division: all terms are integers far below 2^53. */
function isInside({ centre, radii: [a, b, c] }: Ellipsoid, [x, y, z]: Vec3): boolean {
  const dx = (x - centre[0]) * b * c;
  const dy = (y - centre[1]) * a * c;
  const dz = (z - centre[2]) * a * b;
  return dx * dx + dy * dy + dz * dz <= (a * b * c) ** 2;
}
