/**
 * The benchmark: every kernel checked against its CPU references, then timed beside them.
 *
 * @module
 */
export {
  bench,
  benchFailures,
  type BenchOptions,
  type BenchProgress,
  benchSuites,
} from "./bench.ts";
export { compare, type Comparison } from "./agreement.ts";
export { type MachineFacts, machineFacts } from "./machine.ts";
export { pairs } from "./pairs/mod.ts";
export {
  type Acceptance,
  type Case,
  type Pair,
  type ReferenceName,
  referenceNames,
  type References,
  type Work,
} from "./pairs/pair.ts";
export { PeerError } from "./peer.ts";
export { formatTable } from "./table.ts";
