import type { BenchRatio, BenchResult, ResultAdapter } from "../src/report/bench_schema.ts";
import type { GateSubject } from "./compare_levels.ts";

const SCHEMA: BenchResult["schema"] = "ct-organ-webgpu/bench@1";

/** Two results that must not be compared, or a file that holds none. */
export class IncomparableError extends TypeError {
  override readonly name = "IncomparableError";

  /** @param reason What keeps them apart, one line. */
  constructor(reason: string) {
    super(`Cannot compare with the base: ${reason}`);
  }
}

/**
 * Reads a result to compare with: what `bench --json` or `bench --baseline` wrote.
 *
 * @param text The file's text.
 * @returns The result; of its content, schema, adapter and ratios are checked.
 * @throws {IncomparableError} If it is something else.
 */
export function parseBase(text: string): BenchResult {
  let value: Partial<BenchResult> | null;
  try {
    value = JSON.parse(text);
  } catch {
    throw new IncomparableError("the file is not JSON; give one that bench --json wrote");
  }
  if (value?.schema !== SCHEMA) {
    const found = typeof value?.schema === "string" ? `"${value.schema}"` : "none";
    throw new IncomparableError(`its schema must be "${SCHEMA}", found ${found}`);
  }
  const { adapter, ratios } = value;
  if (typeof adapter?.software !== "boolean" || typeof adapter.description !== "string") {
    throw new IncomparableError("the file does not say which adapter ran");
  }
  if (!Array.isArray(ratios) || !ratios.every(isRatio)) {
    throw new IncomparableError("the file has no valid ratios");
  }
  return value as BenchResult;
}

/** Levels of an earlier version. */
export interface BaseLevels {
  /** One per process. */
  readonly levels: readonly number[];
  /** What the samples leave open of a process that is the only one, as a standard deviation of the logarithm. */
  readonly sd?: number;
}

/**
 * What a base says of a subject against the CPU twin.
 *
 * @param base The earlier result.
 * @param subject The subject.
 * @returns Its levels, or undefined if the base lacks one of the ratios they need.
 */
export function baseLevels(
  base: BenchResult,
  { kernel, case: name, implementation }: GateSubject,
): BaseLevels | undefined {
  const ratioTo = (against: BenchRatio["against"]) =>
    base.ratios.find((ratio) =>
      ratio.kernel === kernel && ratio.case === name && ratio.against === against
    );
  const twin = ratioTo("typescript");
  const exact = twin && levelsOf(twin);
  if (!exact || implementation === "webgpu") {
    return exact && { ...exact, levels: exact.levels.map((log) => -log) };
  }
  // The fast way over the exact one, and the twin over the exact one.
  const ratio = ratioTo(implementation);
  const fast = ratio && levelsOf(ratio);
  if (!fast || fast.levels.length !== exact.levels.length) return undefined;
  return {
    levels: fast.levels.map((log, i) => log - exact.levels[i]!),
    ...exact.sd === undefined ? {} : { sd: Math.hypot(exact.sd, fast.sd!) },
  };
}

function levelsOf({ ratio, ci95: [low, high], processes }: BenchRatio): BaseLevels {
  if (processes) return { levels: processes.map(Math.log) };
  // 95 % of a normal law lie within 1.96 standard deviations of its middle.
  return { levels: [Math.log(ratio)], sd: Math.log(high / low) / (2 * 1.959964) };
}

/**
 * An adapter in words.
 *
 * @param adapter The adapter.
 * @returns Its kind and name.
 */
export function adapterText({ software, description }: ResultAdapter): string {
  return `a ${software ? "software" : "hardware"} adapter (${description})`;
}

function isRatio(value: unknown): value is BenchRatio {
  const { kernel, case: name, against, ratio, ci95, processes } = (value ?? {}) as Partial<
    BenchRatio
  >;
  return [kernel, name, against].every((text) => typeof text === "string") &&
    Array.isArray(ci95) && ci95.length === 2 &&
    (processes === undefined || Array.isArray(processes) && processes.length > 1) &&
    [ratio, ...ci95, ...processes ?? []].every((number) => Number.isFinite(number) && number > 0) &&
    ci95[0] <= ci95[1];
}
