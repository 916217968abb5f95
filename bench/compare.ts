import type { BenchResult } from "../src/report/bench_schema.ts";
import type { CaseTwice } from "./_measure_case.ts";
import { gatedSetup, subjectsOf, twinLevels } from "./_twin_levels.ts";
import { type BenchOptions, type BenchSetup, benchSetup, benchTwice } from "./bench.ts";
import { adapterText, baseLevels, IncomparableError } from "./compare_base.ts";
import type { GateSubject, SubjectLevels } from "./compare_levels.ts";
import { findMoves, type GateOutcome, type Measured, type NotCompared } from "./compare_moves.ts";
import type { Pair } from "./pairs/pair.ts";
import { gatePlan } from "./sampler.ts";

/** A benchmark and what moved since an earlier one. */
export interface CompareOutcome extends GateOutcome {
  /** The benchmark that ran now. */
  readonly result: BenchResult;
}

/**
 * Runs the benchmark and compares it with an earlier one. Times of another moment or machine do not compare, so the ratios of CPU twin to
 * GPU do: a change says how many times smaller the ratio is now. GPU and twin run in two processes each, and what seems to have moved in
 * more; how far these differ is the noise.
 *
 * A base of several processes, as `measureBaseline` makes it, shows what its own were off by. A plain result has one process of each
 * kind, and nothing but the processes of now says how far off that one may have been: then a slowdown of 20 % is often not seen.
 *
 * @param base The earlier result; only its adapter and its ratios to `typescript` and `webgpu-fast` count.
 * @param options What to run.
 * @returns The result, and what moved.
 * @throws {IncomparableError} If one ran on a software adapter and the other not.
 */
export async function compareWithBase(
  base: BenchResult,
  options: BenchOptions = {},
): Promise<CompareOutcome> {
  return await compareWithBaseBy({
    ...benchSetup(options),
    plan: gatePlan(options.quick || options.brief),
  }, {
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
  let result: BenchResult | undefined;
  const twice: CaseTwice[] = [];
  const outcome = await findMoves(async (only) => {
    const now = await benchTwice({
      ...only ? { ...gatedSetup(setup), pairs: pairsOf(setup.pairs, only) } : setup,
      onAdapter(adapter) {
        if (adapter.software === base.adapter.software) return;
        throw new IncomparableError(
          `the base ran on ${adapterText(base.adapter)}, this is ${adapterText(adapter)}`,
        );
      },
    }, options);
    result ??= now.result;
    twice.push(...now.twice);
    return levelsSince(base, now.result, twice);
  });
  return { ...outcome, result: result! };
}

/**
 * Sets the ratios of a benchmark beside those of an earlier one.
 *
 * @param base The earlier result.
 * @param now The result of now.
 * @param twice The samples of all processes so far, of measurements before as well.
 * @returns Levels of what both have, and why there are none of the others.
 */
export function levelsSince(
  base: BenchResult,
  now: BenchResult,
  twice: readonly CaseTwice[],
): Measured {
  const levels: SubjectLevels[] = [];
  const notCompared: NotCompared[] = [];
  for (const subject of subjectsOf(now)) {
    const before = baseLevels(base, subject);
    const own = twinLevels(twice, subject);
    const what = subject.implementation === "webgpu" ? "" : ` for ${subject.implementation}`;
    if (!before) {
      notCompared.push({ ...subject, reason: `the base has no ratio to typescript${what}` });
    } else if (own.length === 0) {
      notCompared.push({ ...subject, reason: `there is no ratio to typescript now${what}` });
    } else {
      const { levels: earlier, sd } = before;
      levels.push({
        ...subject,
        // Ratios to the twin do not drift, so all processes of now stand in one block.
        blocks: [{ now: own, before: earlier }],
        ...sd === undefined ? {} : { beforeSd: sd },
      });
    }
  }
  return { levels, notCompared };
}

/** The same pairs with fewer cases; the fast way of a pair goes with its exact one. */
function pairsOf(pairs: readonly Pair[], only: (subject: GateSubject) => boolean): Pair[] {
  return pairs.flatMap((pair) => {
    const cases = pair.cases.filter(({ name }) =>
      (["webgpu", "webgpu-fast"] as const).some((implementation) =>
        only({ kernel: pair.name, case: name, implementation })
      )
    );
    return cases.length > 0 ? [{ ...pair, cases }] : [];
  });
}
