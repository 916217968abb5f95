import type { Transform } from "../../src/augment/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";
import { type Vec3, voxelCount } from "../../src/volume/mod.ts";

/** What the warp kernels work on. */
export interface WarpInput<A extends Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>> {
  /** Voxels, x fastest. */
  readonly data: A;
  readonly dims: Vec3;
  readonly transform: Transform;
}

/**
 * The largest step from a voxel of {@linkcode waves} to its neighbour, HU: four waves of 300 HU and at most 0.4 radians a voxel make 480,
 * a jump beyond the cuts adds 400.
 */
export const STEEPEST = 880;

/**
 * A smooth image with edges, in HU: sums of waves, beyond -200 and 600 HU replaced by -600 and 1000, as soft tissue borders on fat and
 * bone.
 *
 * @param dims Voxels along x, y, z.
 * @param seed Which image.
 * @returns HU, whole numbers.
 */
export function waves(dims: Vec3, seed: number): Float32Array<ArrayBuffer> {
  const random = new RandomStream({ seed, stream: 0 });
  const turns = Array.from({ length: 4 }, () => [0, 1, 2, 3].map(() => random.uniform(-0.4, 0.4)));
  const image = new Float32Array(voxelCount(dims));
  let i = 0;
  for (let z = 0; z < dims[2]; z++) {
    for (let y = 0; y < dims[1]; y++) {
      for (let x = 0; x < dims[0]; x++) {
        let v = 0;
        for (const [a, b, c, d] of turns) v += 300 * Math.sin(a! * x + b! * y + c! * z + 9 * d!);
        image[i++] = v < -200 ? -600 : v > 600 ? 1000 : Math.round(v);
      }
    }
  }
  return image;
}

/**
 * A label map with regions of some voxels: the waves in steps.
 *
 * @param dims Voxels along x, y, z.
 * @param seed Which map.
 * @returns Labels 0 to 5.
 */
export function regions(dims: Vec3, seed: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(waves(dims, seed), (v) => Math.floor((v + 600) / 300));
}

/**
 * Output -> input maps as augmentation draws them: a turn about every axis, scaling and a shift, about the middle.
 *
 * @param dims Input voxels.
 * @param shape Output voxels.
 * @param seed Which map.
 * @returns 12 numbers that f32 holds exactly, so that every implementation is given the same map.
 */
export function turnAndScale(dims: Vec3, shape: Vec3, seed: number): number[] {
  const random = new RandomStream({ seed, stream: 1 });
  let linear = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  for (const [a, b] of [[0, 1], [0, 2], [1, 2]] as const) {
    const angle = random.uniform(-0.5, 0.5);
    const turn = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    turn[4 * a] = turn[4 * b] = Math.cos(angle);
    turn[3 * a + b] = -Math.sin(angle);
    turn[3 * b + a] = Math.sin(angle);
    linear = product(turn, linear);
  }
  linear = linear.map((entry) => entry * random.uniform(0.9, 1.1));
  return [0, 1, 2].flatMap((row) => {
    const entries = linear.slice(3 * row, 3 * row + 3);
    const middle = (dims[row]! - 1) / 2 + random.uniform(-5, 5);
    const moved = entries.reduce((sum, entry, axis) => sum + entry * (shape[axis]! - 1) / 2, 0);
    return [...entries, middle - moved].map(Math.fround);
  });
}

function product(a: readonly number[], b: readonly number[]): number[] {
  return a.map((_, i) => {
    const row = i - i % 3;
    return a[row]! * b[i % 3]! + a[row + 1]! * b[3 + i % 3]! + a[row + 2]! * b[6 + i % 3]!;
  });
}

/** Shapes and maps that every warp must survive: name, input dims, transform. */
export const EDGE_WARPS: readonly (readonly [name: string, dims: Vec3, transform: Transform])[] = [
  ["identity", [21, 17, 9], { shape: [21, 17, 9], matrix: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0] }],
  ["quarter turn", [12, 12, 5], {
    shape: [12, 12, 5],
    matrix: [0, -1, 0, 11, 1, 0, 0, 0, 0, 0, 1, 0],
  }],
  ["half a voxel beyond the faces", [6, 5, 4], {
    shape: [13, 11, 9],
    matrix: [0.5, 0, 0, -0.5, 0, 0.5, 0, -0.5, 0, 0, 0.5, -0.5],
  }],
  ["far outside", [8, 8, 8], {
    shape: [9, 3, 2],
    matrix: [1, 0, 0, 1e6, 0, 1, 0, 0, 0, 0, 1, 0],
  }],
  ["one voxel along x", [1, 9, 7], {
    shape: [5, 9, 7],
    matrix: [0.25, 0, 0, -0.5, 0, 1, 0, 0, 0, 0, 1, 0],
  }],
  ["crop larger than the input", [9, 8, 7], {
    shape: [30, 31, 33],
    matrix: turnAndScale([9, 8, 7], [30, 31, 33], 11),
  }],
];
