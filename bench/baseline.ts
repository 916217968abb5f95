import type { BenchImplementation, BenchRatio, BenchResult } from "../src/report/bench_schema.ts";
import type { CaseTwice } from "./_measure_case.ts";
import { gatedSetup, subjectsOf, twinLevels } from "./_twin_levels.ts";
import { type BenchOptions, type BenchSetup, benchSetup, benchTwice } from "./bench.ts";
import { commandLine } from "./command_line.ts";
import { MEASUREMENTS } from "./compare_moves.ts";
import { gatePlan } from "./sampler.ts";
import { meanInterval } from "./statistics.ts";

/**
 * Measures what later versions can be compared with: the GPU's ratios to the CPU twin, each in as many processes as the gate gives to what
 * seems to have moved. Times and other implementations are left out: of another machine or moment they say nothing.
 *
 * Needs what `bench` needs.
 *
 * @param options What to run; peers do not count.
 * @returns A result without rows, whose ratios name those of each process.
 * @throws {RangeError} If there is no such suite.
 * @throws {NoAdapterError} If no adapter answers or none matches.
 */
export async function measureBaseline(options: BenchOptions = {}): Promise<BenchResult> {
  return await measureBaselineBy(
    { ...benchSetup(options), plan: gatePlan(options.quick || options.brief) },
    options,
  );
}

/**
 * {@linkcode measureBaseline} with other pairs and programs.
 *
 * @param setup Pairs, programs and plan.
 * @param options What to run.
 * @returns The baseline.
 */
export async function measureBaselineBy(
  setup: BenchSetup,
  options: BenchOptions = {},
): Promise<BenchResult> {
  const twice: CaseTwice[] = [];
  let first: BenchResult | undefined;
  for (let measurement = 0; measurement < MEASUREMENTS; measurement++) {
    const now = await benchTwice(gatedSetup(setup), options);
    first ??= now.result;
    twice.push(...now.twice);
  }
  const { schema, adapter, machine, versions, seed } = first!;
  const { suite, quick, brief, adapter: wanted } = options;
  return {
    ...{ schema, adapter, machine, versions, seed },
    command: commandLine("bench", {
      ...{ suite, quick, brief, adapter: wanted, baseline: "BASE.json", seed },
    }),
    results: [],
    ratios: subjectsOf(first!).flatMap(({ kernel, case: name, implementation }) => {
      const of = (way: "webgpu" | "webgpu-fast") =>
        twinLevels(twice, { kernel, case: name, implementation: way });
      // What is said of the fast way stands against the exact one, as in every result.
      const [against, logs] = implementation === "webgpu"
        ? ["typescript" as const, of("webgpu").map((level) => -level)]
        : [implementation, differences(of(implementation), of("webgpu"))];
      return logs.length < 2 ? [] : [ratio({ kernel, case: name, against }, logs)];
    }),
  };
}

function ratio(
  at: { kernel: string; case: string; against: BenchImplementation },
  logs: readonly number[],
): BenchRatio {
  const { value, ci95: [low, high] } = meanInterval(logs);
  return {
    ...at,
    ratio: Math.exp(value),
    ci95: [Math.exp(low), Math.exp(high)],
    processes: logs.map(Math.exp),
  };
}

/** None where a process is missing, since nothing says which. */
function differences(above: readonly number[], below: readonly number[]): number[] {
  return above.length === below.length ? above.map((level, i) => level - below[i]!) : [];
}
