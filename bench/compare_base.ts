import type { BenchRatio, BenchResult, ResultAdapter } from "../src/report/schema.ts";

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
 * Reads a result to compare with: what `bench --json` wrote, or a baseline.
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

/**
 * What of a result is worth keeping for other moments and machines: the ratios to the CPU twin, and what they were measured on.
 *
 * @param result A benchmark's result.
 * @returns The same without times and without other ratios.
 */
export function baselineOf(result: BenchResult): BenchResult {
  const { schema, adapter, machine, versions, command, seed, ratios } = result;
  return {
    ...{ schema, adapter, machine, versions, command, seed },
    results: [],
    ratios: ratios.filter(({ against }) => against === "typescript"),
  };
}

/**
 * The class of an adapter, as a file's name without extension, e.g. `software-llvmpipe` or `hardware-nvidia-h200`.
 *
 * @param adapter The adapter.
 * @returns The kind, then the device without what drivers put in brackets.
 */
export function adapterClass({ software, description }: ResultAdapter): string {
  const device = description.replace(/\(.*$/, "").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return `${software ? "software" : "hardware"}-${device.replaceAll(/^-|-$/g, "") || "unnamed"}`;
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
  const { kernel, case: name, against, ratio, ci95 } = (value ?? {}) as Partial<BenchRatio>;
  return [kernel, name, against].every((text) => typeof text === "string") &&
    Array.isArray(ci95) && ci95.length === 2 &&
    [ratio, ...ci95].every((number) => Number.isFinite(number) && number > 0) &&
    ci95[0] <= ci95[1];
}
