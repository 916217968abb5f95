import type { Gpu } from "../gpu/mod.ts";
import {
  ball,
  combine,
  components,
  dilate,
  distanceTransform,
  fillMaskHoles,
  invert,
  packMask,
  readDistances,
  unpackMask,
  widestPaths,
} from "../morphology/mod.ts";
import type { Vec3 } from "../volume/mod.ts";
import type { Mask } from "./_work.ts";

/** What is known of an organ before a point is clicked in it. */
export interface GrowthRule {
  /** mm around the point: what is there is the organ. */
  readonly near: number;
  /** How far from the point it may reach, mm. */
  readonly reach: number;
  /** HU that its tissue may differ from the median near the point: so many robust standard deviations, within these bounds. */
  readonly spread: { readonly deviations: number; readonly least: number; readonly most: number };
  /** Whether it is one tissue, so that what was found first tells its HU better than the place that was clicked. */
  readonly uniform: boolean;
  /** Whether fluid in it is a cyst or a pelvis: a click there says little of the organ's tissue. */
  readonly solid: boolean;
  /** mL that one of it can have. */
  readonly largest: number;
}

/** A smoothed CT around a point, voxels of {@linkcode GROWTH_SPACING}. */
export interface GrowthField {
  /** HU, x fastest. */
  readonly hu: ArrayLike<number>;
  readonly dims: Vec3;
  /** Indices of the point's voxel. */
  readonly point: Vec3;
}

/** mm between voxels: the paper's grid. */
export const GROWTH_SPACING = 3;
/** mm: sigma of the Gaussian that takes the noise away. */
export const SMOOTHING = 2;
/** mL of a voxel. */
const ML = GROWTH_SPACING ** 3 / 1000;
/** HU of fat, which lies around organs. */
const FAT = -100;
/** HU: fluid is below, tissue above. */
const FLUID = 20;
/** A normal distribution's standard deviation over its median absolute deviation. */
const DEVIATION = 1.4826;
/** mL: what is in an organ and looks otherwise, such as vessels cut across and small cysts. */
const INCLUSION = 4;
/** Share of the organ's own half thickness that a way within it has at least: vessels and places where neighbours touch are narrower. */
const NECK = 0.375;
/** From one neck that is tried to the next. */
const WIDER = 1.15;
/** HU above the tissue's own that the organ's outermost voxel may have: the wall of the bladder, a capsule, blurred vessels. */
const RIM = 100;

/**
 * Grows a region from a point, see `growOrgan`.
 *
 * @param gpu Where to work.
 * @param field The CT.
 * @param rule The organ's.
 * @param signal Ends the wait.
 * @returns 1 in the organ, or why nothing was grown.
 */
export async function growRegion(
  gpu: Gpu,
  { hu, dims, point }: GrowthField,
  rule: GrowthRule,
  signal: AbortSignal | undefined,
): Promise<Mask | string> {
  let near = voxelsAround(point, dims, rule.near / GROWTH_SPACING);
  let tissue = tissueOf(hu, near, rule);
  let region = await widest(gpu, { hu, dims, near, tissue }, rule.largest, signal);
  if (rule.uniform && typeof region !== "string") {
    near = indicesOf(region);
    tissue = tissueOf(hu, near, rule);
    region = await widest(gpu, { hu, dims, near, tissue }, rule.largest, signal);
  }
  return typeof region === "string"
    ? region
    : await finish(gpu, region, { hu, dims, tissue }, signal);
}

/** HU of an organ's tissue. */
interface Tissue {
  readonly low: number;
  readonly high: number;
  /** Half-way from the organ to fat: an edge, whatever the tissue. */
  readonly edge: number;
  /** The most that the outermost voxels have. */
  readonly rim: number;
  /** How deep below the edge blur lets HU leave the tissue's range, voxels. */
  readonly blurred: number;
}

interface Search {
  readonly hu: ArrayLike<number>;
  readonly dims: Vec3;
  /** Voxels of which the deepest is where the front begins. */
  readonly near: readonly number[];
  readonly tissue: Tissue;
}

function tissueOf(hu: ArrayLike<number>, near: readonly number[], rule: GrowthRule): Tissue {
  const { deviations, least, most } = rule.spread;
  const middle = median(near.map((i) => hu[i]!));
  const deviation = DEVIATION * median(near.map((i) => Math.abs(hu[i]! - middle)));
  const half = Math.min(Math.max(deviations * deviation, least), most);
  const step = Math.max(middle, FLUID) - FAT;
  const edge = FAT + step / 2;
  const inFluid = rule.solid && middle < FLUID;
  const low = inFluid ? edge : Math.max(edge, middle - half);
  // A blurred step is a normal distribution's sum, which is a logistic curve within a hundredth.
  const share = (low - FAT) / step;
  const blurred = SMOOTHING / GROWTH_SPACING * Math.log(share / (1 - share)) / 1.702;
  const high = inFluid ? Infinity : middle + half;
  return { low, high, edge, rim: middle + Math.max(half, RIM), blurred };
}

/** The largest region of the tissue around the deepest voxel that has no way narrower than a neck, and is no larger than the organ. */
async function widest(
  gpu: Gpu,
  { hu, dims, near, tissue }: Search,
  largest: number,
  signal: AbortSignal | undefined,
): Promise<Mask | string> {
  const inside = withInclusions(hu, dims, tissue);
  using mask = packMask(gpu, inside, dims);
  using outside = invert(gpu, mask);
  using map = distanceTransform(gpu, outside, { spacing: [1, 1, 1] });
  const depths = await readDistances(gpu, map, { ...signal && { signal } });
  const start = near.reduce((best, i) => depths[i]! > depths[best]! ? i : best, near[0]!);
  const depth = depths[start]!;
  if (depth === Infinity) return "nothing bounds it";
  if (depth <= 1) return "there is no tissue of one kind around it";
  const widths = await widestPaths(gpu, { data: depths, dims }, { seeds: [start], signal });
  for (let neck = Math.max(1, NECK * depth); neck < depth; neck *= WIDER) {
    using core = packMask(gpu, Uint8Array.from(widths, (width) => width > neck ? 1 : 0), dims);
    const reach = ball({ diameter: 2 * neck + 1, spacing: [1, 1, 1], rule: "radius" });
    using grown = dilate(gpu, core, reach, { method: "auto" });
    using region = combine(gpu, grown, mask, "and");
    const voxels = await unpackMask(gpu, region, { signal });
    if (ML * voxels.reduce((sum, on) => sum + on, 0) <= largest) return voxels;
  }
  return "it runs into its neighbours";
}

/** Voxels of the tissue, and small places of other tissue that it encloses. */
function withInclusions(hu: ArrayLike<number>, dims: Vec3, { low, high, edge }: Tissue): Mask {
  const inside = Uint8Array.from(hu, (value) => value > low && value <= high ? 1 : 0);
  const { labels, sizes } = components(inside.map((on) => 1 - on), dims, { connectivity: 6 });
  return inside.map((on, i) =>
    on || hu[i]! > edge && ML * sizes[labels[i]! - 1]! < INCLUSION ? 1 : 0
  );
}

/** What blur took off the outside, and all that is enclosed. */
async function finish(
  gpu: Gpu,
  region: Mask,
  { hu, dims, tissue: { edge, rim, blurred } }: Pick<Search, "hu" | "dims" | "tissue">,
  signal: AbortSignal | undefined,
): Promise<Mask> {
  using mask = packMask(gpu, region, dims);
  const reach = ball({ diameter: 2 * blurred + 1, spacing: [1, 1, 1], rule: "radius" });
  using wide = dilate(gpu, mask, reach);
  using soft = packMask(
    gpu,
    Uint8Array.from(hu, (value) => value > edge && value < rim ? 1 : 0),
    dims,
  );
  using outermost = combine(gpu, wide, soft, "and");
  using whole = combine(gpu, mask, outermost, "or");
  using filled = await fillMaskHoles(gpu, whole, { ...signal && { signal } });
  return await unpackMask(gpu, filled, { signal });
}

function voxelsAround(point: Vec3, dims: Vec3, radius: number): number[] {
  const found: number[] = [];
  const reach = Math.floor(radius);
  for (let dz = -reach; dz <= reach; dz++) {
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        const at = [point[0] + dx, point[1] + dy, point[2] + dz];
        const inside = at.every((i, axis) => i >= 0 && i < dims[axis]!);
        if (!inside || dx * dx + dy * dy + dz * dz > radius * radius) continue;
        found.push(at[0]! + dims[0] * (at[1]! + dims[1] * at[2]!));
      }
    }
  }
  return found;
}

function indicesOf(mask: Mask): number[] {
  const found: number[] = [];
  mask.forEach((on, i) => on && found.push(i));
  return found;
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
