import type { Bench } from "../../src/reproduce/_bench.ts";
import type { BenchRatio, BenchResult } from "../../src/report/mod.ts";

/** A benchmark's result with the given ratios, on an adapter of software or not. */
export function benchResult(
  options: { software?: boolean; ratios?: BenchRatio[] } = {},
): BenchResult {
  const { software = true, ratios = [] } = options;
  return {
    schema: "ct-organ-webgpu/bench@1",
    adapter: { description: "stand-in", vendor: "nobody", software },
    machine: { cores: 2, os: "linux" },
    versions: {},
    command: "deno task bench --quick",
    seed: 1,
    results: [],
    ratios,
  };
}

/** A stand-in for the benchmark, which takes a minute, that counts how often it is called. */
export function countingBench(): { bench: Bench; calls: () => number } {
  let calls = 0;
  return {
    calls: () => calls,
    bench: ({ onProgress }) => {
      calls++;
      onProgress?.({ kernel: "augment/warp", case: "one", done: 0, total: 1 });
      return Promise.resolve(benchResult());
    },
  };
}
