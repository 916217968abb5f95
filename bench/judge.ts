import type { BenchPartAgreement } from "../src/report/bench_schema.ts";
import type { VoxelArray } from "../src/volume/mod.ts";
import { compareNoisy, type NoisyComparison, worse } from "./agreement.ts";
import type { Acceptance, OutputPart, Pair } from "./pairs/pair.ts";

/** What an output is judged by. */
export interface Yardstick {
  readonly acceptance: Acceptance;
  /** Unit in which values are compared. */
  readonly unit?: string;
  /** How many units a difference of 1 between values is; 1 if absent. */
  readonly scale?: number;
  /** The stretches that are judged by themselves. */
  readonly parts?: readonly OutputPart[];
}

/** How an output compares to a reference's, part by part where it has parts. */
export interface Judgement extends NoisyComparison {
  /** Unit of `max_abs`. */
  readonly unit?: string;
  /** One entry per name. `class` and `max_abs` of the whole are the first one's, `mismatches` are all together. */
  readonly parts?: readonly BenchPartAgreement[];
}

/**
 * What the output of a pair's case is judged by.
 *
 * @param pair The pair.
 * @param input The case's input.
 * @param fast Whether the output is that of the fast variant.
 * @returns Acceptance, unit, scale and parts.
 */
export function yardstickOf(pair: Pair, input: object, fast = false): Yardstick {
  const parts = pair.parts?.(input);
  return {
    acceptance: fast ? pair.fast!.acceptance : pair.acceptance,
    ...(pair.unit === undefined ? {} : { unit: pair.unit }),
    ...(pair.scale === undefined ? {} : { scale: pair.scale }),
    ...(parts === undefined ? {} : { parts }),
  };
}

/**
 * Compares an output with a reference's.
 *
 * @param got The output.
 * @param expected The reference's.
 * @param yardstick What is near enough.
 * @param noise Standard deviation of the noise that the reference draws by a generator of its own, see {@linkcode compareNoisy}; a part
 *   whose class is not `absolute` has none.
 * @returns The comparison.
 * @throws {RangeError} If the parts do not add up to the reference's output: the pair is wrong.
 */
export function judge(
  got: VoxelArray,
  expected: VoxelArray,
  { acceptance, unit, scale = 1, parts }: Yardstick,
  noise?: number,
): Judgement {
  const inUnit = unit === undefined ? {} : { unit };
  if (!parts || got.length !== expected.length) {
    return { ...compareNoisy(got, expected, acceptance, noise, scale), ...inUnit };
  }
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  if (total !== expected.length) {
    throw new RangeError(
      `Cannot judge an output of ${expected.length} elements: its parts have ${total}`,
    );
  }
  const found = new Map<string, BenchPartAgreement>();
  let start = 0;
  for (const { name, length, acceptance: own } of parts) {
    const [a, b] = [got, expected].map((array) => array.subarray(start, start + length));
    const allowed = own ?? acceptance;
    const drawn = allowed.class === "absolute" ? noise : undefined;
    const { own_noise: _, ...comparison } = compareNoisy(
      a!,
      b!,
      allowed,
      drawn,
      own ? 1 : scale,
    );
    const part = { name, ...comparison, ...(own ? {} : inUnit) };
    const before = found.get(name);
    found.set(name, before ? together(before, part) : part);
    start += length;
  }
  return {
    ...ofParts([...found.values()]),
    ...inUnit,
    ...(noise === undefined ? {} : { own_noise: scale * noise }),
  };
}

/**
 * The worse of two judgements of one output, part by part.
 *
 * @param a One.
 * @param b The other.
 * @returns What is true of both.
 */
export function worseJudgement(a: Judgement, b: Judgement): Judgement {
  if (a.ok !== b.ok || !a.parts || !b.parts) return worse(a, b);
  return { ...a, ...ofParts(a.parts.map((part, i) => worse(part, b.parts![i]!))) };
}

/** Two stretches of one name. */
function together(a: BenchPartAgreement, b: BenchPartAgreement): BenchPartAgreement {
  const error = a.error ?? b.error;
  return {
    ...a,
    max_abs: Math.max(a.max_abs, b.max_abs),
    mismatches: a.mismatches + b.mismatches,
    ok: a.ok && b.ok,
    ...(error === undefined ? {} : { error }),
  };
}

function ofParts(parts: readonly BenchPartAgreement[]) {
  const [first] = parts;
  const fault = parts.find(({ ok }) => !ok);
  return {
    class: first!.class,
    max_abs: first!.max_abs,
    mismatches: parts.reduce((sum, { mismatches }) => sum + mismatches, 0),
    ok: !fault,
    ...(fault ? { error: `${fault.name}: ${fault.error}` } : {}),
    parts,
  };
}
