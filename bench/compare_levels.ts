import type { GpuImplementationName } from "./implementations.ts";
import { median } from "./statistics.ts";

/** What a gate compares: one way of a kernel on one case. */
export interface GateSubject {
  /** `suite/name`. */
  readonly kernel: string;
  readonly case: string;
  readonly implementation: GpuImplementationName;
}

/**
 * Levels of processes that can be set against each other. A process's level is the natural logarithm of how long it takes, against any
 * reference that all of the block share.
 */
export interface Block {
  /** At least one. */
  readonly now: readonly number[];
  /** At least one; with `now` at least three. */
  readonly before: readonly number[];
}

/** All that was measured of a subject. */
export interface SubjectLevels extends GateSubject {
  /** At least one. */
  readonly blocks: readonly Block[];
  /** What the samples of an earlier version's only process leave open, as a standard deviation of the logarithm. */
  readonly beforeSd?: number;
}

/** By how much now is above before. */
export interface Shift {
  /** Difference of logarithms. */
  readonly value: number;
  /** Its standard error. */
  readonly error: number;
  /** Degrees of freedom of the standard error. */
  readonly dof: number;
}

/**
 * How far the levels of now lie above those of before. A process can be off by some percent for as long as it lives, and its samples do
 * not show it: so the process is the unit, its median one observation, and the error comes from how far processes of one version differ,
 * pooled over both versions, and from how far blocks differ. Each block weighs as much as its counts n and m of processes say,
 * n m / (n + m).
 *
 * @param levels What was measured.
 * @returns Least-squares estimate of the model level = block + version + process. Its degrees of freedom are the processes of all blocks
 * less one per block and one for the version.
 */
export function shiftOf({ blocks, beforeSd = 0 }: SubjectLevels): Shift {
  const parts = blocks.map(({ now, before }) => ({
    weight: now.length * before.length / (now.length + before.length),
    shift: mean(now) - mean(before),
    squares: squaresOf(now) + squaresOf(before),
    processes: now.length + before.length,
  }));
  const sum = (of: (part: typeof parts[number]) => number) =>
    parts.reduce((total, part) => total + of(part), 0);
  const weight = sum((part) => part.weight);
  const value = sum((part) => part.weight * part.shift) / weight;
  const squares = sum((part) => part.squares + part.weight * (part.shift - value) ** 2);
  const dof = sum((part) => part.processes) - blocks.length - 1;
  return { value, error: Math.sqrt(squares / dof / weight + beforeSd ** 2), dof };
}

/**
 * Levels of processes that were sampled in turn. Each sample counts against the mean of its round, so that a drift that hits all alike
 * cancels.
 *
 * @param samples Times in the order taken, above 0, as many of each process.
 * @returns One level per process: the median over rounds.
 */
export function levelsOfRounds(samples: readonly (readonly number[])[]): number[] {
  const logs = samples.map((times) => times.map(Math.log));
  const rounds = logs[0]!.map((_, round) => mean(logs.map((own) => own[round]!)));
  return logs.map((own) => median(own.map((log, round) => log - rounds[round]!)));
}

/**
 * The level of a GPU process against its CPU twin, which was sampled in turn with it.
 *
 * @param gpu Times in the order taken, above 0.
 * @param twin As many of the twin.
 * @returns The median over rounds.
 */
export function levelAgainstTwin(gpu: readonly number[], twin: readonly number[]): number {
  return median(gpu.map((ms, round) => Math.log(ms / twin[round]!)));
}

/**
 * A subject's name among all.
 *
 * @param subject Any subject.
 * @returns Text that no other subject has.
 */
export function subjectKey({ kernel, case: name, implementation }: GateSubject): string {
  return JSON.stringify([kernel, name, implementation]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function squaresOf(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
}
