import type { OrganName } from "../labels/mod.ts";
import type { ScoreState, Summary } from "../metrics/mod.ts";

/** One organ of one case; what is not defined is left out. */
export interface EvaluatedRow {
  readonly case: string;
  readonly organ: OrganName;
  readonly state: ScoreState;
  readonly dice?: number;
  readonly iou?: number;
  readonly nsd?: number;
  readonly hd95_mm?: number;
  readonly volume_error_ml?: number;
  readonly truth_voxels: number;
  readonly predicted_voxels: number;
}

/** One organ over cases. */
export interface EvaluatedOrgan {
  readonly organ: OrganName;
  /** Cases by state. */
  readonly cases: Readonly<Record<ScoreState, number>>;
  readonly dice: Summary;
  readonly iou: Summary;
  readonly nsd: Summary;
  /** Of the scored cases alone. */
  readonly hd95_mm: Summary;
  readonly volume_error_ml: Summary;
}

/** What `evaluate` writes. */
export interface EvaluateResult {
  readonly schema: "ct-organ-webgpu/evaluate@1";
  /** Runs it again. */
  readonly command: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Folders. */
  readonly prediction: string;
  readonly truth: string;
  /** Of the bootstrap. */
  readonly seed: number;
  /** Of NSD, mm; "voxel" for the largest spacing of each case. */
  readonly tolerance_mm: number | "voxel";
  readonly organs: readonly EvaluatedOrgan[];
  readonly rows: readonly EvaluatedRow[];
  /** Cases that could not be scored. */
  readonly failures: readonly { readonly case: string; readonly error: string }[];
  /** Predictions that have no truth. */
  readonly unused: readonly string[];
}
