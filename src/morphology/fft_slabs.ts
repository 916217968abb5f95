import type { Gpu } from "../gpu/mod.ts";
import { type Vec3, voxelCount } from "../volume/mod.ts";
import { COLUMN_BYTES } from "./fft_columns.wgsl.ts";
import {
  columnLength,
  COMPLEX_BYTES,
  LONGEST_PAIR,
  planRows,
  rowLength,
  type RowPlan,
} from "./fft_plan.ts";
import { ROW_BYTES } from "./fft_rows.wgsl.ts";
import { TO_BITS_BYTES } from "./fft_to_bits.wgsl.ts";
import type { Spread } from "./spread.ts";

/** How the output of a convolution is cut into slabs along z that share transforms. */
export interface FftSlabs {
  /** Elements of a transform along x, y, z. */
  readonly size: Vec3;
  /** How they are transformed along x, y and z, and back along x. */
  readonly plans: {
    readonly x: RowPlan;
    readonly y: RowPlan;
    readonly z: RowPlan;
    readonly back: RowPlan;
  };
  /** Slices of output in a slab; the last may have fewer. */
  readonly depth: number;
  /** Slabs that share a transform: 2, a part of the complex numbers each, or 4, two of them `scale` times as large. */
  readonly count: 2 | 4;
  /** One more than the largest count. */
  readonly scale: number;
}

/** Relative error of a sum of counts for each doubling of the transform, at most. */
const ROUNDING = 1e-7;

/** Errors of a sum below this leave it on its side of a threshold at one half. */
const SAFE = 0.45;

/**
 * Chooses the slabs: as few transforms as the adapter's largest array and the precision of f32 allow.
 *
 * @param gpu The adapter.
 * @param work The element, and the voxels of the output along x, y, z.
 * @returns The slabs.
 * @throws {RangeError} If a row does not fit the adapter's workgroup memory, or the element has too many voxels to be counted in f32, or too
 * many slices.
 */
export function fftSlabs(
  gpu: Pick<Gpu, "largestArray" | "device">,
  { element, dims }: Pick<Spread, "element" | "dims">,
): FftSlabs {
  const [kx, ky, kz] = element.dims;
  const volume = element.data.reduce((sum, bit) => sum + bit, 0);
  const scale = volume + 1;
  if (kz > LONGEST_PAIR) {
    throw refusal(`transform an element of ${kz} slices: there may be ${LONGEST_PAIR}`);
  }
  const plane = [rowLength(dims[0] + kx - 1), rowLength(dims[1] + ky - 1)] as const;
  const cuts = ([4, 2] as const).map((count) => ({
    count,
    ...cut(gpu, plane, dims[2], kz, count),
  }));
  const chosen = cuts.find(({ count, size }) => {
    const most = volume * (count === 4 ? 1 + scale : 1);
    return most * ROUNDING * Math.log2(voxelCount(size)) <= SAFE;
  });
  if (chosen === undefined) {
    throw refusal(
      `count the ${volume} voxels of an element by Fourier transform: rounding could pass the threshold`,
    );
  }
  const { size: [lx, ly, lz] } = chosen;
  const room = (bytes: number) =>
    Math.floor(gpu.device.limits.maxComputeWorkgroupStorageSize / bytes);
  const x = planRows(lx, room(ROW_BYTES));
  const y = planRows(ly, room(ROW_BYTES));
  const z = planRows(lz, room(COLUMN_BYTES));
  const back = planRows(lx, room(TO_BITS_BYTES));
  if (!x || !y || !z || !back) {
    throw refusal(
      `transform ${lx} x ${ly} x ${lz} voxels: the adapter's workgroup memory holds rows of ` +
        `${room(TO_BITS_BYTES)}, ${room(ROW_BYTES)} and ${room(COLUMN_BYTES)}`,
    );
  }
  return { ...chosen, plans: { x, y, z, back }, scale };
}

/** The thickest slabs whose transform is one array; one slice alone whatever its size, as allocation then says what is missing. */
function cut(
  { largestArray }: Pick<Gpu, "largestArray">,
  [lx, ly]: readonly [number, number],
  slices: number,
  kz: number,
  count: number,
): { readonly size: Vec3; readonly depth: number } {
  for (let turns = 1;; turns++) {
    const depth = Math.ceil(slices / (count * turns));
    const lz = columnLength(depth + kz - 1);
    if (lz === undefined) continue;
    const size: Vec3 = [lx, ly, lz];
    if (depth === 1 || COMPLEX_BYTES * voxelCount(size) <= largestArray) return { size, depth };
  }
}

function refusal(what: string): RangeError {
  return new RangeError(`Cannot ${what}; use the method "packed"`);
}
