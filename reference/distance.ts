import { squaredDistances, type Vec3 } from "../src/volume/mod.ts";
import { cropMask, padMask } from "./morphology.ts";
import type { BallOperation } from "./niimath.ts";

/** Distances that equal the radius in exact arithmetic count as inside, as in the structuring elements. */
const SLACK = 1e-9;

/**
 * Distance of every voxel to the nearest voxel inside a mask.
 *
 * @param mask One byte a voxel, every value but 0 inside; voxels along x, y, z and mm between them.
 * @returns mm, x fastest; `Infinity` throughout if the mask is empty.
 */
export function distancesReference(
  { data, dims, spacing }: Omit<BallOperation, "radius">,
): Float32Array<ArrayBuffer> {
  const squared = squaredDistances(data, { dims, spacing });
  const distances = new Float32Array(squared.length);
  for (let i = 0; i < squared.length; i++) distances[i] = Math.sqrt(squared[i]!);
  return distances;
}

/**
 * Dilation by a ball through exact squared Euclidean distances, the fast way on a CPU: a voxel is inside if the nearest inside voxel
 * is at most the radius away. Cost does not grow with the ball. Equals `dilateReference` with a ball of odd size, background outside.
 *
 * @param operation Mask and ball.
 * @returns 0 or 1 per voxel, x fastest.
 */
export function dilateByDistance(operation: BallOperation): Uint8Array<ArrayBuffer> {
  return within(operation, 1);
}

/**
 * Erosion by a ball through distances to the background, which also begins at the volume's faces.
 *
 * @param operation Mask and ball.
 * @returns 0 or 1 per voxel, x fastest.
 */
export function erodeByDistance(operation: BallOperation): Uint8Array<ArrayBuffer> {
  return widened(operation, (padded) => complement(within(padded, 0)));
}

/**
 * Closing by a ball on the mask continued by background.
 *
 * @param operation Mask and ball.
 * @returns 0 or 1 per voxel, x fastest.
 */
export function closeByDistance(operation: BallOperation): Uint8Array<ArrayBuffer> {
  return widened(operation, (padded) => {
    const dilated = within(padded, 1);
    return complement(within({ ...padded, data: dilated }, 0));
  });
}

/**
 * Opening by a ball on the mask continued by background.
 *
 * @param operation Mask and ball.
 * @returns 0 or 1 per voxel, x fastest.
 */
export function openByDistance(operation: BallOperation): Uint8Array<ArrayBuffer> {
  return widened(operation, (padded) => {
    const eroded = complement(within(padded, 0));
    return within({ ...padded, data: eroded }, 1);
  });
}

function widened(
  operation: BallOperation,
  work: (padded: BallOperation) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  const { data, dims, spacing, radius } = operation;
  const margin = spacing.map((s) => Math.ceil(radius / s) + 1) as unknown as Vec3;
  const padded = padMask(data, dims, margin, "background");
  return cropMask(work({ ...operation, ...padded }), dims, margin);
}

function complement(mask: Uint8Array): Uint8Array<ArrayBuffer> {
  const outside = new Uint8Array(mask.length);
  for (let i = 0; i < mask.length; i++) outside[i] = 1 - mask[i]!;
  return outside;
}

/** 1 where a voxel of the given value lies within the radius. */
function within(
  { data, dims, spacing, radius }: BallOperation,
  value: 0 | 1,
): Uint8Array<ArrayBuffer> {
  const features = data.map((voxel) => Number(Number(voxel !== 0) === value));
  const limit = radius ** 2 * (1 + SLACK);
  const squared = squaredDistances(features, { dims, spacing });
  const inside = new Uint8Array(squared.length);
  for (let i = 0; i < squared.length; i++) inside[i] = Number(squared[i]! <= limit);
  return inside;
}
