import type { SurfaceDistances, SurfaceElements } from "./surface_distances.ts";

/** Distances that equal the tolerance in exact arithmetic count as within it whatever their rounding. */
const SLACK = 1e-9;

/**
 * Normalised surface Dice (NSD; Nikolov et al. 2018): the share of both surfaces' area that lies within the tolerance of the other.
 *
 * @param surfaces From {@linkcode surfaceDistances}.
 * @param toleranceMm mm, not negative; equal counts as within.
 * @returns 0 to 1, or `undefined` if neither surface has an element.
 * @throws {RangeError} If the tolerance is not a number from 0 up.
 */
export function surfaceDice(
  { predicted, truth }: SurfaceDistances,
  toleranceMm: number,
): number | undefined {
  if (!(toleranceMm >= 0)) {
    throw new RangeError(
      `Cannot compute NSD: the tolerance must be 0 mm or more, found ${toleranceMm}`,
    );
  }
  const total = sum(predicted.areas) + sum(truth.areas);
  if (total === 0) return undefined;
  return (areaWithin(predicted, toleranceMm) + areaWithin(truth, toleranceMm)) / total;
}

/**
 * The robust Hausdorff distance (Nikolov et al. 2018): within it lie so many percent of one surface's area from the other, and of the
 * other's from the one; 95 gives HD95, 100 the Hausdorff distance.
 *
 * @param surfaces From {@linkcode surfaceDistances}.
 * @param percent Above 0, at most 100.
 * @returns mm, or `undefined` if a surface has no element: there is no distance to nothing.
 * @throws {RangeError} If the percentage is out of range.
 */
export function robustHausdorff(
  { predicted, truth }: SurfaceDistances,
  percent: number,
): number | undefined {
  if (!(percent > 0 && percent <= 100)) {
    throw new RangeError(
      `Cannot compute a Hausdorff distance: the percentage must be above 0 and at most 100, found ${percent}`,
    );
  }
  if (predicted.areas.length === 0 || truth.areas.length === 0) return undefined;
  return Math.max(areaPercentile(predicted, percent), areaPercentile(truth, percent));
}

/** The least distance within which the elements have so many percent of the area. */
function areaPercentile({ distances, areas }: SurfaceElements, percent: number): number {
  const order = new Uint32Array(distances.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  order.sort((a, b) => distances[a]! - distances[b]!);
  const wanted = sum(areas) * percent / 100 * (1 - SLACK);
  let seen = 0;
  for (const i of order) {
    seen += areas[i]!;
    if (seen >= wanted) return distances[i]!;
  }
  return distances[order.at(-1)!]!;
}

function areaWithin({ distances, areas }: SurfaceElements, tolerance: number): number {
  const limit = tolerance * (1 + SLACK);
  return areas.reduce((total, area, i) => distances[i]! <= limit ? total + area : total, 0);
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
