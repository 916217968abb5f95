import { antialias, squaredDistances, type Vec3, type Volume } from "../src/volume/mod.ts";
import { checkVoxels } from "./_check.ts";
import { fillHolesReference, largeRegionsReference } from "./regions.ts";
import { widestPathsReference } from "./widest_paths.ts";

/** An organ to grow from a voxel of a CT; what `growOrgan` of src/labels is given, and what it knows of the organ. */
export interface GrowthOf {
  /** HU on a grid of 3 mm, no wider than the organ's reach around the voxel. */
  readonly ct: Volume;
  /** Index of the voxel. */
  readonly voxel: number;
  /** mm around the voxel that are the organ. */
  readonly near: number;
  /** Robust standard deviations of HU that count as the organ's, and the least and most HU. */
  readonly spread: readonly [deviations: number, least: number, most: number];
  /** Whether to grow again by the HU of what was found. */
  readonly uniform: boolean;
  /** Whether a click in fluid takes all that is no fat. */
  readonly solid: boolean;
  /** mL. */
  readonly largest: number;
}

interface Tissue {
  readonly low: number;
  readonly high: number;
  readonly edge: number;
  readonly rim: number;
  readonly blurred: number;
}

/**
 * The organ around a voxel by the rules of `growOrgan`, step by step in plain loops, distances by the lower envelope of parabolas.
 *
 * @param growth CT, voxel and rules.
 * @returns 1 in the organ; all 0 where nothing grows.
 */
export function growOrganReference(growth: GrowthOf): Uint8Array<ArrayBuffer> {
  const { ct, voxel, near, uniform } = growth;
  checkVoxels("grow an organ", ct.data, ct.dims);
  const hu = Float32Array.from(antialias(ct, 9).data);
  const all = Uint32Array.from(hu, (_, i) => i);
  const place = (i: number) => [
    i % ct.dims[0],
    Math.floor(i / ct.dims[0]) % ct.dims[1],
    Math.floor(i / (ct.dims[0] * ct.dims[1])),
  ];
  const at = place(voxel);
  let own = all.filter((i) =>
    place(i).reduce((sum, k, axis) => sum + (k - at[axis]!) ** 2, 0) <= (near / 3) ** 2
  );
  let tissue = tissueOf(hu, own, growth);
  let region = widest(hu, ct.dims, own, tissue, growth.largest);
  if (uniform && region) {
    const found = region;
    own = all.filter((i) => found[i] === 1);
    tissue = tissueOf(hu, own, growth);
    region = widest(hu, ct.dims, own, tissue, growth.largest);
  }
  if (!region) return new Uint8Array(hu.length);
  const { edge, rim, blurred } = tissue;
  const wide = within(region, ct.dims, blurred + 0.5);
  const whole = region.map((on, i) => on || wide[i] && hu[i]! > edge && hu[i]! < rim ? 1 : 0);
  return fillHolesReference({ data: whole, dims: ct.dims, connectivity: 6 });
}

function tissueOf(hu: Float32Array, own: Uint32Array, { spread, solid }: GrowthOf): Tissue {
  const [deviations, least, most] = spread;
  const middle = median(Array.from(own, (i) => hu[i]!));
  const deviation = 1.4826 * median(Array.from(own, (i) => Math.abs(hu[i]! - middle)));
  const half = Math.min(Math.max(deviations * deviation, least), most);
  // From fat, -100 HU, to the organ, but at least to fluid.
  const step = Math.max(middle, 20) + 100;
  const edge = step / 2 - 100;
  const fluid = solid && middle < 20;
  const low = fluid ? edge : Math.max(edge, middle - half);
  const share = (low + 100) / step;
  return {
    ...{ low, edge, high: fluid ? Infinity : middle + half, rim: middle + Math.max(half, 100) },
    blurred: 2 / 3 * Math.log(share / (1 - share)) / 1.702,
  };
}

function widest(
  hu: Float32Array,
  dims: Vec3,
  own: Uint32Array,
  { low, high, edge }: Tissue,
  largest: number,
): Uint8Array<ArrayBuffer> | undefined {
  const inside = Uint8Array.from(hu, (value) => Number(value > low && value <= high));
  const outside = inside.map((on) => 1 - on);
  // Other tissue of 4 mL and more is no vessel and no small cyst.
  const large = largeRegionsReference({ data: outside, dims, connectivity: 6, least: 4 / 0.027 });
  const mask = inside.map((on, i) => Number(on || !large[i] && hu[i]! > edge));
  const depths = Float32Array.from(
    squaredDistances(mask.map((on) => 1 - on), { dims, spacing: [1, 1, 1] }),
    Math.sqrt,
  );
  const start = own.reduce((best, i) => depths[i]! > depths[best]! ? i : best, own[0]!);
  const depth = depths[start]!;
  if (depth <= 1 || depth === Infinity) return undefined;
  const widths = widestPathsReference({ data: depths, dims, seeds: [start] });
  for (let neck = Math.max(1, 0.375 * depth); neck < depth; neck *= 1.15) {
    const core = Uint8Array.from(widths, (width) => Number(width > neck));
    const region = within(core, dims, neck + 0.5).map((on, i) => on & mask[i]!);
    if (0.027 * region.reduce((sum, on) => sum + on, 0) <= largest) return region;
  }
}

/** Voxels no farther from a mask than so many voxels. */
function within(mask: Uint8Array, dims: Vec3, radius: number): Uint8Array<ArrayBuffer> {
  const squared = squaredDistances(mask, { dims, spacing: [1, 1, 1] });
  return Uint8Array.from(squared, (distance) => Number(distance <= radius ** 2));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}
