import type { OrganName } from "../labels/mod.ts";
import { comparePaired, holm, meanDice, SCORED_ORGANS } from "../metrics/mod.ts";
import type { ArmComparison } from "../report/mod.ts";
import type { CaseScore } from "./_metrics.ts";

/** Dice of a trained arm: the mean over its seeds for each case and organ. */
export interface ArmDice {
  readonly name: string;
  /** By organ, then one figure a case in the order of the cases; `undefined` where the organ is absent. */
  readonly organs: Readonly<Record<string, readonly (number | undefined)[]>>;
  /** Mean over the organs of each case. */
  readonly mean: readonly (number | undefined)[];
}

/** Dice of an arm's seeds, case by case. */
export function armDice(
  name: string,
  seeds: readonly (readonly CaseScore[])[],
  cases: readonly number[],
): ArmDice {
  const at = (scores: readonly CaseScore[], number: number, organ: OrganName) =>
    scores.find((score) => score.case === number && score.organ === organ)?.dice;
  const organs = Object.fromEntries(SCORED_ORGANS.map((organ) => [
    organ,
    cases.map((number) => meanDice(seeds.map((scores) => at(scores, number, organ))).mean),
  ]));
  const mean = cases.map((_, i) => meanDice(SCORED_ORGANS.map((organ) => organs[organ]![i])).mean);
  return { name, organs, mean };
}

/** The four arms of claim 6, by loss and augmentation. */
export interface TwoByTwo<T> {
  readonly iouAug: T;
  readonly iou: T;
  readonly weightedAug: T;
  readonly weighted: T;
}

/** Names of the four arms. */
export const TWO_BY_TWO: TwoByTwo<string> = {
  iouAug: "iou+aug",
  iou: "iou",
  weightedAug: "balanced-cross-entropy+aug",
  weighted: "balanced-cross-entropy",
};

/** The four arms, or undefined if one was not trained. */
export function twoByTwo(arms: readonly ArmDice[]): TwoByTwo<ArmDice> | undefined {
  const [iouAug, iou, weightedAug, weighted] = Object.values(TWO_BY_TWO).map((wanted) =>
    arms.find(({ name }) => name === wanted)
  );
  return iouAug && iou && weightedAug && weighted
    ? { iouAug, iou, weightedAug, weighted }
    : undefined;
}

/** What each effect adds to a case's Dice, by signs of the four arms. */
const EFFECTS = [
  { effect: "loss", signs: [1, 1, -1, -1], divisor: 2 },
  { effect: "augmentation", signs: [1, -1, 1, -1], divisor: 2 },
  { effect: "interaction", signs: [1, -1, -1, 1], divisor: 1 },
] as const;

const TEST = "sign-flip permutation test of the mean difference, paired over cases; Holm over";

/**
 * Claim 6's question, paired over cases: the main effects of loss and augmentation on Dice, and whether augmentation adds more with
 * the IOU loss (interaction). For the mean over organs, and for each organ; Holm's correction over the three tests of the mean, and over
 * those of all organs.
 */
export function compareTwoByTwo(arms: TwoByTwo<ArmDice>, seed: number): ArmComparison[] {
  const four = [arms.iouAug, arms.iou, arms.weightedAug, arms.weighted];
  const of = (organ: OrganName | "mean") =>
    EFFECTS.map(({ effect, signs, divisor }) => ({
      ...{ effect, organ },
      arms: four.map(({ name }) => name),
      ...pairedContrast(
        four.map((arm) => organ === "mean" ? arm.mean : arm.organs[organ]!),
        signs.map((sign) => sign / divisor),
        seed,
      ),
    }));
  return [of("mean"), SCORED_ORGANS.flatMap(of)].flatMap(corrected);
}

/** Other arms against the one named first, by the mean over organs. */
export function comparePairs(
  arms: readonly ArmDice[],
  base: string,
  others: readonly string[],
  seed: number,
): ArmComparison[] {
  const find = (wanted: string) => arms.find(({ name }) => name === wanted);
  const first = find(base);
  const rows = others.map(find).flatMap((other) =>
    first && other && other !== first
      ? [{
        ...{ effect: "pair", organ: "mean" } as const,
        arms: [base, other.name],
        ...pairedContrast([first.mean, other.mean], [1, -1], seed),
      }]
      : []
  );
  return corrected(rows);
}

/** A weighted sum of arms in each case, compared with nought. */
function pairedContrast(
  values: readonly (readonly (number | undefined)[])[],
  weights: readonly number[],
  seed: number,
) {
  const sums = values[0]!.map((_, i) =>
    values.some((own) => own[i] === undefined)
      ? undefined
      : values.reduce((sum, own, k) => sum + weights[k]! * own[i]!, 0)
  );
  return comparePaired(sums, sums.map((sum) => sum === undefined ? undefined : 0), { seed });
}

type Uncorrected =
  & Pick<ArmComparison, "effect" | "organ" | "arms">
  & ReturnType<typeof comparePaired>;

function corrected(rows: readonly Uncorrected[]): ArmComparison[] {
  const ps = holm(rows.map(({ p }) => p));
  return rows.map(({ effect, organ, arms, n, difference, ci95 }, i) => ({
    ...{ effect, arms, organ, metric: "dice", n },
    ...difference !== undefined && { difference },
    ...ci95 && { ci95 },
    p_value: ps[i]!,
    test: `${TEST} ${rows.length} tests`,
  }));
}
