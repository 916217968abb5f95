import type { Gpu } from "../gpu/mod.ts";
import {
  antialias,
  createVolume,
  reorient,
  resample,
  resampleTo,
  type Vec3,
  type Volume,
  voxelAt,
} from "../volume/mod.ts";
import { growRegion, GROWTH_SPACING, type GrowthRule, SMOOTHING } from "./_growth.ts";
import type { LabelOptions } from "./label_organs.ts";
import { ORGANS } from "./organs.ts";

/** An organ that {@linkcode growOrgan} can grow. */
export type SeededOrgan = typeof SEEDED_ORGANS[number];

/** All of them, in the order in which they are merged. */
export const SEEDED_ORGANS = ["liver", "bladder", "kidneys"] as const;

/** Points that a person clicked in organs, world mm (RAS+). */
export type OrganSeeds = Readonly<Partial<Record<SeededOrgan, readonly Vec3[]>>>;

/** Options of {@linkcode growOrgan}. */
export interface GrowOptions {
  /** A CT in Hounsfield units, in any orientation. */
  readonly volume: Volume;
  readonly organ: SeededOrgan;
  /** Points in the organ, world mm (RAS+): one is enough for the liver and the bladder, one for each kidney. */
  readonly seeds: readonly Vec3[];
  readonly signal?: AbortSignal | undefined;
}

/** What was grown. */
export interface GrownOrgan {
  /** 1 in the organ, on the CT's own grid. */
  readonly mask: Volume<Uint8Array<ArrayBuffer>>;
  /** Why nothing was grown from some points. */
  readonly failures: readonly { readonly seed: Vec3; readonly why: string }[];
}

/**
 * - Liver: one tissue, whose phase of contrast a click tells; vessels and metastases differ from it. Enlarged it has 3 L at most.
 * - Kidneys: cortex and medulla differ by 100 HU in the arterial phase, and noise adds to it. One kidney has 100 to 200 mL; cysts add to it.
 * - Bladder: urine and its wall; contrast agent lies in it in layers, as far apart. It holds 700 mL at most.
 */
const RULES: Readonly<Record<SeededOrgan, GrowthRule>> = {
  liver: {
    ...{ near: 15, reach: 200, uniform: true, solid: false, largest: 3000 },
    spread: { deviations: 3, least: 18, most: 36 },
  },
  kidneys: {
    ...{ near: 9, reach: 120, uniform: false, solid: true, largest: 350 },
    spread: { deviations: 4, least: 130, most: Infinity },
  },
  bladder: {
    ...{ near: 12, reach: 120, uniform: false, solid: false, largest: 700 },
    spread: { deviations: 4, least: 130, most: Infinity },
  },
};

/**
 * An organ from one or a few points clicked in it, on a grid of 3 mm:
 *
 * 1. the tissue: HU of the smoothed CT within some robust standard deviations of their median near the point, but never beyond the
 *    edge half-way to fat; small places that it encloses, such as vessels and cysts, belong to it;
 * 2. a front that begins at the deepest place near the point and is as fast as the tissue is deep (distance to where it ends):
 *    {@linkcode widestPaths}. It enters a vessel, or a neighbour that touches, only through a narrow place;
 * 3. the front stops at the narrowest neck, of at least 3/8 of the half thickness at the point, where what lies within is no more than
 *    the organ can have; what it has passed is grown back to the tissue's edge;
 * 4. for the liver, 1 to 3 again with the HU of what was found, in case the click hit a vessel or a metastasis;
 * 5. as deep as blur lets HU leave the tissue's range at an edge to fat, the outermost voxels are added, and what is enclosed.
 *
 * Each point is grown by itself, and the organ is all that they give.
 *
 * @param gpu Where to work; all memory taken is given back.
 * @param options CT, organ and points.
 * @returns The organ, and the points from which nothing could be grown.
 * @throws {RangeError} If there is no point, or one lies outside the CT.
 *
 * @example
 * ```ts
 * const { mask } = await growOrgan(gpu, { volume: ct, organ: "liver", seeds: [[62, -14, 1180]] });
 * ```
 */
export async function growOrgan(
  gpu: Gpu,
  { volume, organ, seeds, signal }: GrowOptions,
): Promise<GrownOrgan> {
  return await grow(gpu, prepare(volume, signal), organ, seeds, signal);
}

/** A CT, and what organs are grown on. */
interface Field {
  readonly volume: Volume;
  /** HU, RAS, smoothed. */
  readonly smooth: Volume;
}

function prepare(volume: Volume, signal: AbortSignal | undefined): Field {
  const coarse = resample(reorient(volume, "RAS"), {
    ...{ spacing: GROWTH_SPACING, interpolation: "linear" },
    ...signal && { signal },
  });
  // Smooths by a third of what the spacing asked for is beyond the own one.
  return { volume, smooth: antialias(coarse, GROWTH_SPACING + 3 * SMOOTHING) };
}

async function grow(
  gpu: Gpu,
  { volume, smooth }: Field,
  organ: SeededOrgan,
  seeds: readonly Vec3[],
  signal: AbortSignal | undefined,
): Promise<GrownOrgan> {
  if (seeds.length === 0) throw new RangeError(`Cannot grow ${organ}: there is no point`);
  const points = seeds.map((seed) => {
    const at = voxelAt(smooth, seed);
    if (at) return { seed, at };
    throw new RangeError(`Cannot grow ${organ}: point ${seed.join(", ")} lies outside the CT`);
  });
  const grown = new Uint8Array(smooth.data.length);
  const failures: { seed: Vec3; why: string }[] = [];
  for (const { seed, at } of points) {
    const part = cut(smooth, at, Math.floor(RULES[organ].reach / GROWTH_SPACING));
    const region = await growRegion(gpu, part, RULES[organ], signal);
    if (typeof region === "string") failures.push({ seed, why: region });
    else paste(grown, smooth.dims, part, region);
  }
  const share = resampleTo(createVolume(grown, smooth), volume, { interpolation: "linear" });
  const mask = createVolume(Uint8Array.from(share.data, (part) => part >= 0.5 ? 1 : 0), volume);
  return { mask, failures };
}

/** A box of a volume. */
interface Part {
  readonly hu: Float32Array;
  readonly dims: Vec3;
  readonly first: Vec3;
  readonly point: Vec3;
}

function cut({ data, dims }: Volume, at: Vec3, reach: number): Part {
  const first = at.map((i) => Math.max(0, i - reach)) as unknown as Vec3;
  const own = at.map((i, axis) =>
    Math.min(dims[axis]!, i + reach + 1) - first[axis]!
  ) as unknown as Vec3;
  const hu = new Float32Array(own[0] * own[1] * own[2]);
  eachRow(own, first, dims, (from, to) => {
    for (let x = 0; x < own[0]; x++) hu[from + x] = data[to + x]!;
  });
  const point = at.map((i, axis) => i - first[axis]!) as unknown as Vec3;
  return { hu, dims: own, first, point };
}

function paste(whole: Uint8Array, dims: Vec3, part: Part, region: Uint8Array): void {
  eachRow(part.dims, part.first, dims, (from, to) => {
    for (let x = 0; x < part.dims[0]; x++) whole[to + x]! |= region[from + x]!;
  });
}

/** Calls for each row of a box, with where it begins in the box and in the whole. */
function eachRow(
  [nx, ny, nz]: Vec3,
  [x, y, z]: Vec3,
  dims: Vec3,
  call: (inBox: number, inWhole: number) => void,
): void {
  for (let row = 0; row < ny * nz; row++) {
    call(nx * row, x + dims[0] * (y + row % ny + dims[1] * (z + Math.floor(row / ny))));
  }
}

/**
 * Grows several organs, see {@linkcode growOrgan}, and merges them: where two claim a voxel, the first of {@linkcode SEEDED_ORGANS} keeps it.
 *
 * @param gpu Where to work.
 * @param volume A CT in Hounsfield units.
 * @param options The points, a signal, and what is called after each organ.
 * @returns CT-ORG values (see {@linkcode ORGANS}) on the CT's own grid, what `labelOrgans` takes as `others`; and the points that gave nothing.
 * @throws {RangeError} If an organ has no point, or one lies outside the CT.
 */
export async function growOrgans(
  gpu: Gpu,
  volume: Volume,
  { seeds, signal, onStep }:
    & { readonly seeds: OrganSeeds; readonly signal?: AbortSignal | undefined }
    & Pick<LabelOptions, "onStep">,
): Promise<{
  readonly labels: Volume<Uint8Array<ArrayBuffer>>;
  readonly failures: readonly (GrownOrgan["failures"][number] & { readonly organ: SeededOrgan })[];
}> {
  const labels = new Uint8Array(volume.data.length);
  const failures = [];
  let field: Field | undefined;
  for (const organ of SEEDED_ORGANS) {
    const own = seeds[organ];
    if (own === undefined) continue;
    signal?.throwIfAborted();
    const start = performance.now();
    field ??= prepare(volume, signal);
    const { mask, failures: lost } = await grow(gpu, field, organ, own, signal);
    mask.data.forEach((on, i) => {
      if (on && labels[i] === 0) labels[i] = ORGANS[organ];
    });
    failures.push(...lost.map((failure) => ({ organ, ...failure })));
    onStep?.({ name: `Grow ${organ}`, ms: performance.now() - start });
  }
  return { labels: createVolume(labels, volume), failures };
}
