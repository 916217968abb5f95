import type { VoxelArray } from "../src/volume/mod.ts";
import type { Acceptance } from "./pairs/pair.ts";

/** An element that is not what it should be. */
export interface Fault {
  readonly index: number;
  readonly got: number;
  readonly expected: number;
}

/** How an output compares to a reference's. */
export interface Comparison {
  /** The acceptance class it was judged by. */
  readonly class: Acceptance["class"];
  /** Largest absolute difference, over elements where both are numbers. */
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
 * @param acceptance What is near enough.
 * @returns The comparison; `error` says what was expected where.
 */
export function compare(
  got: VoxelArray,
  expected: VoxelArray,
  acceptance: Acceptance,
): Comparison {
  const { class: kind, tolerance = 0, exceptions = 0 } = acceptance;
  if (got.length !== expected.length) {
    const error = `${got.length} elements, expected ${expected.length}`;
    return { class: kind, max_abs: 0, mismatches: expected.length, ok: false, error };
  }
  const allowed = kind === "absolute" ? tolerance : 0;
  const excused = { exact: 0, absolute: exceptions, "mismatch-count": tolerance }[kind];
  const faults: Fault[] = [];
  let mismatches = 0;
  let maxAbs = 0;
  let broken = 0;
  for (let index = 0; index < got.length; index++) {
    const a = got[index]!;
    const b = expected[index]!;
    if (a === b || (a !== a && b !== b)) continue;
    const distance = Math.abs(a - b);
    if (Number.isFinite(distance)) maxAbs = Math.max(maxAbs, distance);
    else broken++;
    if (distance <= allowed) continue;
    mismatches++;
    if (faults.length < SHOWN) faults.push({ index, got: a, expected: b });
  }
  const ok = mismatches <= excused && broken === 0;
  const result = { class: kind, max_abs: maxAbs, mismatches, ok };
  return ok ? result : { ...result, error: describe(mismatches, got.length, acceptance, faults) };
}

/**
 * The worse of two comparisons: the one that fails, else the one further off.
 *
 * @param a One comparison.
 * @param b The other.
 * @returns `a` or `b`; `a` if they are equally good.
 */
export function worse(a: Comparison, b: Comparison): Comparison {
  if (a.ok !== b.ok) return a.ok ? b : a;
  if (a.mismatches !== b.mismatches) return a.mismatches > b.mismatches ? a : b;
  return b.max_abs > a.max_abs ? b : a;
}

function describe(
  mismatches: number,
  length: number,
  { class: kind, tolerance = 0, exceptions = 0 }: Acceptance,
  faults: readonly Fault[],
): string {
  const allowed = {
    exact: "none may",
    absolute: `${exceptions || "none"} may by more than ${tolerance}`,
    "mismatch-count": `at most ${tolerance} may`,
  }[kind];
  const first = faults.map((f) => `[${f.index}] got ${f.got}, expected ${f.expected}`);
  return `${mismatches} of ${length} elements differ (${allowed}): ${first.join("; ")}`;
}
