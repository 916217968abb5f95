import { type LabelPair, matchLabelFiles, readLabelFiles, readLabels } from "../data/mod.ts";
import type { OrganName } from "../labels/mod.ts";
import { type OrganScore, scoreCase, summariseOrgans } from "../metrics/mod.ts";
import type { EvaluatedOrgan, EvaluatedRow, EvaluateResult } from "./schema.ts";

/** Options of {@linkcode evaluateFolders}. */
export interface EvaluateOptions {
  /** Folder of predicted labels, absolute path. */
  readonly prediction: string;
  /** Folder of true labels, absolute path. */
  readonly truth: string;
  readonly organs: readonly OrganName[];
  /** Of NSD, mm; one voxel of each case if absent. */
  readonly toleranceMm?: number | undefined;
  /** Of the bootstrap. */
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Called before a case is read. */
  readonly onCase?: (name: string, done: number, all: number) => void;
}

/**
 * Scores every case of two folders of label files, one case in memory at a time. A case that cannot be scored is named in `failures`; the
 * others go on.
 *
 * @param options Folders, organs, tolerance.
 * @returns Rows and summaries; who writes them adds where they come from.
 * @throws {Error} If a folder cannot be read or holds no NIfTI file.
 */
export async function evaluateFolders(
  { prediction, truth, organs, toleranceMm, seed, signal, onCase }: EvaluateOptions,
): Promise<Pick<EvaluateResult, "organs" | "rows" | "failures" | "unused">> {
  const { pairs, faults, unused } = await matchLabelFiles({ prediction, truth });
  const rows: EvaluatedRow[] = [];
  const scores: OrganScore[] = [];
  const failures = faults.map(({ name, why }) => ({
    case: name,
    error: `Cannot score case "${name}": ${why}`,
  }));
  for (const [i, pair] of pairs.entries()) {
    signal?.throwIfAborted();
    onCase?.(pair.name, i, pairs.length);
    try {
      const own = await scorePair(pair, { organs, toleranceMm, signal });
      scores.push(...own);
      rows.push(...own.map((score) => rowOf(pair.name, score)));
    } catch (error) {
      signal?.throwIfAborted();
      failures.push({ case: pair.name, error: (error as Error).message });
    }
  }
  return { organs: summariseOrgans(scores, { seed }).map(organOf), rows, failures, unused };
}

async function scorePair(
  pair: LabelPair,
  { organs, toleranceMm, signal }: {
    readonly organs: readonly OrganName[];
    readonly toleranceMm: number | undefined;
    readonly signal: AbortSignal | undefined;
  },
): Promise<OrganScore[]> {
  const truth = await readLabels(pair.truth, { ...signal && { signal } });
  const prediction = await readLabelFiles(
    [{ path: pair.prediction }],
    { grid: truth, path: pair.truth },
    { ...signal && { signal } },
  );
  return scoreCase(prediction, truth, {
    organs,
    ...toleranceMm !== undefined && { toleranceMm },
  });
}

function rowOf(name: string, score: OrganScore): EvaluatedRow {
  const { organ, state, dice, iou, nsd, hd95Mm, volumeErrorMl } = score;
  return {
    case: name,
    organ,
    state,
    ...dice !== undefined && { dice },
    ...iou !== undefined && { iou },
    ...nsd !== undefined && { nsd },
    ...hd95Mm !== undefined && { hd95_mm: hd95Mm },
    ...volumeErrorMl !== undefined && { volume_error_ml: volumeErrorMl },
    truth_voxels: score.truthVoxels,
    predicted_voxels: score.predictedVoxels,
  };
}

function organOf(
  { organ, states, dice, iou, nsd, hd95Mm, volumeErrorMl }: ReturnType<
    typeof summariseOrgans
  >[number],
): EvaluatedOrgan {
  return {
    organ,
    cases: states,
    dice,
    iou,
    nsd,
    hd95_mm: hd95Mm,
    volume_error_ml: volumeErrorMl,
  };
}
