import type { Arm, ArmComparison, BenchResult, Claim, LabelScore } from "../report/mod.ts";
import { judgeDice, judgeTwoByTwo, judgeWeighted } from "./_claims_arms.ts";
import { judgeLabels } from "./_claims_labels.ts";
import { judgeFilter, judgeSpeed, speedVerdict } from "./_claims_speed.ts";

/** What the claims are judged by. */
export interface Evidence {
  readonly kind: "phantom" | "ct-org" | "folder";
  readonly scores: readonly LabelScore[];
  readonly bench: BenchResult;
  readonly arms: readonly Arm[];
  readonly comparisons: readonly ArmComparison[];
  /** Why no network was trained, where none was. */
  readonly untrained?: string;
  /** Why networks say nothing of a claim, where they were trained only to show that every part works. */
  readonly undertrained?: string;
  /** Statements on losses that were checked, and those that did not hold. */
  readonly study: { readonly checked: number; readonly failures: readonly string[] };
  /** How long a case took to be segmented. */
  readonly segment?: {
    /** Of each case and network. */
    readonly seconds: readonly number[];
    /** Whether network and grid are the paper's. */
    readonly asPaper: boolean;
    /** What was run, in words. */
    readonly what: string;
  };
}

/** What is found out about a claim. */
export type Judgement = Pick<Claim, "measured" | "verdict" | "why">;

/** Seconds that the follow-up paper reports for all organs of a case. */
const PAPER_SECONDS = 4.3;

/** One claim per numbered claim of the paper, each with a verdict that its evidence carries. */
export function judgeClaims(evidence: Evidence): Claim[] {
  return [
    {
      id: 1,
      text:
        "GPU augmentation of 3 mm CT volumes is faster than a widely used CPU version, communication included",
      paper: "2.6 to 8 times",
      ...judgeSpeed(evidence.bench),
    },
    {
      id: 2,
      text: "Dice of each organ when augmentation and IOU loss are combined",
      paper: "78 to 92 %",
      ...judgeDice(evidence),
    },
    {
      id: 3,
      text: "Lung and bone labels come from thresholds and binary morphology, unsupervised",
      paper: "good enough to train on; no Dice given",
      ...judgeLabels(evidence),
    },
    {
      id: 4,
      text:
        "IOU loss beats (weighted) cross-entropy on unbalanced classes; there is a family of IOU losses",
      paper: "yes",
      ...judgeWeighted(evidence),
    },
    {
      id: 5,
      text: "All organs of one case are segmented in seconds",
      paper: `${PAPER_SECONDS} s`,
      ...judgeSegmentation(evidence),
    },
    {
      id: 6,
      text: "Simple models become competitive through augmentation, and do best with the IOU loss",
      paper: "yes",
      ...judgeTwoByTwo(evidence),
    },
    {
      id: 7,
      text:
        "Augmentation leans on graphics hardware: the linear texture filter is fast and slightly off",
      paper: "8-bit fractions, about 2 HU at a 1000 HU edge",
      ...judgeFilter(evidence.bench),
    },
  ];
}

function judgeSegmentation({ segment, bench, untrained }: Evidence): Judgement {
  if (!segment || segment.seconds.length === 0) {
    return { verdict: "not tested", why: untrained ?? "No case was segmented" };
  }
  const sorted = segment.seconds.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1]!;
  const measured = `median ${median.toFixed(2)} s, longest ${
    sorted.at(-1)!.toFixed(2)
  } s of ${sorted.length} cases (${segment.what})`;
  if (!segment.asPaper) {
    return {
      measured,
      verdict: "not tested",
      why: "Network and grid are smaller than the paper's; the profile paper has them as they were",
    };
  }
  return {
    measured,
    verdict: speedVerdict(median <= PAPER_SECONDS ? "holds" : "fails", bench.adapter.software),
    why: `Holds if the median is at most ${PAPER_SECONDS} s; files are not included`,
  };
}
