/**
 * Training: tfjs as a tape over this project's kernels, one step, and the trainer around it. Importing it loads tfjs.
 *
 * @module
 */
export * from "./batch_files.ts";
export { type Batch, Batches, type Sample, sampleSize } from "./batches.ts";
export { checkCases, dataHash, type TrainingCase, type TrainingData } from "./cases.ts";
export * from "./checkpoint.ts";
export * from "./config.ts";
export { checkTrainMemory, estimateMemory, type TrainMemory } from "./memory.ts";
export type { OptimizerSpec } from "./optimizer.ts";
export { readState, type RunHistory, type Validation } from "./run_state.ts";
export * from "./schedule.ts";
export * from "./tape.ts";
export {
  checkRunFolder,
  type StepProgress,
  train,
  type TrainOptions,
  type TrainOutcome,
} from "./trainer.ts";
export { createTrainingStep, TrainingStep, type TrainingStepOptions } from "./training_step.ts";
