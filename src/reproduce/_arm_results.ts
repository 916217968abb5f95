import { PAPER_SPACING } from "../data/mod.ts";
import type { OrganName } from "../labels/mod.ts";
import { meanDice, SCORED_ORGANS, summarise } from "../metrics/mod.ts";
import { formatLoss, parameterCount } from "../nn/mod.ts";
import type { Arm, ArmComparison, ArmOrgan } from "../report/mod.ts";
import { type NamedArm, recipeOf, trainConfig } from "./_arms.ts";
import { armDice, comparePairs, compareTwoByTwo, TWO_BY_TWO, twoByTwo } from "./_compare.ts";
import type { CaseScore } from "./_metrics.ts";
import type { Trained } from "./_networks.ts";
import type { TrainingSettings } from "./profiles.ts";

/** Trained networks of one arm, by seed. */
interface ArmGroup {
  readonly arm: NamedArm;
  readonly trained: readonly Trained[];
}

/** Arms and their comparisons as `result.json` has them. */
export function armResults(
  trained: readonly Trained[],
  { settings, cases, seed }: {
    readonly settings: TrainingSettings;
    /** Numbers of the test cases. */
    readonly cases: readonly number[];
    /** Of bootstraps and permutations. */
    readonly seed: number;
  },
): { arms: Arm[]; comparisons: ArmComparison[] } {
  const groups = Map.groupBy(trained, ({ trainee }) => trainee.arm.name);
  const arms = [...groups.values()].map((own) =>
    armResult({ arm: own[0]!.trainee.arm, trained: own }, settings, cases, seed)
  );
  const dice = [...groups].map(([name, own]) =>
    armDice(name, own.map(({ scores }) => atGrid(scores, settings.spacing)), cases)
  );
  const four = twoByTwo(dice);
  const base = TWO_BY_TWO.iouAug;
  const named: readonly string[] = Object.values(TWO_BY_TWO);
  const others = dice.map(({ name }) => name).filter((name) => !four || !named.includes(name));
  return {
    arms,
    comparisons: [
      ...four ? compareTwoByTwo(four, seed) : [],
      ...comparePairs(dice, base, others, seed),
    ],
  };
}

function armResult(
  { arm, trained }: ArmGroup,
  settings: TrainingSettings,
  cases: readonly number[],
  seed: number,
): Arm {
  const { network } = trainConfig({ arm, seed: 0 }, settings);
  return {
    name: arm.name,
    loss: formatLoss(arm.loss),
    augmentation: arm.augmentation,
    recipe: recipeOf(arm, settings),
    labels: arm.labels,
    seeds: trained.map(({ trainee }) => trainee.seed),
    steps: settings.steps,
    cost: {
      parameters: parameterCount(network),
      peak_gpu_bytes: Math.max(...trained.map(({ detail }) => detail.peakGpuBytes)),
      seconds: trained.reduce((sum, { detail }) => sum + detail.seconds, 0),
    },
    scored_at_mm: settings.spacing,
    organs: organResults(trained.map(({ scores }) => scores), settings.spacing, cases, seed),
  };
}

/** Metrics of each organ over cases, on a grid; Dice at 3 mm beside them where that is another. */
export function organResults(
  seeds: readonly (readonly CaseScore[])[],
  grid: number,
  cases: readonly number[],
  seed: number,
): Partial<Record<OrganName, ArmOrgan>> {
  return Object.fromEntries(SCORED_ORGANS.map((organ) => {
    const on = (mm: number) =>
      seeds.map((scores) => atGrid(scores, mm).filter((score) => score.organ === organ));
    const over = (mm: number, value: (score: CaseScore) => number | undefined) =>
      summarise(
        cases.map((number) =>
          meanDice(
            on(mm).map((scores) => {
              const score = scores.find((one) => one.case === number);
              return score && value(score);
            }),
          ).mean
        ),
        { seed },
      );
    const counted = (state: CaseScore["state"]) =>
      on(grid).flat().filter((score) => score.state === state).length;
    return [organ, {
      dice: over(grid, ({ dice }) => dice),
      iou: over(grid, ({ iou }) => iou),
      nsd: over(grid, ({ nsd }) => nsd),
      hd95_mm: over(grid, ({ hd95Mm }) => hd95Mm),
      volume_error_ml: over(grid, ({ volumeErrorMl }) => volumeErrorMl),
      ...grid !== PAPER_SPACING && { dice_3mm: over(PAPER_SPACING, ({ dice }) => dice) },
      missed: counted("missed"),
      invented: counted("invented"),
    }];
  }));
}

function atGrid(scores: readonly CaseScore[], mm: number): CaseScore[] {
  return scores.filter(({ grid_mm }) => grid_mm === mm);
}
