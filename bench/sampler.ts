import type { Sample } from "./protocol.ts";

/** How long to sample. */
export interface SamplingPlan {
  /** Calls of each subject before the first that counts. */
  readonly warmup: number;
  /** Rounds after which sampling may stop, rising; the last is the most there are. */
  readonly stops: readonly number[];
  /** Sampling stops at the first of `stops` at which the samples of all subjects together took as long, ms. */
  readonly budgetMs: number;
}

/** What is sampled, by a name of its own. */
export interface Subject<N extends string = string> {
  readonly name: N;
  /** @returns One sample. */
  sample(): Promise<Sample>;
}

/** What came of sampling a subject: raw samples in order, or why there are none. */
export type Sampled<N extends string = string> =
  | { readonly name: N; readonly samples: readonly Sample[] }
  | { readonly name: N; readonly error: Error };

/** Counts of samples at which the bootstrap interval of a median holds what it promises; see `medianInterval`. */
export const FULL_PLAN: SamplingPlan = { warmup: 2, stops: [5, 9, 17, 27], budgetMs: 10_000 };

/** For a first look: seconds a kernel. */
export const QUICK_PLAN: SamplingPlan = { warmup: 1, stops: [5, 9], budgetMs: 500 };

/** For a look at every kernel: the first call of each has warmed it. */
export const BRIEF_PLAN: SamplingPlan = { warmup: 0, stops: [5], budgetMs: 0 };

/**
 * For comparisons with an earlier version: from 17 samples on. Of 9, two that something held up already hide a slowdown of 20 %.
 *
 * @param quick No more samples than needed.
 * @returns A plan.
 */
export function gatePlan(quick: boolean = false): SamplingPlan {
  return { ...FULL_PLAN, stops: quick ? [17] : [17, 27] };
}

/**
 * Samples subjects in turn (A, B, C, A, B, C ...), so that drift of the machine hits all alike. Which count it stops at follows from
 * the samples alone, not from a clock of its own. A subject that fails drops out with its error, the others go on.
 *
 * @param subjects What to sample.
 * @param plan How long.
 * @param signal Ends the sampling between two samples.
 * @returns One entry per subject, in order.
 */
export async function sampleInterleaved<N extends string>(
  subjects: readonly Subject<N>[],
  plan: SamplingPlan,
  signal?: AbortSignal,
): Promise<Sampled<N>[]> {
  const taken = new Map(subjects.map((subject) => [subject, [] as Sample[]]));
  const errors = new Map<Subject<N>, Error>();
  let spentMs = 0;
  const round = async (keep: boolean) => {
    for (const subject of subjects) {
      if (errors.has(subject)) continue;
      signal?.throwIfAborted();
      try {
        const sample = await subject.sample();
        if (!keep) continue;
        taken.get(subject)!.push(sample);
        spentMs += sample.ms;
      } catch (error) {
        signal?.throwIfAborted();
        errors.set(subject, error as Error);
      }
    }
  };
  for (let i = 0; i < plan.warmup; i++) await round(false);
  let rounds = 0;
  for (const stop of plan.stops) {
    for (; rounds < stop; rounds++) await round(true);
    if (spentMs >= plan.budgetMs) break;
  }
  return subjects.map((subject) => {
    const { name } = subject;
    const error = errors.get(subject);
    return error ? { name, error } : { name, samples: taken.get(subject)! };
  });
}
