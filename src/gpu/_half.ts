/**
 * The distance between neighbouring half-precision numbers around a value.
 *
 * @param value A number within the range of f16.
 * @returns A power of two; below 2^-14 the step of the subnormal numbers.
 */
export function halfStep(value: number): number {
  return 2 ** (Math.max(Math.floor(Math.log2(Math.abs(value))), -14) - 10);
}

/**
 * Rounds to half precision, ties to even.
 *
 * @param value A number within the range of f16.
 * @returns The nearest f16.
 */
export function roundToHalf(value: number): number {
  const step = halfStep(value);
  const steps = value / step;
  const below = Math.floor(steps);
  const rest = steps - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 !== 0);
  return (up ? below + 1 : below) * step;
}

/**
 * Reads half-precision bits.
 *
 * @param bits 16 bits: sign, 5 of exponent, 10 of fraction.
 * @returns The number.
 */
export function decodeHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = bits >> 10 & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
