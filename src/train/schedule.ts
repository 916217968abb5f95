/** How the learning rate goes with the step. */
export type Schedule =
  /** Always the same. */
  | { readonly kind: "constant"; readonly rate: number }
  /** From `rate` to 0 over `steps` by half a cosine (Loshchilov and Hutter, 2017). */
  | { readonly kind: "cosine"; readonly rate: number; readonly steps: number }
  /** One rate after the other; the last one goes on for ever. */
  | {
    readonly kind: "stages";
    readonly stages: readonly { readonly rate: number; readonly steps: number }[];
  };

/** Names of the schedules. */
export const SCHEDULES = ["constant", "cosine", "paper"] as const;

/**
 * Rates of the paper's stages. [C] gives the first and the last; how many lie between them and how long each lasts is not known: here
 * equally many steps each, a decade apart but for the last.
 */
const PAPER_RATES = [1e-4, 1e-5, 1e-6, 5e-7] as const;

/**
 * A schedule by its name.
 *
 * @param name `constant` and `cosine` begin with `rate`; `paper` has rates of its own.
 * @param options The first rate, and the steps of the whole training.
 * @returns The schedule.
 */
export function scheduleOf(
  name: typeof SCHEDULES[number],
  { rate, steps }: { readonly rate: number; readonly steps: number },
): Schedule {
  switch (name) {
    case "constant":
      return { kind: "constant", rate };
    case "cosine":
      return { kind: "cosine", rate, steps };
    case "paper": {
      const each = Math.ceil(steps / PAPER_RATES.length);
      return { kind: "stages", stages: PAPER_RATES.map((rate) => ({ rate, steps: each })) };
    }
  }
}

/**
 * The learning rate of a step.
 *
 * @param schedule The schedule.
 * @param step Which step, from 0.
 * @returns The rate.
 */
export function rateAt(schedule: Schedule, step: number): number {
  switch (schedule.kind) {
    case "constant":
      return schedule.rate;
    case "cosine":
      return schedule.rate * (1 + Math.cos(Math.PI * Math.min(1, step / schedule.steps))) / 2;
    case "stages": {
      let end = 0;
      for (const { rate, steps } of schedule.stages) {
        end += steps;
        if (step < end) return rate;
      }
      return schedule.stages.at(-1)?.rate ?? 0;
    }
  }
}

/**
 * Refuses a schedule that cannot be followed.
 *
 * @param schedule The schedule.
 * @throws {RangeError} If a rate or a number of steps is not positive, or there is no stage.
 */
export function checkSchedule(schedule: Schedule): void {
  const stages = schedule.kind === "stages"
    ? schedule.stages
    : [{ rate: schedule.rate, steps: schedule.kind === "cosine" ? schedule.steps : 1 }];
  if (stages.length === 0) throw new RangeError("Cannot train: the schedule has no stage");
  for (const { rate, steps } of stages) {
    if (!(rate > 0 && rate < Infinity)) {
      throw new RangeError(`Cannot train with a learning rate of ${rate}: it must be above 0`);
    }
    if (!(Number.isSafeInteger(steps) && steps > 0)) {
      throw new RangeError(`Cannot train by a schedule of ${steps} steps: at least 1 is needed`);
    }
  }
}
