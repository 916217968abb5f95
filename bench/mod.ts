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
export { against, type AgainstOptions, type AgainstOutcome } from "./against.ts";
export { measureBaseline } from "./baseline.ts";
export { GitRefError, lastChange } from "./against_worktree.ts";
export { compare, type Comparison } from "./agreement.ts";
export { type CompareOutcome, compareWithBase } from "./compare.ts";
export { IncomparableError, parseBase } from "./compare_base.ts";
export type { GateSubject } from "./compare_levels.ts";
export type { GateOutcome, Move, NotCompared } from "./compare_moves.ts";
export { formatMoves, regressionLine } from "./compare_table.ts";
export { GATE_KERNELS } from "./gate_kernels.ts";
export { formatGithub } from "./format_github.ts";
export { commandLine, type FlagValue } from "./command_line.ts";
export { type MachineFacts, machineFacts } from "./machine.ts";
export { pairs } from "./pairs/mod.ts";
export {
  type Acceptance,
  type Case,
  type FastVariant,
  type OutputPart,
  type Pair,
  type ReferenceName,
  referenceNames,
  type References,
  type Work,
} from "./pairs/pair.ts";
export { PeerError } from "./peer.ts";
export {
  findPeers,
  type FindPeersOptions,
  type FoundPeers,
  listPeers,
  PEER_NAMES,
  type PeerName,
  type PeerState,
} from "./peers/find.ts";
export { type InstallOptions, installPeers } from "./peers/install.ts";
export { formatTable } from "./table.ts";
export type { ProgramCommand } from "./_line_program.ts";
export { TorchTwin, type TwinGradients, type TwinRequest } from "./peers/torch_twin.ts";
