import type { ResultAdapter, ResultMachine } from "./bench_schema.ts";
import type { HashedFile } from "./schema.ts";

/** One validation of a training. */
export interface TrainValidation {
  /** Steps done. */
  readonly step: number;
  /** Mean over organs; absent if no case has any. */
  readonly dice?: number;
  /** Mean over cases by organ. */
  readonly organs: Readonly<Record<string, number>>;
}

/** What a training writes as JSON. */
export interface TrainResult {
  readonly schema: "ct-organ-webgpu/train@1";
  readonly adapter: ResultAdapter;
  readonly machine: ResultMachine;
  /** By name of the program or package. */
  readonly versions: Readonly<Record<string, string>>;
  /** What to type to run it again. */
  readonly command: string;
  /** Loss and augmentation, e.g. `iou+aug`. */
  readonly arm: string;
  readonly dataset: {
    readonly name: string;
    /** Case numbers. */
    readonly train: readonly number[];
    readonly validation: readonly number[];
    /** SHA-256 of all voxels. */
    readonly sha256: string;
  };
  /** All that the weights depend on but the data. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly network: {
    readonly parameters: number;
    /** Voxels along an axis that one voxel of the output depends on. */
    readonly receptive_field: number;
  };
  /** What the training was expected to need at most, bytes. */
  readonly memory_bytes: number;
  /** The most that it held at once, bytes. */
  readonly peak_gpu_bytes: number;
  /** Steps done. */
  readonly steps: number;
  /** Steps done before the last time it was resumed. */
  readonly resumed_from: number;
  /** Whether all steps were done, or validations brought nothing better for too long. */
  readonly ended: "steps" | "patience";
  /** Of each step. */
  readonly losses: readonly number[];
  readonly validations: readonly TrainValidation[];
  /** The validation that the model is of; absent without validation. */
  readonly best?: TrainValidation;
  readonly model: HashedFile;
  /** Of the steps since it was begun or resumed, validations included. */
  readonly seconds: number;
}
