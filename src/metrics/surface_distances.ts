import { squaredDistances, type Vec3, type Volume } from "../volume/mod.ts";
import { type Box, labelCensus } from "./_box.ts";
import { surfaceElementAreas } from "./_surface_elements.ts";

/** The elements of one surface: how large each is, and how far from the other surface. */
export interface SurfaceElements {
  /** mm to the nearest element of the other surface; `Infinity` if there is none. */
  readonly distances: Float64Array;
  /** mm^2, in the same order. */
  readonly areas: Float64Array;
}

/** Distances between the surfaces of a label in two volumes. */
export interface SurfaceDistances {
  readonly predicted: SurfaceElements;
  readonly truth: SurfaceElements;
}

/**
 * How far the surfaces of a label in two volumes lie apart, by surface elements as in the package surface-distance (Nikolov et al.,
 * "Deep learning to achieve clinically applicable segmentation of head and neck anatomy", 2018): a surface has an element at every corner
 * of the voxel grid whose eight voxels are not all inside or all outside, as large as marching cubes' surface through these voxels; an
 * element's distance is that from its corner to the nearest corner of the other surface. Beyond the volume's faces everything is outside.
 *
 * @param prediction Labels.
 * @param truth Labels on the same grid.
 * @param value The label.
 * @returns The elements of both surfaces; none where a volume lacks the label.
 * @throws {TypeError} If the volumes differ in dims.
 */
export function surfaceDistances(
  prediction: Volume<Uint8Array>,
  truth: Volume<Uint8Array>,
  value: number,
): SurfaceDistances {
  checkSameDims(prediction, truth);
  const census = labelCensus(prediction.data, truth.data, truth.dims);
  if (census.a[value] === 0 && census.b[value] === 0) return { predicted: NONE, truth: NONE };
  return distancesWithin(prediction, truth, value, census.box(value));
}

const NONE: SurfaceElements = { distances: new Float64Array(), areas: new Float64Array() };

/**
 * {@linkcode surfaceDistances} where the box that holds all voxels of the label is known.
 *
 * @param prediction Labels.
 * @param truth Labels on the same grid.
 * @param value The label.
 * @param box The box.
 * @returns The elements of both surfaces.
 */
export function distancesWithin(
  prediction: Volume<Uint8Array>,
  truth: Volume<Uint8Array>,
  value: number,
  box: Box,
): SurfaceDistances {
  const { spacing } = truth;
  const areas = surfaceElementAreas(spacing);
  const predictedPatterns = cornerPatterns(prediction, value, box);
  const truePatterns = cornerPatterns(truth, value, box);
  const size = { dims: cornerDims(box), spacing };
  return {
    predicted: elements(predictedPatterns, squaredDistances(surfaceOf(truePatterns), size), areas),
    truth: elements(truePatterns, squaredDistances(surfaceOf(predictedPatterns), size), areas),
  };
}

/**
 * Refuses volumes of different shape.
 *
 * @param prediction One volume.
 * @param truth The other.
 * @throws {TypeError} If their dims differ.
 */
export function checkSameDims(prediction: Volume, truth: Volume): void {
  if (prediction.dims.some((n, axis) => n !== truth.dims[axis])) {
    throw new TypeError(
      `Cannot compare a prediction of ${prediction.dims.join(" x ")} voxels with a truth of ${
        truth.dims.join(" x ")
      }`,
    );
  }
}

function cornerDims({ low, high }: Box): Vec3 {
  return [high[0] - low[0] + 2, high[1] - low[1] + 2, high[2] - low[2] + 2];
}

/** For every corner of the box's voxels the pattern of the eight voxels around it: bit x + 2 y + 4 z is the voxel on those sides. */
function cornerPatterns(
  { data, dims: [nx, ny] }: Volume<Uint8Array>,
  value: number,
  box: Box,
): Uint8Array {
  const { low, high } = box;
  const [width, height, depth] = cornerDims(box);
  const patterns = new Uint8Array(width * height * depth);
  // Each row of voxels counts in the four rows of corners around it, each voxel in two corners of each.
  for (let z = low[2]; z <= high[2]; z++) {
    for (let y = low[1]; y <= high[1]; y++) {
      const row = low[0] + nx * (y + ny * z);
      const corner = width * (y - low[1] + height * (z - low[2]));
      for (let x = 0; x < width - 1; x++) {
        if (data[row + x] !== value) continue;
        const at = corner + x;
        patterns[at]! |= 0x80;
        patterns[at + 1]! |= 0x40;
        patterns[at + width]! |= 0x20;
        patterns[at + width + 1]! |= 0x10;
        patterns[at + width * height]! |= 0x08;
        patterns[at + width * height + 1]! |= 0x04;
        patterns[at + width * height + width]! |= 0x02;
        patterns[at + width * height + width + 1]! |= 0x01;
      }
    }
  }
  return patterns;
}

function surfaceOf(patterns: Uint8Array): Uint8Array {
  return patterns.map((pattern) => pattern === 0 || pattern === 255 ? 0 : 1);
}

function elements(
  patterns: Uint8Array,
  squared: Float64Array,
  areaOf: Float64Array,
): SurfaceElements {
  let count = 0;
  for (const pattern of patterns) if (pattern !== 0 && pattern !== 255) count++;
  const distances = new Float64Array(count);
  const areas = new Float64Array(count);
  for (let i = 0, k = 0; i < patterns.length; i++) {
    const pattern = patterns[i]!;
    if (pattern === 0 || pattern === 255) continue;
    distances[k] = Math.sqrt(squared[i]!);
    areas[k++] = areaOf[pattern]!;
  }
  return { distances, areas };
}
