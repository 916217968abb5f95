import type { VoxelArray } from "../src/volume/mod.ts";
import type { Acceptance } from "./pairs/pair.ts";

/** An element that is not what it should be, in the output's unit. */
export interface Fault {
  readonly index: number;
  readonly got: number;
  readonly expected: number;
}

/** How an output compares to a reference's. */
export interface Comparison {
  /** The acceptance class it was judged by. */
  readonly class: Acceptance["class"];
  /** Largest absolute difference, over elements where both are numbers, in the output's unit. */
  readonly max_abs: number;
  /** Elements that differ by more than the class allows any element to (`mismatch-count`: that differ at all). */
  readonly mismatches: number;
  /** True if the output is accepted. */
  readonly ok: boolean;
  /** Why it is not: one line with the first faults. */
  readonly error?: string;
}

const SHOWN = 5;

/**
 * Compares an output with a reference's. Element types may differ, values count: 1 as a byte equals 1 as a float, and 0 equals -0;
 * not-a-number equals only itself. A difference that is not finite is never excused, whatever the class allows.
 *
 * @param got The output.
 * @param expected The reference's.
 * @param acceptance What is near enough, in the output's unit.
 * @param scale How many units a difference of 1 is; the comparison is in units.
 * @returns The comparison; `error` says what was expected where.
 */
export function compare(
  got: VoxelArray,
  expected: VoxelArray,
  acceptance: Acceptance,
  scale = 1,
): Comparison {
  const { class: kind, tolerance = 0, exceptionsPerMillion = 0 } = acceptance;
  const inAMillion =
    { exact: 0, absolute: exceptionsPerMillion, "mismatch-count": tolerance }[kind];
  const excused = Math.floor(inAMillion * got.length / 1e6);
  if (got.length !== expected.length) {
    const error = `${got.length} elements, expected ${expected.length}`;
    return { class: kind, max_abs: 0, mismatches: expected.length, ok: false, error };
  }
  const allowed = kind === "absolute" ? tolerance : 0;
  const faults: Fault[] = [];
  let mismatches = 0;
  let maxAbs = 0;
  let broken = 0;
  for (let index = 0; index < got.length; index++) {
    const a = got[index]!;
    const b = expected[index]!;
    if (a === b || (a !== a && b !== b)) continue;
    const distance = scale * Math.abs(a - b);
    if (Number.isFinite(distance)) maxAbs = Math.max(maxAbs, distance);
    else broken++;
    if (distance <= allowed) continue;
    mismatches++;
    if (faults.length < SHOWN) faults.push({ index, got: scale * a, expected: scale * b });
  }
  const ok = mismatches <= excused && broken === 0;
  const result = { class: kind, max_abs: maxAbs, mismatches, ok };
  return ok ? result : { ...result, error: describe(mismatches, got.length, acceptance, faults) };
}

/** A {@linkcode Comparison} with an output that may hold noise from a generator of its own. */
export interface NoisyComparison extends Comparison {
  /** The noise's standard deviation, in the output's unit; absent without such noise. */
  readonly own_noise?: number;
}

/** Noise may take two outputs that far apart: 8 standard deviations of their difference, 1 voxel in 10^15. */
const NOISE_REACH = 8 * Math.SQRT2;

/**
 * {@linkcode compare} with a program that may draw noise by a generator of its own: then outputs are compared as far as noise reaches,
 * and their means and standard deviations as far as chance does.
 *
 * @param got The output.
 * @param expected The program's.
 * @param acceptance What is near enough without noise.
 * @param noise Standard deviation of the program's noise, if it draws its own; the output's must be the same. A difference of values.
 * @param scale How many units a difference of 1 is; see {@linkcode compare}.
 * @returns The comparison.
 */
export function compareNoisy(
  got: VoxelArray,
  expected: VoxelArray,
  acceptance: Acceptance,
  noise: number | undefined,
  scale = 1,
): NoisyComparison {
  if (noise === undefined) return compare(got, expected, acceptance, scale);
  const own_noise = scale * noise;
  const { exceptionsPerMillion = 0, tolerance = 0, reason } = acceptance;
  const widened = tolerance + NOISE_REACH * own_noise;
  const comparison = compare(got, expected, {
    class: "absolute",
    tolerance: widened,
    exceptionsPerMillion,
    reason,
  }, scale);
  const [a, b] = [momentsOf(got, scale), momentsOf(expected, scale)];
  const near = (x: number, y: number) =>
    Math.abs(x - y) <= tolerance + NOISE_REACH * own_noise / Math.sqrt(got.length);
  if (!comparison.ok || (near(a.mean, b.mean) && near(a.sd, b.sd))) {
    return { ...comparison, own_noise };
  }
  const error = `mean ${a.mean} and standard deviation ${a.sd}, expected ${b.mean} and ${b.sd}`;
  return { ...comparison, ok: false, error, own_noise };
}

function momentsOf(values: VoxelArray, scale: number): { mean: number; sd: number } {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += values[i]! / values.length;
  let square = 0;
  for (let i = 0; i < values.length; i++) square += (values[i]! - mean) ** 2 / values.length;
  return { mean: scale * mean, sd: scale * Math.sqrt(square) };
}

/**
 * The worse of two comparisons: the one that fails, else the one further off.
 *
 * @param a One comparison.
 * @param b The other.
 * @returns `a` or `b`; `a` if they are equally good.
 */
export function worse<C extends Comparison>(a: C, b: C): C {
  if (a.ok !== b.ok) return a.ok ? b : a;
  if (a.mismatches !== b.mismatches) return a.mismatches > b.mismatches ? a : b;
  return b.max_abs > a.max_abs ? b : a;
}

function describe(
  mismatches: number,
  length: number,
  { class: kind, tolerance = 0, exceptionsPerMillion = 0 }: Acceptance,
  faults: readonly Fault[],
): string {
  const allowed = {
    exact: "none may",
    absolute: exceptionsPerMillion > 0
      ? `${exceptionsPerMillion} in a million may by more than ${tolerance}`
      : `none may by more than ${tolerance}`,
    "mismatch-count": `at most ${tolerance} in a million may`,
  }[kind];
  const first = faults.map((f) => `[${f.index}] got ${f.got}, expected ${f.expected}`);
  return `${mismatches} of ${length} elements differ (${allowed}): ${first.join("; ")}`;
}
