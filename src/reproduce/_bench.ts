import { benchFailures, type BenchOptions, findPeers, type FoundPeers } from "../../bench/mod.ts";
import { type BenchResult, writeTextWhole } from "../report/mod.ts";
import { toJson } from "./_files.ts";
import type { Stage } from "./_stage.ts";
import type { Profile } from "./profiles.ts";

/** Something that benchmarks: the project's own, or a stand-in in tests. */
export type Bench = (options: BenchOptions) => Promise<BenchResult>;

/** Looks for peers on the machine. */
export type LookForPeers = (signal: AbortSignal | undefined) => Promise<FoundPeers>;

/** Looks for SciPy, the baseline of the original's own code; it is no requirement. */
export const lookForBaseline: LookForPeers = (signal) =>
  findPeers(["scipy"], { lenient: true, ...signal && { signal } });

/** Runs the benchmark on the adapter of the run. */
export function benchStage(
  bench: Bench,
  to: string,
  // The times belong to an adapter: another one makes another result.
  adapter: string,
  { extent, ...options }: BenchOptions & {
    readonly seed: number;
    readonly extent: Profile["bench"];
  },
): Stage {
  return {
    name: "bench",
    code: [
      "bench",
      "reference",
      "src/augment",
      "src/gpu",
      "src/morphology",
      "src/nn",
      "src/random",
      "src/volume",
      "src/reproduce/_bench.ts",
    ],
    options: {
      adapter,
      seed: options.seed,
      extent,
      peers: options.peers?.programs.map(({ name }) => name) ?? [],
    },
    inputs: {},
    outputs: { bench: to },
    async run() {
      const result = await bench({ ...options, [extent]: true });
      await writeTextWhole(to, toJson(result));
      const absent = (result.absent ?? []).filter(({ intended }) => !intended);
      return { absent: absent.length, failures: benchFailures(result).length };
    },
    // A reference that failed may be there next time, and what is wrong is measured again.
    settled(detail) {
      const { absent, failures } = detail as { absent: number; failures: number };
      return absent === 0 && failures === 0;
    },
  };
}
