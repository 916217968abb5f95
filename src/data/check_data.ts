import type { OrganName } from "../labels/mod.ts";
import { type CaseCheck, checkCase } from "./check_case.ts";
import type { Dataset, IncompleteCase } from "./dataset.ts";
import type { LabelPicture } from "./picture.ts";
import type { Origin } from "./provenance.ts";

/** An organ over all cases. */
export interface OrganSummary {
  readonly organ: OrganName;
  /** Cases with at least one voxel of it. */
  readonly cases: number;
  /** Where the labels come from, and in how many of those cases. */
  readonly origins: Readonly<Partial<Record<Origin, number>>>;
  /** Millilitres over those cases. */
  readonly ml: { readonly least: number; readonly median: number; readonly most: number };
}

/** What was found about a data folder. */
export interface DataCheck {
  readonly layout: Dataset["layout"];
  readonly licence?: string;
  readonly notes: readonly string[];
  readonly cases: readonly CaseCheck[];
  readonly incomplete: readonly IncompleteCase[];
  readonly organs: readonly OrganSummary[];
}

/** Options of {@linkcode checkData}. */
export interface CheckDataOptions {
  /** Stops between two cases, and during one. */
  readonly signal?: AbortSignal | undefined;
  /** Called before each case. */
  readonly onCase?: ((name: string, done: number, all: number) => void) | undefined;
  /** Called with what can be seen of each case. */
  readonly onPicture?: ((check: CaseCheck, picture: LabelPicture) => Promise<void>) | undefined;
}

/**
 * Checks all cases of a data folder, see {@linkcode checkCase}; a bad one does not keep the others from being checked. One case is in memory
 * at a time.
 *
 * @param dataset What {@linkcode scanFolder} found.
 * @param options Signal, progress, pictures.
 * @returns What was found.
 */
export async function checkData(
  dataset: Dataset,
  { signal, onCase, onPicture }: CheckDataOptions = {},
): Promise<DataCheck> {
  const { layout, cases, incomplete, licence, notes } = dataset;
  const checks: CaseCheck[] = [];
  const names = new Map<string, string>();
  for (const [i, one] of cases.entries()) {
    signal?.throwIfAborted();
    onCase?.(one.name, i, cases.length);
    const { check, picture } = await checkCase(one, { ...signal && { signal } });
    const twin = check.ct && names.get(check.ct.sha256);
    if (check.ct && twin === undefined) names.set(check.ct.sha256, one.name);
    const found = twin === undefined ? check : {
      ...check,
      warnings: [...check.warnings, `Its CT has the same voxels as that of case ${twin}`],
    };
    checks.push(found);
    if (picture) await onPicture?.(found, picture);
  }
  return {
    ...{ layout, notes, incomplete, cases: checks, organs: summarise(checks) },
    ...licence !== undefined && { licence },
  };
}

/**
 * The cases of a check that cannot be used.
 *
 * @param check What was found.
 * @returns Names and reasons.
 */
export function badCases({ cases, incomplete }: DataCheck): IncompleteCase[] {
  const bad = cases.filter(({ faults }) => faults.length > 0);
  return [...incomplete, ...bad.map(({ name, faults }) => ({ name, why: faults.join("; ") }))];
}

function summarise(checks: readonly CaseCheck[]): OrganSummary[] {
  const found = new Map<OrganName, { ml: number[]; origins: Partial<Record<Origin, number>> }>();
  for (const { organs, origins } of checks) {
    for (const { organ, ml } of organs) {
      const one = found.get(organ) ?? { ml: [], origins: {} };
      const origin = origins[organ] ?? "unknown";
      one.ml.push(ml);
      one.origins[origin] = (one.origins[origin] ?? 0) + 1;
      found.set(organ, one);
    }
  }
  return [...found].map(([organ, { ml, origins }]) => {
    const sorted = ml.toSorted((a, b) => a - b);
    const [low, high] = [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
    return {
      ...{ organ, origins, cases: ml.length },
      ml: { least: sorted[0]!, median: (low + high) / 2, most: sorted.at(-1)! },
    };
  });
}
