import type { BenchRatio, BenchResult } from "../src/report/schema.ts";
import type { CaseTwice } from "./_measure_case.ts";
import { type BenchOptions, type BenchSetup, benchSetup, benchTwice } from "./bench.ts";
import { adapterText, IncomparableError } from "./compare_base.ts";
import { type Change, findMoves, type GateOutcome, type NotCompared } from "./compare_moves.ts";
import type { Pair } from "./pairs/pair.ts";
import { gatePlan } from "./sampler.ts";
import { median, ratioChangeInterval } from "./statistics.ts";
import { RandomStream } from "../src/random/mod.ts";

/** A benchmark and what moved since an earlier one. */
export interface CompareOutcome extends GateOutcome {
  /** The benchmark that ran now. */
  readonly result: BenchResult;
}

/**
 * Runs the benchmark and compares it with an earlier one. Times of another moment or machine do not compare, so the ratios of CPU twin to
 * GPU do: a change says how many times smaller the ratio is now. GPU and twin run in two processes each; how far the two ratios of now
 * seem to differ is the noise floor.
 *
 * @param base The earlier result; only its adapter and its ratios to `typescript` count.
 * @param options What to run.
 * @returns The result, and what moved.
 * @throws {IncomparableError} If one ran on a software adapter and the other not.
 */
export async function compareWithBase(
  base: BenchResult,
  options: BenchOptions = {},
): Promise<CompareOutcome> {
  return await compareWithBaseBy({ ...benchSetup(options), plan: gatePlan(options.quick) }, {
    ...options,
    base,
  });
}

/**
 * {@linkcode compareWithBase} with other pairs and programs.
 *
 * @param setup Pairs, programs and plan.
 * @param options What to run, and the earlier result.
 * @returns The result, and what moved.
 */
export async function compareWithBaseBy(
  setup: BenchSetup,
  { base, ...options }: BenchOptions & { readonly base: BenchResult },
): Promise<CompareOutcome> {
  const { seed = 1 } = options;
  let streams = 0;
  // The benchmark's own streams begin at 0.
  const random = () => new RandomStream({ seed, stream: 2 ** 32 + streams++ });
  let result: BenchResult | undefined;
  const outcome = await findMoves(async (only) => {
    const { result: now, twice } = await benchTwice({
      ...setup,
      pairs: only ? pairsOf(setup.pairs, only) : setup.pairs,
      onAdapter(adapter) {
        if (adapter.software === base.adapter.software) return;
        throw new IncomparableError(
          `the base ran on ${adapterText(base.adapter)}, this is ${adapterText(adapter)}`,
        );
      },
    }, options);
    result ??= now;
    return changesSince(base, now, twice, random);
  });
  return { ...outcome, result: result! };
}

/**
 * Compares the ratios of a benchmark with those of an earlier one.
 *
 * @param base The earlier result.
 * @param now The result of now.
 * @param twice The samples of its two sets of processes.
 * @param random Gives a random stream that nobody else has.
 * @returns Changes of the cases that both have, and why there are none of the others.
 */
export function changesSince(
  base: BenchResult,
  now: BenchResult,
  twice: readonly CaseTwice[],
  random: () => RandomStream,
): { changes: Change[]; notCompared: NotCompared[] } {
  const changes: Change[] = [];
  const notCompared: NotCompared[] = [];
  const cases = new Map(
    [...now.results, ...now.absent ?? []].map(({ kernel, case: name }) => [
      JSON.stringify([kernel, name]),
      { kernel, case: name },
    ]),
  );
  for (const at of cases.values()) {
    const isHere = (entry: { kernel: string; case: string }) =>
      entry.kernel === at.kernel && entry.case === at.case;
    const before = base.ratios.find((ratio) => isTwinRatio(ratio) && isHere(ratio));
    const samples = twice.find(isHere);
    if (!before) notCompared.push({ ...at, reason: "the base has no ratio to typescript" });
    else if (!samples) notCompared.push({ ...at, reason: "there is no ratio to typescript now" });
    else {
      const { once, again } = samples;
      changes.push({
        ...at,
        change: ratioChangeInterval(
          { value: before.ratio, ci95: before.ci95 },
          once.typescript,
          once.webgpu,
          random(),
        ),
        again: ratioOf(once) / ratioOf(again),
      });
    }
  }
  return { changes, notCompared };
}

function isTwinRatio({ against }: BenchRatio): boolean {
  return against === "typescript";
}

function ratioOf({ typescript, webgpu }: CaseTwice["once"]): number {
  return median(typescript) / median(webgpu);
}

/** The same pairs with fewer cases. */
function pairsOf(
  pairs: readonly Pair[],
  only: (entry: { kernel: string; case: string }) => boolean,
): Pair[] {
  return pairs.flatMap((pair) => {
    const cases = pair.cases.filter(({ name }) => only({ kernel: pair.name, case: name }));
    return cases.length > 0 ? [{ ...pair, cases }] : [];
  });
}
