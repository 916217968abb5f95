import {
  levelAgainstTwin,
  levelsOfRounds,
  subjectKey,
  type SubjectLevels,
} from "../../bench/compare_levels.ts";
import { findMoves, MEASUREMENTS, type Move } from "../../bench/compare_moves.ts";
import { gatePlan } from "../../bench/sampler.ts";
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
  /** Share of processes that take a tenth longer for as long as they live. */
  readonly slowProcesses?: number;
}

/** Kinds of noise a machine may have. */
export const NOISES: readonly Noise[] = [
  { name: "log-normal", scatter: 0.05 },
  { name: "heavy-tailed", scatter: 0.03, heldUp: 0.1 },
  { name: "drifting", scatter: 0.03, drift: 0.1 },
  { name: "differing between processes", scatter: 0.02, process: 0.03 },
  { name: "of two kinds of processes", scatter: 0.02, process: 0.01, slowProcesses: 0.2 },
];

/** A made-up session. */
export interface SessionPlan {
  readonly noise: Noise;
  readonly cases: number;
  /** How many times longer the first case takes now. */
  readonly slowdown: number;
}

/** Runs a session and returns what the gate says, the first case first. */
export type Session = (plan: SessionPlan, random: RandomStream) => Promise<readonly Move[]>;

/** Of the shortest plan. */
const [ROUNDS] = gatePlan(true).stops;

/** A made-up session under the statistics of `--against`: two processes of now and two of before in turn, new ones each time. */
export const againstSession: Session = (plan, random) => {
  const blocks = new Map<string, SubjectLevels["blocks"]>();
  return session(plan, (slowdown, key) => {
    const [now, before, nowAgain, beforeAgain] = levelsOfRounds(
      processes(plan.noise, [slowdown, 1, slowdown, 1], random),
    );
    const block = { now: [now!, nowAgain!], before: [before!, beforeAgain!] };
    blocks.set(key, [...blocks.get(key) ?? [], block]);
    return { blocks: blocks.get(key)! };
  });
};

/** A made-up session under the statistics of `--compare` with a base that `--baseline` made: six processes in three goes. */
export const baselineSession: Session = (plan, random) =>
  compareSession(plan, random, () => ({
    before: Array.from({ length: MEASUREMENTS }, () => twinLevels(plan.noise, 1, random)).flat(),
  }));

/** A made-up session under the statistics of `--compare` with a plain result, of one process. */
export const plainSession: Session = (plan, random) =>
  compareSession(plan, random, () => ({
    before: twinLevels(plan.noise, 1, random).slice(0, 1),
    // That of the median of as many normal numbers, sqrt(pi / 2) of the mean's, of twin and GPU.
    beforeSd: plan.noise.scatter * Math.sqrt(2 * Math.PI / 2 / ROUNDS!),
  }));

function compareSession(
  plan: SessionPlan,
  random: RandomStream,
  makeBase: () => { readonly before: readonly number[]; readonly beforeSd?: number },
) {
  const measured = new Map<string, { base: ReturnType<typeof makeBase>; now: number[] }>();
  return session(plan, (slowdown, key) => {
    const { base: { before, ...sd }, now } = measured.get(key) ?? { base: makeBase(), now: [] };
    now.push(...twinLevels(plan.noise, slowdown, random));
    measured.set(key, { base: { before, ...sd }, now });
    return { blocks: [{ now, before }], ...sd };
  });
}

/** Levels of two GPU processes, each against a twin of its own; all are sampled in turn. */
function twinLevels(noise: Noise, slowdown: number, random: RandomStream): number[] {
  const [gpu, twin, gpuAgain, twinAgain] = processes(noise, [slowdown, 4, slowdown, 4], random);
  return [levelAgainstTwin(gpu!, twin!), levelAgainstTwin(gpuAgain!, twinAgain!)];
}

async function session(
  { cases, slowdown }: SessionPlan,
  measure: (slowdown: number, key: string) => Pick<SubjectLevels, "blocks" | "beforeSd">,
): Promise<readonly Move[]> {
  const all = Array.from(
    { length: cases },
    (_, i) => ({ kernel: "made/up", case: `${i}`, implementation: "webgpu" as const }),
  );
  const { moves } = await findMoves((only) =>
    Promise.resolve({
      levels: all.filter((subject) => only?.(subject) ?? true).map((subject) => ({
        ...subject,
        ...measure(subject === all[0] ? slowdown : 1, subjectKey(subject)),
      })),
      notCompared: [],
    })
  );
  return moves;
}

/** Samples of processes that are sampled in turn. */
function processes(noise: Noise, times: readonly number[], random: RandomStream): number[][] {
  const { scatter, heldUp = 0, drift = 0, process = 0, slowProcesses = 0 } = noise;
  const factor = (size: number) => size === 0 ? 1 : Math.exp(random.normal(0, size));
  const own = times.map((ms) =>
    ms * factor(process) * (random.uniform() < slowProcesses ? 1.1 : 1)
  );
  const samples: number[][] = times.map(() => []);
  let common = 1;
  for (let round = 0; round < ROUNDS!; round++) {
    common *= factor(drift);
    for (const [i, ms] of own.entries()) {
      const delay = random.uniform() < heldUp ? 0.1 / (1 - random.uniform()) : 0;
      samples[i]!.push(ms * common * factor(scatter) * (1 + delay));
    }
  }
  return samples;
}
