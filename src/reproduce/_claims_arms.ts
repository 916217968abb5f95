import { SCORED_ORGANS } from "../metrics/mod.ts";
import type { Arm, ArmComparison, MetricSummary } from "../report/mod.ts";
import type { Evidence, Judgement } from "./_claims.ts";
import { TWO_BY_TWO } from "./_compare.ts";

/** The lower end of the Dice the paper reports for its organs. */
export const PAPER_DICE = 0.78;
/** What a corrected p-value must lie below. */
const ALPHA = 0.05;

/** Judges claim 2 by the arm with IOU loss and augmentation. */
export function judgeDice(evidence: Evidence): Judgement {
  const arm = evidence.arms.find(({ name }) => name === TWO_BY_TWO.iouAug);
  if (!arm) return notTrained(evidence, TWO_BY_TWO.iouAug);
  const organs = SCORED_ORGANS.flatMap((organ) => {
    const own = arm.organs[organ];
    return own?.dice.mean === undefined ? [] : [{ organ, ...own }];
  });
  const measured = `${scale(arm)}: ${
    organs.map(({ organ, dice }) => `${organ} ${spread(dice)}`).join(", ")
  }`;
  const at3mm = organs.flatMap(({ organ, dice_3mm }) =>
    dice_3mm?.mean === undefined ? [] : [`${organ} ${dice_3mm.mean.toFixed(3)}`]
  );
  const beside = at3mm.length > 0
    ? `. The paper scores at 3 mm; with the class probabilities interpolated there: ${
      at3mm.join(", ")
    }`
    : "";
  if (organs.length < SCORED_ORGANS.length) {
    return { measured, verdict: "not tested", why: "Not every organ is in the test cases" };
  }
  const short = organs.filter(({ dice }) => dice.mean! < PAPER_DICE).map(({ organ }) => organ);
  return {
    measured,
    ...onCases(
      evidence,
      short.length === 0,
      `Holds if the mean Dice of every organ reaches ${PAPER_DICE}, the paper's lowest${
        short.length > 0 ? `; not so of ${short.join(", ")}` : ""
      }. Recipe: ${arm.recipe}${beside}`,
    ),
  };
}

/** Judges claim 4 by the main effect of the loss, and by the study of the losses. */
export function judgeWeighted(evidence: Evidence): Judgement {
  const { comparisons, study } = evidence;
  const loss = effectOf(comparisons, "loss");
  const family = `${study.checked - study.failures.length} of ${study.checked} statements on the ` +
    "losses hold numerically, that IOU losses are a family among them";
  if (!loss) {
    return { ...notTrained(evidence, "the 2 x 2 of loss and augmentation"), measured: family };
  }
  const better = isAbove(loss);
  const holds = better && study.failures.length === 0;
  return {
    measured: `IOU minus weighted cross-entropy, mean Dice over organs: ${told(loss)}; ${family}`,
    ...onCases(
      evidence,
      holds,
      `Holds if the difference is above 0 with p < ${ALPHA} and all statements hold${
        better
          ? ""
          : `; ${loss.difference! > 0 ? "it is above 0, but could be chance" : "it is not"}`
      }. Weighted: the author's weight map, which balances classes in each image`,
    ),
  };
}

/** Judges claim 6 by both main effects; the interaction is told beside them. */
export function judgeTwoByTwo(evidence: Evidence): Judgement {
  const { comparisons } = evidence;
  const loss = effectOf(comparisons, "loss");
  const augmentation = effectOf(comparisons, "augmentation");
  const interaction = effectOf(comparisons, "interaction");
  if (!loss || !augmentation || !interaction) {
    return notTrained(evidence, "the 2 x 2 of loss and augmentation");
  }
  const short = [
    ...isAbove(augmentation) ? [] : ["augmentation"],
    ...isAbove(loss) ? [] : ["the IOU loss"],
  ];
  return {
    measured: `mean Dice over organs: augmentation adds ${told(augmentation)}; the IOU loss adds ${
      told(loss)
    }; interaction ${told(interaction)}`,
    ...onCases(
      evidence,
      short.length === 0,
      `Holds if both main effects are above 0 with p < ${ALPHA} (${loss.test})${
        short.length > 0 ? `; not so of ${short.join(" and ")}` : ""
      }. “Competitive” needs other models on the same CTs, which this run has not`,
    ),
  };
}

function effectOf(
  comparisons: readonly ArmComparison[],
  effect: ArmComparison["effect"],
): ArmComparison | undefined {
  return comparisons.find((one) =>
    one.effect === effect && one.organ === "mean" && one.difference !== undefined
  );
}

function isAbove({ difference = 0, p_value }: ArmComparison): boolean {
  return difference > 0 && p_value < ALPHA;
}

function told({ difference, ci95, p_value, n }: ArmComparison): string {
  const sign = (value: number) => `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(3)}`;
  const between = ci95 ? `95 % interval ${sign(ci95[0])} to ${sign(ci95[1])}, ` : "";
  return `${sign(difference!)} (${between}p ${
    p_value < 0.001 ? "< 0.001" : p_value.toFixed(3)
  }, n = ${n})`;
}

function spread({ mean, ci95, n }: MetricSummary): string {
  const between = ci95 ? `${ci95[0].toFixed(3)} to ${ci95[1].toFixed(3)}, ` : "";
  return `${mean!.toFixed(3)} (${between}n = ${n})`;
}

function scale({ scored_at_mm }: Arm): string {
  return `on a grid of ${scored_at_mm} mm`;
}

function notTrained({ untrained }: Evidence, what: string): Judgement {
  return {
    verdict: "not tested",
    why: untrained ?? `Not trained in this run: ${what}; the profiles quick and full have it`,
  };
}

/** The verdict that the training and the cases allow, and its reason. */
function onCases(
  { kind, undertrained }: Evidence,
  holds: boolean,
  why: string,
): Pick<Judgement, "verdict" | "why"> {
  if (undertrained !== undefined) return { verdict: "not tested", why: undertrained };
  switch (kind) {
    case "phantom":
      return { verdict: holds ? "holds on phantoms" : "fails on phantoms", why };
    case "ct-org":
      return { verdict: holds ? "reproduced" : "not reproduced", why };
    case "folder":
      return {
        verdict: "not tested",
        why:
          "A verdict on real CTs needs CT-ORG's 21 test cases, 0 to 20; the figure is of the cases given",
      };
  }
}
