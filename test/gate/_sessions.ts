import { type Change, findMoves, type Move } from "../../bench/compare_moves.ts";
import {
  median,
  pairedRatioInterval,
  ratioChangeInterval,
  ratioInterval,
} from "../../bench/statistics.ts";
import type { RandomStream } from "../../src/random/mod.ts";

/** What made-up samples are spoilt by. Factors are log-normal; their size is the standard deviation of the logarithm. */
export interface Noise {
  readonly name: string;
  /** Of each sample. */
  readonly scatter: number;
  /** Share of samples that something holds up, for as long as a Pareto law with index 1 says: no mean, no variance. */
  readonly heldUp?: number;
  /** Step of a random walk that all subjects of a round share. */
  readonly drift?: number;
  /** Of each process, for as long as it lives. */
  readonly process?: number;
}

/** Kinds of noise a machine may have. */
export const NOISES: readonly Noise[] = [
  { name: "log-normal", scatter: 0.05 },
  { name: "heavy-tailed", scatter: 0.03, heldUp: 0.1 },
  { name: "drifting", scatter: 0.03, drift: 0.1 },
  { name: "differing between processes", scatter: 0.02, process: 0.03 },
];

/** A made-up session. */
export interface SessionPlan {
  readonly noise: Noise;
  readonly cases: number;
  readonly rounds: number;
  /** How many times longer the first case takes now. */
  readonly slowdown: number;
}

/**
 * Made-up sessions under the statistics of `--against`: now, before and now again in turn.
 *
 * @param plan The session.
 * @param random Drives the samples.
 * @returns What the gate says.
 */
export async function againstSession(
  plan: SessionPlan,
  random: RandomStream,
): Promise<readonly Move[]> {
  return await session(plan, (slowdown) => {
    const [now, before, again] = subjects(plan, [slowdown, 1, slowdown], random);
    return {
      change: pairedRatioInterval(now!, before!, random),
      again: median(again!.map((ms, i) => ms / now![i]!)),
    };
  });
}

/**
 * Made-up sessions under the statistics of `--compare`: twin and GPU, and both again; the base comes from a session of its own.
 *
 * @param plan The session.
 * @param random Drives the samples.
 * @returns What the gate says.
 */
export async function compareSession(
  plan: SessionPlan,
  random: RandomStream,
): Promise<readonly Move[]> {
  const bases = Array.from({ length: plan.cases }, () => {
    const [twin, gpu] = subjects(plan, [4, 1], random);
    return ratioInterval(twin!, gpu!, random);
  });
  return await session(plan, (slowdown, i) => {
    const [twin, gpu, twinAgain, gpuAgain] = subjects(plan, [4, slowdown, 4, slowdown], random);
    return {
      change: ratioChangeInterval(bases[i]!, twin!, gpu!, random),
      again: median(twin!) / median(gpu!) / (median(twinAgain!) / median(gpuAgain!)),
    };
  });
}

async function session(
  { cases, slowdown }: SessionPlan,
  measure: (slowdown: number, i: number) => Pick<Change, "change" | "again">,
): Promise<readonly Move[]> {
  const all = Array.from({ length: cases }, (_, i) => ({ kernel: "made/up", case: `${i}` }));
  const { moves } = await findMoves((only) =>
    Promise.resolve({
      changes: all.filter((at) => only?.(at) ?? true).map((at) => {
        const i = Number(at.case);
        return { ...at, ...measure(i === 0 ? slowdown : 1, i) };
      }),
      notCompared: [],
    })
  );
  return moves;
}

/** Samples of subjects that are sampled in turn, each in a process of its own. */
function subjects(
  { noise, rounds }: SessionPlan,
  times: readonly number[],
  random: RandomStream,
): number[][] {
  const { scatter, heldUp = 0, drift = 0, process = 0 } = noise;
  const factor = (size: number) => Math.exp(random.normal(0, size));
  const own = times.map((ms) => ms * factor(process));
  const samples: number[][] = times.map(() => []);
  let common = 1;
  for (let round = 0; round < rounds; round++) {
    common *= factor(drift);
    for (const [i, ms] of own.entries()) {
      const delay = random.uniform() < heldUp ? 0.1 / (1 - random.uniform()) : 0;
      samples[i]!.push(ms * common * factor(scatter) * (1 + delay));
    }
  }
  return samples;
}
