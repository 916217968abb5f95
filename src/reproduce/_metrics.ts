import { dirname } from "@std/path";
import { PAPER_SPACING, readLabels } from "../data/mod.ts";
import { ORGANS } from "../labels/mod.ts";
import { dice, type OrganScore, scoreCase, SCORED_ORGANS } from "../metrics/mod.ts";
import { writeTextWhole } from "../report/mod.ts";
import { resampleTo } from "../volume/mod.ts";
import type { CaseFiles } from "./_cases.ts";
import { toJson } from "./_files.ts";
import type { Stage } from "./_stage.ts";

/** One organ of one case at one resolution. */
export interface CaseScore extends Partial<OrganScore> {
  readonly organ: OrganScore["organ"];
  readonly case: number;
  /** mm between the voxels that were counted. */
  readonly grid_mm: number;
}

/** A case to score: predicted labels and truth at 3 mm, and the truth on the network's grid where that is another. */
export interface ScoredFiles {
  readonly number: number;
  readonly predicted: string;
  readonly truth: string;
  readonly networkTruth?: string;
}

/** Truth and prediction of the test cases as {@linkcode metricsStage} takes them. */
export function scoredFiles(
  cases: readonly CaseFiles[],
  predicted: (number: number) => string,
  networkTruth: (number: number) => string | undefined,
): ScoredFiles[] {
  return cases.map(({ number, labels }) => {
    const coarse = networkTruth(number);
    return {
      number,
      predicted: predicted(number),
      truth: labels,
      ...coarse !== undefined && { networkTruth: coarse },
    };
  });
}

/**
 * Scores a trainee's labels on each case, on the network's own grid and, by Dice alone as the paper does, at 3 mm. The labels at 3 mm are of
 * interpolated class probabilities: in the middles of the network's voxels they are what the network gave.
 */
export function metricsStage(
  { name, cases, spacing, to, signal }: {
    /** E.g. `metrics/iou+aug-1`. */
    readonly name: string;
    readonly cases: readonly ScoredFiles[];
    /** mm between voxels of the network's grid. */
    readonly spacing: number;
    readonly to: string;
    readonly signal: AbortSignal | undefined;
  },
): Stage {
  const own = { ...signal && { signal } };
  return {
    name,
    code: ["src/metrics", "src/labels/organs.ts", "src/volume", "src/reproduce/_metrics.ts"],
    options: { spacing },
    inputs: Object.fromEntries(cases.flatMap(({ number, predicted, truth, networkTruth }) => [
      [`predicted ${number}`, predicted],
      [`truth ${number}`, truth],
      ...networkTruth === undefined ? [] : [[`network truth ${number}`, networkTruth]],
    ])),
    outputs: { scores: to },
    async run() {
      const scores: CaseScore[] = [];
      for (const { number, predicted, truth, networkTruth } of cases) {
        signal?.throwIfAborted();
        const found = await readLabels(predicted, own);
        const right = await readLabels(truth, own);
        const keep = (rows: readonly OrganScore[], grid_mm: number) =>
          scores.push(...rows.map((row) => ({ case: number, grid_mm, ...row })));
        if (networkTruth === undefined) {
          keep(scoreCase(found, right), PAPER_SPACING);
          continue;
        }
        scores.push(...overlaps(found.data, right.data).map((row) => ({ case: number, ...row })));
        const coarse = await readLabels(networkTruth, own);
        const back = resampleTo(found, coarse, { interpolation: "nearest", outside: "edge" });
        keep(scoreCase(back, coarse), spacing);
      }
      await Deno.mkdir(dirname(to), { recursive: true });
      await writeTextWhole(to, toJson(scores));
    },
  };
}

/** Dice at 3 mm, where surfaces are scored on another grid. */
function overlaps(found: Uint8Array, right: Uint8Array) {
  return SCORED_ORGANS.map((organ) => {
    const value = dice(found, right, ORGANS[organ]);
    return { organ, grid_mm: PAPER_SPACING, ...value !== undefined && { dice: value } };
  });
}
