import { RandomStream } from "../../src/random/mod.ts";
import { type Vec3, voxelCount } from "../../src/volume/mod.ts";

/** A mask on the host. */
export interface HostMask {
  /** 0 or 1 a voxel, x fastest. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly dims: Vec3;
}

/**
 * Voxels inside with a given chance, each on its own.
 *
 * @param dims Voxels along x, y, z.
 * @param share The chance, 0 to 1.
 * @param seed Which mask.
 * @returns The mask.
 */
export function randomMask(dims: Vec3, share: number, seed: number): HostMask {
  const random = new RandomStream({ seed, stream: 0 });
  const data = new Uint8Array(voxelCount(dims)).map(() => Number(random.uniform() < share));
  return { data, dims };
}

/**
 * Balls at random places: the compact, smooth shapes that organs are.
 *
 * @param dims Voxels along x, y, z.
 * @param count How many balls.
 * @param seed Which mask.
 * @returns The mask.
 */
export function blobMask(dims: Vec3, count: number, seed: number): HostMask {
  const random = new RandomStream({ seed, stream: 0 });
  const data = new Uint8Array(voxelCount(dims));
  const [nx, ny, nz] = dims;
  const most = Math.min(...dims) / 5;
  for (let b = 0; b < count; b++) {
    const [cx, cy, cz] = dims.map((n) => random.uniform(0, n)) as [number, number, number];
    const radius = random.uniform(most / 4, most);
    const range = (c: number, n: number) =>
      [
        Math.max(0, Math.ceil(c - radius)),
        Math.min(n - 1, Math.floor(c + radius)),
      ] as const;
    const [x0, x1] = range(cx, nx);
    const [y0, y1] = range(cy, ny);
    const [z0, z1] = range(cz, nz);
    for (let z = z0; z <= z1; z++) {
      for (let y = y0; y <= y1; y++) {
        for (let x = x0; x <= x1; x++) {
          if ((x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2 <= radius ** 2) {
            data[x + nx * (y + ny * z)] = 1;
          }
        }
      }
    }
  }
  return { data, dims };
}

/**
 * One path through the whole volume: every other row and slice is full, joined to the next at alternating ends.
 *
 * @param dims Voxels along x, y, z.
 * @returns The mask.
 */
export function serpentine([nx, ny, nz]: Vec3): HostMask {
  const data = new Uint8Array(nx * ny * nz);
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const row = nx * (y + ny * z);
      if (z % 2 === 0 && y % 2 === 0) data.fill(1, row, row + nx);
      else if (z % 2 === 0) data[row + (y % 4 === 1 ? nx - 1 : 0)] = 1;
      // Slices are walked to and fro; with 4 k + 1 rows the way there ends at the right.
      else if (z % 4 === 1 && y === ny - 1) data[row + (ny % 4 === 1 ? nx - 1 : 0)] = 1;
      else if (z % 4 === 3 && y === 0) data[row] = 1;
    }
  }
  return { data, dims: [nx, ny, nz] };
}

/** The masks every mask kernel must survive, by name. */
export const EDGE_MASKS: Readonly<Record<string, () => HostMask>> = {
  "empty 33 x 7 x 5": () => randomMask([33, 7, 5], 0, 1),
  "full 33 x 7 x 5": () => randomMask([33, 7, 5], 1, 1),
  "single voxel 2 x 2 x 1": () => ({ data: Uint8Array.of(0, 0, 0, 1), dims: [2, 2, 1] }),
  "checkerboard 31 x 9 x 8": () => ({
    data: new Uint8Array(31 * 9 * 8).map((_, i) =>
      (i % 31 + Math.floor(i / 31) % 9 + Math.floor(i / 279)) & 1
    ),
    dims: [31, 9, 8],
  }),
  "random 65 x 3 x 17": () => randomMask([65, 3, 17], 0.3, 2),
  "at the percolation threshold 40 x 30 x 20": () => randomMask([40, 30, 20], 0.3116, 3),
};
