/**
 * The same training here and with PyTorch, on the same batches, compared. Importing it loads tfjs.
 *
 * @module
 */
export { FULL_PLAN, QUICK_PLAN, type TwinPlan } from "./plan.ts";
export { compareWithTorch, twinFailures, type TwinOptions, type TwinOutcome } from "./twin.ts";
