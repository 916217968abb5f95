import {
  checkIterations,
  defineKernel,
  filled,
  type Gpu,
  type GpuArray,
  memo,
  uniforms,
} from "../gpu/mod.ts";
import { reach, type StructuringElement } from "./element.ts";
import gatherWgsl from "./gather.wgsl" with { type: "text" };
import { allocateMask, type PackedMask, wordsPerRow } from "./mask.ts";
import type { Spread } from "./spread.ts";
import widenWgsl from "./widen.wgsl" with { type: "text" };

/** Entries of the kernels' tables: 16 KiB, which every adapter takes as a uniform. */
const TABLE = 1024;

const widen = memo((far: boolean) =>
  defineKernel({
    label: "morphology/widen",
    code: widenWgsl,
    constants: { far: Number(far) },
    bindings: { p: "uniform", steps: "uniform", mask: "read", levels: "write" },
  })
);

const gather = defineKernel({
  label: "morphology/gather",
  code: gatherWgsl,
  bindings: { p: "uniform", rows: "uniform", levels: "read", spread: "write" },
});

/**
 * The packed method: words of 32 voxels are shifted and ORed along x once for each distinct run of the element's rows, a level each, then
 * gathered over (y, z). Work per word: the number of rows of the element, not of its voxels. Levels that do not fit the adapter's
 * largest array together come in several passes.
 *
 * @param gpu Where the mask is.
 * @param mask The input.
 * @param spread What to do.
 * @returns A new mask of `spread.dims`.
 * @throws {GpuMemoryError} If not even one level fits.
 */
export function spreadPacked(gpu: Gpu, mask: PackedMask, spread: Spread): PackedMask {
  const { dims, element } = spread;
  const { runs, rows } = runsOf(element);
  const [, ry, rz] = reach(element);
  const width = wordsPerRow(dims[0]);
  const block = Math.ceil(dims[2] / 4);
  const level: Level = { ry, rz, width, height: dims[1] + 2 * ry, depth: block + 2 * rz, block };
  const size = level.width * level.height * level.depth;
  // A level takes two steps at most, and the steps of a pass go into one table.
  const fit = Math.min(TABLE / 2, Math.floor(gpu.largestArray / (16 * size)));
  const perPass = Math.max(1, Math.min(fit, runs.length));
  using levels = gpu.allocate(16 * size * perPass, `${perPass} levels of ${element.name}`);
  return filled(allocateMask(gpu, dims), ({ words }) => {
    for (let first = 0; first === 0 || first < runs.length; first += perPass) {
      const part = runs.slice(first, first + perPass);
      if (part.length > 0) recordWiden(gpu, mask, spread, level, part, levels);
      const offsets = rows
        .filter((row) => row.run >= first && row.run < first + perPass)
        .map(({ dy, dz, run }) => (run - first) * size + width * (dy + level.height * dz));
      recordGather(gpu, spread, level, offsets, levels, words, first > 0);
    }
  });
}

/** The grid of a level: the output's rows and blocks of slices, `ry` and `rz` more on each side. */
interface Level {
  readonly ry: number;
  readonly rz: number;
  /** Words of a row. */
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** Slices from lane to lane. */
  readonly block: number;
}

function recordWiden(
  gpu: Gpu,
  mask: PackedMask,
  { flip, fill, offset }: Spread,
  { ry, rz, width, height, depth, block }: Level,
  runs: readonly Run[],
  levels: GpuArray,
): void {
  const steps = stepsOf(runs);
  const kernel = widen(runs.some(({ from, to }) => from < -32 || to > 31));
  checkIterations(kernel.label, steps.reduce((sum, [from, to]) => sum + to - from + 3, 1));
  const [nx, ny, nz] = mask.dims;
  gpu.dispatch(kernel, {
    p: uniforms(
      { i32: [nx, ny, nz, wordsPerRow(nx)] },
      { i32: [width, height, depth, block] },
      { i32: [offset[0] / 32, offset[1] - ry, offset[2] - rz] },
      { u32: [allBits(flip), allBits(fill), steps.length] },
    ),
    steps: table(steps.flat()),
    mask: mask.words,
    levels,
  }, gpu.workgroups(width * height * depth, 64));
}

function recordGather(
  gpu: Gpu,
  { flip, dims }: Spread,
  { ry, rz, width, height, block }: Level,
  offsets: readonly number[],
  levels: GpuArray,
  spread: GpuArray,
  resume: boolean,
): void {
  for (let first = 0; first === 0 || first < offsets.length; first += 4 * TABLE) {
    const part = offsets.slice(first, first + 4 * TABLE);
    // Whole fours: ORing a row twice changes nothing.
    while (part.length % 4 > 0) part.push(part[0]!);
    gpu.dispatch(gather, {
      p: uniforms(
        { u32: [...dims, width, height, block, part.length / 4, allBits(flip)] },
        { i32: [width * (ry + height * rz)] },
        { u32: [Number(resume || first > 0)] },
      ),
      rows: table(part),
      levels,
      spread,
    }, gpu.workgroups(width * dims[1] * block, 64));
  }
}

function allBits(on: boolean): number {
  return on ? 0xffffffff : 0;
}

function table(entries: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(TABLE * 16);
  bytes.set(uniforms({ i32: entries }));
  return bytes;
}

/** Offsets along x from an element's origin, both ends included. */
interface Run {
  readonly from: number;
  readonly to: number;
}

/** A run in row (dy, dz) of an element, counted from its origin. */
interface Row {
  readonly dy: number;
  readonly dz: number;
  /** Index of the run. */
  readonly run: number;
}

/** The distinct runs of an element's voxels along x, short ones first, and where they stand. */
function runsOf({ dims: [nx, ny, nz], origin, data }: StructuringElement): {
  runs: readonly Run[];
  rows: readonly Row[];
} {
  const runs = new Map<string, Run>();
  const found: { dy: number; dz: number; key: string }[] = [];
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const row = nx * (y + ny * z);
      for (let x = 0; x < nx; x++) {
        if (!data[row + x]) continue;
        const start = x;
        while (x + 1 < nx && data[row + x + 1]) x++;
        const run = { from: start - origin[0], to: x - origin[0] };
        const key = `${run.from},${run.to}`;
        runs.set(key, run);
        found.push({ dy: y - origin[1], dz: z - origin[2], key });
      }
    }
  }
  const sorted = [...runs].sort(([, a], [, b]) => (a.to - a.from) - (b.to - b.from));
  const indexOf = new Map(sorted.map(([key], index) => [key, index]));
  return {
    runs: sorted.map(([, run]) => run),
    rows: found.map(({ dy, dz, key }) => ({ dy, dz, run: indexOf.get(key)! })),
  };
}

/** First and last offset along x, 1 to start afresh, the level it completes or -1. */
type Step = readonly [from: number, to: number, afresh: number, level: number];

/** Runs that contain the one before only add what is new at both ends: a ball of half width w costs 2 w + 1 shifts for all its levels. */
function stepsOf(runs: readonly Run[]): Step[] {
  return runs.flatMap((run, level): Step[] => {
    const last = runs[level - 1];
    return last && run.from <= last.from && run.to >= last.to
      ? [[run.from, last.from - 1, 0, -1], [last.to + 1, run.to, 0, level]]
      : [[run.from, run.to, 1, level]];
  });
}
