/**
 * The gate: a fixed small run whose masks and scores are compared with those of a stored baseline. What it measures comes from
 * `reproduce`.
 *
 * @module
 */

export { baselinePath, parseBaseline, readBaseline, writeBaseline } from "./baseline.ts";
export { compareGate, DICE_MARGIN, type GateCheck, MASK_SHARE } from "./compare.ts";
export {
  GATE_PARTS,
  type GateMask,
  type GateMeasure,
  type GateParts,
  measureGate,
  type MeasureOptions,
} from "./measure.ts";
