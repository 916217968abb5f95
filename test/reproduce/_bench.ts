import type { Bench, LookForPeers } from "../../src/reproduce/_bench.ts";
import type { BenchRatio, BenchResult, BenchRow } from "../../src/report/mod.ts";

/** The GPU's own row of a case, right and timed with 1 ms. */
export function gpuRow(kernel: string, name: string): BenchRow {
  return {
    suite: kernel.split("/")[0]!,
    kernel,
    case: name,
    implementation: "webgpu",
    samples_ms: [1],
    median_ms: 1,
    ci95_ms: [1, 1],
    agreement: { class: "exact", max_abs: 0, ok: true },
  };
}

/** A benchmark's result with the given ratios, each of a kernel that is right, on an adapter of software or not. */
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
    results: ratios.map(({ kernel, case: name }) => gpuRow(kernel, name)),
    ratios,
  };
}

/** A stand-in for the benchmark, which takes a minute, that counts how often it is called. */
export function countingBench(
  result = benchResult(),
): { bench: Bench; lookForPeers: LookForPeers; calls: () => number } {
  let calls = 0;
  return {
    calls: () => calls,
    lookForPeers: () => Promise.resolve({ programs: [], absent: [], asked: "" }),
    bench: ({ onProgress }) => {
      calls++;
      onProgress?.({ kernel: "augment/warp", case: "one", done: 0, total: 1 });
      return Promise.resolve(result);
    },
  };
}
