/** Taps of one side and the middle that the blur kernel has room for. */
export const MOST_TAPS = 17;

/**
 * Taps of a Gaussian along an axis, whose sum over both sides is 1.
 *
 * @param sd Its SD, mm.
 * @param spacing mm between voxels.
 * @returns Taps from the middle outwards, to 3 SD or 16 voxels.
 */
export function blurTaps(sd: number, spacing: number): number[] {
  const radius = Math.min(MOST_TAPS - 1, Math.ceil(3 * sd / spacing));
  const weights = Array.from(
    { length: radius + 1 },
    (_, k) => k === 0 ? 1 : Math.exp(-((k * spacing / sd) ** 2) / 2),
  );
  const total = weights.reduce((sum, w, k) => sum + (k === 0 ? w : 2 * w), 0);
  return weights.map((w) => w / total);
}

/**
 * What a blur leaves of the SD of independent noise.
 *
 * @param taps Of one axis, from the middle outwards.
 * @returns The square root of the sum of their squares over both sides.
 */
export function noiseLeft(taps: readonly number[]): number {
  return Math.sqrt(taps.reduce((sum, w, k) => sum + (k === 0 ? 1 : 2) * w * w, 0));
}
