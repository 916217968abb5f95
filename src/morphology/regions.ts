import {
  type BindingKind,
  checkIterations,
  defineKernel,
  filled,
  type Gpu,
  type GpuArray,
  memo,
  uniforms,
} from "../gpu/mod.ts";
import { type ConnectOptions, earlierRows } from "./_runs.ts";
import type { Slab } from "./_slabs.ts";
import { allocateMask, type PackedMask, wordCount, wordsPerRow } from "./mask.ts";
import {
  CHAIN_STEPS,
  DECLARATIONS,
  REGIONS_BINDINGS,
  type RegionsKernel,
  type RegionsShape,
  regionsWgsl,
} from "./regions.wgsl.ts";

/** Connected regions of a mask, or of what is outside it, and a mark for each. */
export interface Regions extends Disposable {
  readonly mask: PackedMask;
  /** Whether they are regions of the background. */
  readonly flip: boolean;
  /** Slots; see `regionsWgsl`. */
  readonly parents: GpuArray;
  readonly marks: GpuArray;
  /** How many. */
  readonly count: number;
}

/** Which voxels are written: those of regions with a mark, those of regions without, or all but the first. */
export type Kept = "marked" | "unmarked" | "all but marked";

/**
 * Whether the adapter can hold the regions of a mask: 4 bytes for two voxels of a row, in one binding.
 *
 * @param gpu The adapter.
 * @param mask The mask.
 * @returns True if so.
 */
export function fitsRegions(gpu: Gpu, mask: PackedMask): boolean {
  return slotBytes(mask) <= gpu.largestArray;
}

function slotBytes({ dims: [nx, ny, nz] }: PackedMask): number {
  return 4 * Math.ceil(nx / 2) * ny * nz;
}

/**
 * Joins runs of voxels to regions.
 *
 * @param gpu Where the mask is.
 * @param mask The mask; it must outlive the regions.
 * @param options What touches; `flip` for the background; a signal; how long a chain one invocation follows.
 * @returns The regions, none marked; dispose of them.
 * @throws {RangeError} If a row is longer than a software adapter can loop.
 * @throws {GpuMemoryError} If the adapter cannot hold 2 bytes a voxel in one binding.
 */
export async function findRegions(
  gpu: Gpu,
  mask: PackedMask,
  { flip = false, signal, chainSteps = CHAIN_STEPS, ...connect }: ConnectOptions & {
    readonly flip?: boolean;
    readonly signal?: AbortSignal | undefined;
    readonly chainSteps?: number;
  },
): Promise<Regions> {
  checkIterations("morphology/regions", chainSteps + wordsPerRow(mask.dims[0]) + 100);
  using held = new DisposableStack();
  const parents = held.use(gpu.allocate(slotBytes(mask), "parents of runs"));
  const marks = held.use(gpu.allocate(slotBytes(mask), "marks of regions"));
  const regions = { mask, flip, parents, marks, count: 0 };
  const rows = earlierRows(connect);
  recordRegions(gpu, "init", regions, { marks });
  for (let tooLong = true; tooLong;) {
    signal?.throwIfAborted();
    using state = gpu.upload(new Uint32Array(2), "state of regions");
    recordRegions(gpu, "merge", regions, { state }, { shape: { chainSteps, rows } });
    recordRegions(gpu, "flatten", regions, { state }, { shape: { chainSteps } });
    const [flag, count] = await gpu.read(state, Uint32Array, { signal });
    tooLong = flag !== 0;
    regions.count = count!;
  }
  const owned = held.move();
  return { ...regions, [Symbol.dispose]: () => owned.dispose() };
}

/**
 * Marks the regions that reach some of the volume's faces.
 *
 * @param gpu Where they are.
 * @param regions The regions.
 * @param slices Leave out the faces across this axis.
 */
export function markBorder(gpu: Gpu, regions: Regions, slices: 1 | 2 | undefined): void {
  const faces = 7 & ~(slices === undefined ? 0 : 1 << slices);
  const { marks, mask } = regions;
  recordRegions(gpu, "mark", regions, { marks, marker: mask.words }, { faces });
}

/**
 * Marks the regions that hold a voxel of another mask.
 *
 * @param gpu Where they are.
 * @param regions The regions.
 * @param marker The other mask, of the same dims.
 */
export function markHit(gpu: Gpu, regions: Regions, marker: PackedMask): void {
  recordRegions(gpu, "mark", regions, { marks: regions.marks, marker: marker.words });
}

/**
 * Writes voxels by their region's mark.
 *
 * @param gpu Where they are.
 * @param regions The regions, marked by {@linkcode markBorder} or {@linkcode markHit}.
 * @param kept Which voxels; of regions of the background "all but marked" holds the mask itself too.
 * @returns A new mask.
 */
export function keepRegions(gpu: Gpu, regions: Regions, kept: Kept): PackedMask {
  const output = (["marked", "unmarked", "all but marked"] as const).indexOf(kept);
  return filled(allocateMask(gpu, regions.mask.dims), ({ words }) => {
    const { marks } = regions;
    recordRegions(gpu, "keep", regions, { marks, kept: words }, { output });
  });
}

const kernelOf = memo((name: RegionsKernel, shape: RegionsShape) => {
  const bindings: Record<string, BindingKind> = { p: "uniform", mask: "read", parents: "write" };
  for (const extra of REGIONS_BINDINGS[name]) {
    bindings[extra] = DECLARATIONS[extra].startsWith("read>") ? "read" : "write";
  }
  return defineKernel({
    label: `morphology/regions-${name}`,
    code: regionsWgsl(name, shape),
    bindings,
  });
});

interface Parameters {
  readonly faces?: number;
  readonly output?: number;
  readonly slab?: Slab;
  readonly shape?: RegionsShape;
}

/**
 * Records one of the kernels on regions.
 *
 * @param gpu Where they are.
 * @param name Which.
 * @param regions The regions.
 * @param extra What it binds beside them.
 * @param parameters What it is told.
 */
export function recordRegions(
  gpu: Gpu,
  name: RegionsKernel,
  { mask, flip, parents, count }: Omit<Regions, keyof Disposable>,
  extra: Readonly<Record<string, GpuArray>>,
  { faces = 0, output = 0, slab = { first: 0, dims: mask.dims }, shape = {} }: Parameters = {},
): void {
  const items = name === "name" ? count : wordCount(slab.dims);
  gpu.dispatch(kernelOf(name, shape), {
    p: uniforms(
      { i32: [...mask.dims, wordsPerRow(mask.dims[0])] },
      { u32: [flip ? 0xffffffff : 0, faces, output, items, slab.first * mask.dims[1]] },
    ),
    mask: mask.words,
    parents,
    ...extra,
  }, gpu.workgroups(items, 64));
}
