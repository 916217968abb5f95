/** Where a value lies on an axis, from 0 at its beginning to 1 at its end; beyond for values beyond. */
export function place(
  value: number,
  { min, max, log }: { readonly min: number; readonly max: number; readonly log: boolean },
): number {
  const at = log ? Math.log : (x: number) => x;
  return (at(value) - at(min)) / (at(max) - at(min));
}

/** Ticks of an axis: powers of ten, and 2 and 5 times them where there are few; or fifths of a linear axis. */
export function ticksOf(
  { min, max, log }: { readonly min: number; readonly max: number; readonly log: boolean },
): number[] {
  if (!log) return [0, 1, 2, 3, 4, 5].map((i) => min + (max - min) * i / 5);
  const decades = Math.log10(max / min);
  const digits = decades > 2 ? [1] : [1, 2, 5];
  const first = Math.floor(Math.log10(min));
  const powers = Array.from({ length: Math.ceil(decades) + 2 }, (_, i) => 10 ** (first + i));
  return powers.flatMap((power) => digits.map((digit) => Number((digit * power).toPrecision(6))))
    .filter((tick) => tick >= min * 0.999 && tick <= max * 1.001);
}
