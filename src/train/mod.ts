/**
 * Training: tfjs as a tape over this project's kernels. Importing it loads tfjs.
 *
 * @module
 */
export * from "./batch_files.ts";
export * from "./checkpoint.ts";
export type { OptimizerSpec } from "./optimizer.ts";
export * from "./tape.ts";
export { createTrainingStep, TrainingStep, type TrainingStepOptions } from "./training_step.ts";
