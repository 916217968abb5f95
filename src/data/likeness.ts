import { type OrganName, ORGANS } from "../labels/mod.ts";
import real from "./real_likeness.json" with { type: "json" };
import { NOISE_SQUARE, NoiseSpectrum } from "./_noise_spectrum.ts";
import type { LoadedCase } from "./load_cases.ts";

export { NOISE_SQUARE };

/** What HU are counted by: bins from the lowest on, the last of which takes all above. */
export const HU_BINS = { lowest: -1020, width: 20, count: 120 } as const;

/** Tissues whose HU are counted: organs, and what is soft and in none of them. */
export type Tissue = Exclude<OrganName, "brain"> | "soft tissue";

/** HU of unlabelled voxels that count as soft tissue, fat included: neither air nor a table. */
const SOFT = { low: -200, high: 200 } as const;

/** What CTs look like in numbers, to hold a set of them beside another. */
export interface Likeness {
  /** How many CTs. */
  readonly cases: number;
  /** Of each tissue that is there: the share of its voxels in each bin of {@linkcode HU_BINS}. */
  readonly histograms: Readonly<Partial<Record<Tissue, readonly number[]>>>;
  /**
   * Power of noise in the plane by spatial frequency, HU² mm², at `k / (NOISE_SQUARE * spacing)` a mm for k from 1 on; absent where no square
   * of liver was found.
   */
  readonly noise?: { readonly spacing: number; readonly power: readonly number[] };
}

/** What one real CT looks like at 3 mm, by labels of a model; `test/data/_measure_likeness.ts` measured it. A bladder is not in view. */
export const REAL_LIKENESS: Likeness & { readonly name: string } = real;

type LikenessCase = Pick<LoadedCase, "volume" | "labels">;

/**
 * Measures what CTs look like: HU of each tissue, and noise in the liver, which is as even as an organ gets. Vessels and lesions there count
 * as noise of low frequency.
 *
 * The power is that of squares of {@linkcode NOISE_SQUARE} voxels all of which are liver, half a square apart, without their mean:
 * `|F|² dx dy / N²`, the mean over squares and over frequencies of nearly the same length (ICRU 87, chapter 4).
 *
 * @param cases CTs and CT-ORG's labels on one grid each, of the same spacing in all, equal along x and y.
 * @returns The figures.
 * @throws {RangeError} If there is no case, or the spacing in the plane differs.
 */
export async function measureLikeness(cases: AsyncIterable<LikenessCase>): Promise<Likeness> {
  const histograms = new Map<Tissue, Float64Array>();
  const spectrum = new NoiseSpectrum();
  let count = 0;
  let spacing = NaN;
  for await (const { volume, labels } of cases) {
    const [dx, dy] = volume.spacing;
    spacing = count === 0 ? dx : spacing;
    if (Math.abs(dx - spacing) > 1e-3 || Math.abs(dy - spacing) > 1e-3) {
      throw new RangeError(`Cannot measure noise: voxels of ${dx} x ${dy} mm, not of ${spacing}`);
    }
    countHu({ volume, labels }, histograms);
    addNoise({ volume, labels }, spectrum);
    count++;
  }
  if (count === 0) throw new RangeError("Cannot measure what CTs look like: there are none");
  const power = spectrum.power(spacing);
  return {
    cases: count,
    histograms: Object.fromEntries(
      [...histograms].map(([tissue, counts]) => [tissue, shares(counts)]),
    ),
    ...power && { noise: { spacing, power } },
  };
}

function countHu({ volume, labels }: LikenessCase, histograms: Map<Tissue, Float64Array>): void {
  const named = new Map(Object.entries(ORGANS).map(([name, label]) => [label as number, name]));
  for (let i = 0; i < volume.data.length; i++) {
    const hu = volume.data[i]!;
    const label = labels.data[i]!;
    if (label === ORGANS.brain || label === 0 && !(hu >= SOFT.low && hu < SOFT.high)) continue;
    const tissue = (label === 0 ? "soft tissue" : named.get(label)) as Tissue;
    const counts = histograms.get(tissue) ?? new Float64Array(HU_BINS.count);
    histograms.set(tissue, counts);
    const bin = Math.floor((hu - HU_BINS.lowest) / HU_BINS.width);
    counts[Math.min(Math.max(bin, 0), HU_BINS.count - 1)]!++;
  }
}

/** Adds the squares of a CT that lie in the liver. */
function addNoise({ volume, labels }: LikenessCase, spectrum: NoiseSpectrum): void {
  const [nx, ny, nz] = labels.dims;
  const step = NOISE_SQUARE / 2;
  const square = new Float64Array(NOISE_SQUARE ** 2);
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y + NOISE_SQUARE <= ny; y += step) {
      for (let x = 0; x + NOISE_SQUARE <= nx; x += step) {
        const at = (i: number) =>
          x + i % NOISE_SQUARE + nx * (y + Math.floor(i / NOISE_SQUARE) + ny * z);
        if (!square.every((_, i) => labels.data[at(i)] === ORGANS.liver)) continue;
        spectrum.add(square.map((_, i) => volume.data[at(i)]!));
      }
    }
  }
}

function shares(counts: Float64Array): number[] {
  const all = counts.reduce((sum, count) => sum + count, 0);
  return Array.from(counts, (count) => count / all);
}
