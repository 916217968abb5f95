import { ORGANS } from "../labels/mod.ts";
import { fillNormal, RandomStream } from "../random/mod.ts";
import {
  createGrid,
  createVolume,
  type Grid,
  type Vec3,
  type Volume,
  voxelCount,
} from "../volume/mod.ts";
import type { Tissue } from "./_build.ts";
import { trunk } from "./_trunk.ts";

/** Options of {@linkcode phantom}. */
export interface PhantomOptions {
  /** Which set of patients: an integer from 0 to 2^53 - 1. */
  readonly seed: number;
  /**
   * Which patient of the set: an integer from 0 to 2^52 - 1.
   *
   * @default {0}
   */
  readonly index?: number;
  /**
   * Voxels along x, y, z.
   *
   * @default {[122, 101, 112]}
   */
  readonly dims?: Vec3;
  /**
   * mm between voxels along x, y, z.
   *
   * @default {[3, 3, 3]}
   */
  readonly spacing?: Vec3;
}

/** A made-up CT and its true labels on one grid. */
export interface Phantom {
  /** Hounsfield units, RAS. */
  readonly ct: Volume<Int16Array<ArrayBuffer>>;
  /** CT-ORG values, see {@linkcode ORGANS}. */
  readonly labels: Volume<Uint8Array<ArrayBuffer>>;
}

/** CT numbers are stored in 12 bits. */
const LOWEST_HU = -1024;
const HIGHEST_HU = 3071;

/**
 * A CT of a made-up trunk on a table, in Hounsfield units, with its true labels: lungs with vessels, liver, kidneys,
 * bladder and bone (spine, ribs, pelvis), and without labels skin, fat, muscle, heart, aorta, windpipe, spleen, stomach,
 * bowel with gas. Simple solids; size, places, contrast phase and noise differ from patient to patient. A label is the
 * solid at the voxel's middle; HU are smoothed by 1 6 1 / 8 along each axis, as a scanner's partial volumes are, and get
 * Gaussian noise of 10 to 18 HU.
 *
 * The field of view is centred on the trunk. The default (366 x 303 x 336 mm) reaches from the bladder to the upper
 * part of the lungs, which it cuts.
 *
 * @param options Seed, patient and grid. The same options give the same voxels.
 * @returns CT and labels.
 * @throws {RangeError} If seed, index or grid is not valid.
 *
 * @example
 * ```ts
 * const { ct, labels } = phantom({ seed: 1, index: 4 });
 * ```
 */
export function phantom(options: PhantomOptions): Phantom {
  const { seed, index = 0, dims = [122, 101, 112], spacing = [3, 3, 3] } = options;
  // A patient takes two streams, and a stream's number is a safe integer.
  if (!Number.isSafeInteger(index) || index < 0 || index >= 2 ** 52) {
    throw new RangeError(
      `Cannot make a phantom: index must be an integer from 0 to 2^52 - 1, found ${index}`,
    );
  }
  const origin = dims.map((n, axis) => -(n - 1) / 2 * spacing[axis]!) as unknown as Vec3;
  const grid = createGrid({ dims, spacing, origin });
  const random = new RandomStream({ seed, stream: 2 * index });
  const hu = new Float32Array(voxelCount(dims)).fill(-1000);
  const labels = new Uint8Array(hu.length);
  for (const tissue of trunk(random)) paint(hu, labels, grid, tissue);
  for (const axis of [0, 1, 2] as const) smooth(hu, dims, axis);
  const sigma = random.uniform(10, 18);
  // The stream of the patient's shape and this one must differ: both use the same words.
  const noise = fillNormal({ seed, stream: 2 * index + 1 }, new Float32Array(hu.length));
  const voxels = new Int16Array(hu.length);
  for (let i = 0; i < voxels.length; i++) {
    const value = Math.round(hu[i]! + sigma * noise[i]!);
    voxels[i] = Math.min(HIGHEST_HU, Math.max(LOWEST_HU, value));
  }
  return { ct: createVolume(voxels, grid), labels: createVolume(labels, grid) };
}

function paint(hu: Float32Array, labels: Uint8Array, grid: Grid, tissue: Tissue): void {
  const { dims, spacing, affine } = grid;
  const origin = [affine[3]!, affine[7]!, affine[11]!] as const;
  const { solid } = tissue;
  const label = ORGANS[tissue.organ ?? "background"];
  const first = (axis: 0 | 1 | 2) =>
    Math.max(0, Math.ceil((solid.low[axis] - origin[axis]) / spacing[axis]));
  const last = (axis: 0 | 1 | 2) =>
    Math.min(dims[axis] - 1, Math.floor((solid.high[axis] - origin[axis]) / spacing[axis]));
  const [x0, x1, y1, z1] = [first(0), last(0), last(1), last(2)];
  for (let z = first(2); z <= z1; z++) {
    for (let y = first(1); y <= y1; y++) {
      const row = dims[0] * (y + dims[1] * z);
      const [py, pz] = [origin[1] + y * spacing[1], origin[2] + z * spacing[2]];
      for (let x = x0; x <= x1; x++) {
        if (!solid.contains(origin[0] + x * spacing[0], py, pz)) continue;
        hu[row + x] = tissue.hu;
        labels[row + x] = label;
      }
    }
  }
}

/** Weighs each voxel with its two neighbours along an axis, 1 6 1 / 8; beyond the ends the last voxel goes on. */
function smooth(hu: Float32Array, dims: Vec3, axis: 0 | 1 | 2): void {
  const step = axis === 0 ? 1 : axis === 1 ? dims[0] : dims[0] * dims[1];
  const n = dims[axis];
  for (let block = 0; block < hu.length; block += n * step) {
    for (let start = block; start < block + step; start++) {
      let before = hu[start]!;
      for (let k = 0, i = start; k < n; k++, i += step) {
        const here = hu[i]!;
        const after = k + 1 < n ? hu[i + step]! : here;
        hu[i] = (before + 6 * here + after) / 8;
        before = here;
      }
    }
  }
}
