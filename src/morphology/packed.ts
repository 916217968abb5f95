import { checkIterations, defineKernel, type Gpu, uniforms } from "../gpu/mod.ts";
import type { Vec3 } from "../volume/mod.ts";
import { reach, type StructuringElement } from "./element.ts";
import gatherWgsl from "./gather.wgsl" with { type: "text" };
import { allocateMask, filled, type PackedMask, wordsPerRow } from "./mask.ts";
import type { Spread } from "./spread.ts";
import widenWgsl from "./widen.wgsl" with { type: "text" };

/** Entries of the kernels' tables: 16 KiB, which every adapter takes as a uniform. */
const TABLE = 1024;

const widen = defineKernel({
  label: "morphology/widen",
  code: widenWgsl,
  bindings: { p: "uniform", steps: "uniform", mask: "read", levels: "write" },
});

const gather = defineKernel({
  label: "morphology/gather",
  code: gatherWgsl,
  bindings: { p: "uniform", rows: "uniform", levels: "read", spread: "write" },
});

/**
 * The packed method: words of 32 voxels are shifted and ORed along x once for each distinct run of the element's rows, then
 * gathered over (y, z). Work per word: the number of rows of the element, not of its voxels.
 *
 * @param gpu Where the mask is.
 * @param mask The input.
 * @param spread What to do.
 * @returns A new mask of `spread.dims`.
 */
export function spreadPacked(gpu: Gpu, mask: PackedMask, spread: Spread): PackedMask {
  const { dims, offset } = spread;
  const [nx, ny, nz] = mask.dims;
  const { steps, rows, levelCount, reach: [, ry, rz] } = plan(spread.element);
  const flip = spread.flip ? 0xffffffff : 0;
  const fill = spread.fill ? 0xffffffff : 0;
  const width = wordsPerRow(dims[0]);
  const block = Math.ceil(dims[2] / 4);
  const [height, depth] = [dims[1] + 2 * ry, block + 2 * rz];
  const levelSize = width * height * depth;
  checkIterations(widen.label, steps.reduce((sum, [from, to]) => sum + to - from + 3, 1));
  using levels = gpu.allocate(
    levelCount * levelSize * 16,
    `${levelCount} levels of ${spread.element.name}`,
  );
  for (let first = 0; first < steps.length; first += TABLE) {
    const part = steps.slice(first, first + TABLE);
    gpu.dispatch(widen, {
      p: uniforms(
        { i32: [nx, ny, nz, wordsPerRow(nx)] },
        { i32: [width, height, depth, block] },
        { i32: [offset[0] / 32, offset[1] - ry, offset[2] - rz] },
        { u32: [flip, fill, part.length] },
      ),
      steps: table(part.flat()),
      mask: mask.words,
      levels,
    }, gpu.workgroups(levelSize, 64));
  }
  const offsets = rows.map(({ dy, dz, level }) => level * levelSize + width * (dy + height * dz));
  return filled(allocateMask(gpu, dims), ({ words }) => {
    for (let first = 0; first === 0 || first < offsets.length; first += 4 * TABLE) {
      const part = offsets.slice(first, first + 4 * TABLE);
      // Whole fours: ORing a row twice changes nothing.
      while (part.length % 4 > 0) part.push(part[0]!);
      gpu.dispatch(gather, {
        p: uniforms(
          { u32: [...dims, width, height, block, part.length / 4, flip] },
          { i32: [width * (ry + height * rz)] },
          { u32: [Number(first > 0)] },
        ),
        rows: table(part),
        levels,
        spread: words,
      }, gpu.workgroups(width * dims[1] * block, 64));
    }
  });
}

function table(entries: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(TABLE * 16);
  bytes.set(uniforms({ i32: entries }));
  return bytes;
}

/** First and last offset along x, 1 to start afresh, the level it completes or -1. */
type Step = readonly [from: number, to: number, afresh: number, level: number];

/** One run of an element's voxels along x, in row (dy, dz) counted from its origin. */
interface Row {
  readonly dy: number;
  readonly dz: number;
  readonly level: number;
}

/**
 * Splits an element into runs along x. Runs that contain the one before only add what is new at both ends, so a ball of half width w
 * costs 2 w + 1 shifts for all its levels together.
 */
function plan(
  element: StructuringElement,
): { steps: Step[]; rows: Row[]; levelCount: number; reach: Vec3 } {
  const { dims: [nx, ny, nz], origin, data } = element;
  const runs = new Map<string, { from: number; to: number; level: number }>();
  const rowRuns: { dy: number; dz: number; key: string }[] = [];
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const row = nx * (y + ny * z);
      for (let x = 0; x < nx; x++) {
        if (!data[row + x]) continue;
        const start = x;
        while (x + 1 < nx && data[row + x + 1]) x++;
        const [from, to] = [start - origin[0], x - origin[0]];
        const key = `${from},${to}`;
        runs.set(key, { from, to, level: 0 });
        rowRuns.push({ dy: y - origin[1], dz: z - origin[2], key });
      }
    }
  }
  const sorted = [...runs.values()].sort((a, b) => (a.to - a.from) - (b.to - b.from));
  const steps: Step[] = [];
  let last: { from: number; to: number } | undefined;
  sorted.forEach((run, level) => {
    run.level = level;
    const used = steps.length % TABLE;
    // A dispatch starts with nothing gathered, and takes at most a table full of steps.
    const resumes = used > 0 && used + 2 <= TABLE;
    if (last && resumes && run.from <= last.from && run.to >= last.to) {
      steps.push([run.from, last.from - 1, 0, -1], [last.to + 1, run.to, 0, level]);
    } else {
      steps.push([run.from, run.to, 1, level]);
    }
    last = run;
  });
  const rows = rowRuns.map(({ dy, dz, key }) => ({ dy, dz, level: runs.get(key)!.level }));
  return { steps, rows, levelCount: sorted.length, reach: reach(element) };
}
