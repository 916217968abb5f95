import { meanDice } from "../metrics/mod.ts";
import type {
  BenchImplementation,
  BenchResult,
  BenchRow,
  Claim,
  LabelScore,
} from "../report/mod.ts";
import { RULED } from "./_labels.ts";

/** What the claims are judged by. */
export interface Evidence {
  readonly kind: "phantom" | "ct-org" | "folder";
  readonly scores: readonly LabelScore[];
  readonly bench: BenchResult;
}

/** The lower end of the Dice the paper reports for its organs. */
const PAPER_DICE = 0.78;
/** The lower end of the speedup the paper reports. */
const PAPER_SPEEDUP = 2.6;

const NO_NETWORK = "Training and segmentation are not part of this version yet";

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
      verdict: "not tested",
      why: NO_NETWORK,
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
      verdict: "not tested",
      why: NO_NETWORK,
    },
    {
      id: 5,
      text: "All organs of one case are segmented in seconds",
      paper: "4.3 s",
      verdict: "not tested",
      why: NO_NETWORK,
    },
    {
      id: 6,
      text: "Simple models become competitive through augmentation, and do best with the IOU loss",
      paper: "yes",
      verdict: "not tested",
      why: NO_NETWORK,
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

type Judgement = Pick<Claim, "measured" | "verdict" | "why">;

/** Kernels that stand for augmentation, the fullest first. */
export const AUGMENTATION = ["augment/full", "augment/warp"] as const;

/** The warp that computes its own fractions, `webgpu`, or takes the texture filter's, `webgpu-fast`. */
export const FILTERED = "augment/warp";

/** What counts as a widely used CPU version, the baseline of the original's own code first. */
const CPU_VERSIONS: readonly BenchImplementation[] = [
  "scipy",
  "itk-wasm",
  "itk-1t",
  "itk-2t",
  "torch-cpu",
];

function judgeSpeed({ adapter, results, ratios, absent = [] }: BenchResult): Judgement {
  const counted = (name: string) =>
    CPU_VERSIONS.flatMap((against) =>
      ratios.filter((ratio) => ratio.kernel === name && ratio.against === against)
    );
  const kernel = AUGMENTATION.find((name) => counted(name).length > 0);
  if (!kernel) {
    const missing = absent.find((absence) =>
      AUGMENTATION.some((name) => name === absence.kernel) &&
      CPU_VERSIONS.includes(absence.implementation)
    );
    const reason = missing ? ` (${missing.implementation}: ${missing.reason})` : "";
    return {
      verdict: "not tested",
      why: `No widely used CPU version could be timed beside the GPU${reason}`,
    };
  }
  const found = counted(kernel);
  const wrong = found.find((ratio) => !webgpuRow(results, kernel, ratio.case)?.agreement.ok);
  if (wrong) {
    return {
      verdict: "not tested",
      why: `The kernel disagrees with its reference: ${kernel}, ${wrong.case}`,
    };
  }
  const baseline = found.filter(({ against }) => against === "scipy");
  const judged = baseline.length > 0 ? baseline : found;
  const outcome = judged.every(({ ci95 }) => ci95[0] >= PAPER_SPEEDUP)
    ? "holds"
    : judged.some(({ ci95 }) => ci95[1] < PAPER_SPEEDUP)
    ? "fails"
    : "undecided";
  const against = baseline.length > 0
    ? "SciPy, the baseline of the original's own code"
    : "each CPU version";
  const part = kernel === "augment/full"
    ? ""
    : ". Timed is the affine warp of the image alone, the part that published CPU versions share";
  return {
    measured: found.map(({ against, case: name, ratio, ci95 }) =>
      `${ratio.toFixed(2)} times (95 % interval ${ci95[0].toFixed(2)} to ${
        ci95[1].toFixed(2)
      }) against ${against}, ${kernel}, ${name}`
    ).join("; "),
    verdict: speedVerdict(outcome, adapter.software),
    why: `Holds if the interval's lower end reaches ${PAPER_SPEEDUP} against ${against}, ` +
      `fails if its upper end does not, else it is undecided${part}`,
  };
}

function webgpuRow(
  results: readonly BenchRow[],
  kernel: string,
  name?: string,
  implementation: "webgpu" | "webgpu-fast" = "webgpu",
): BenchRow | undefined {
  return results.find((row) =>
    row.kernel === kernel && row.implementation === implementation &&
    (name === undefined || row.case === name)
  );
}

function judgeLabels({ kind, scores }: Evidence): Judgement {
  const means = RULED.flatMap((organ) => {
    const own = scores.filter((score) => score.organ === organ).map(({ dice }) => dice);
    const { mean, n } = meanDice(own);
    return mean === undefined ? [] : [{ organ, n, mean }];
  });
  if (means.length < RULED.length) {
    return { verdict: "not tested", why: "No case with both lungs and bone could be scored" };
  }
  const measured = means.map(({ organ, n, mean }) =>
    `${organ} Dice ${mean.toFixed(3)} (mean of ${n})`
  ).join(", ");
  const holds = means.every(({ mean }) => mean >= PAPER_DICE);
  const rule =
    `Holds if the mean Dice of both reaches ${PAPER_DICE}, the paper's lowest for an organ`;
  switch (kind) {
    case "phantom":
      return {
        measured,
        verdict: holds ? "holds on phantoms" : "fails on phantoms",
        why: rule,
      };
    case "ct-org":
      return {
        measured,
        verdict: holds ? "reproduced" : "not reproduced",
        why:
          `${rule}. The cases are numbered 0 to 20 in CT-ORG's layout; that the files are CT-ORG's is not checked, as ` +
          "this version has no published hashes of them",
      };
    case "folder":
      return {
        measured,
        verdict: "not tested",
        why:
          "A verdict on real CTs needs CT-ORG's 21 test cases, 0 to 20; the figure is of the cases given",
      };
  }
}

function judgeFilter({ adapter, results }: BenchResult): Judgement {
  const exact = webgpuRow(results, FILTERED);
  const fast = exact && webgpuRow(results, FILTERED, exact.case, "webgpu-fast");
  if (!exact || !fast) {
    return { verdict: "not tested", why: "The sampler and the exact kernel were not both timed" };
  }
  if (!exact.agreement.ok) {
    return {
      verdict: "not tested",
      why: `The exact kernel disagrees with its reference: ${exact.kernel}, ${exact.case}`,
    };
  }
  const measured = `sampler ${fast.median_ms.toFixed(1)} ms, exact ${
    exact.median_ms.toFixed(1)
  } ms, largest difference ${fast.agreement.max_abs.toFixed(2)} HU`;
  if (adapter.software) {
    return {
      measured,
      verdict: "not tested",
      why: "A software adapter's sampler is a program, no graphics hardware",
    };
  }
  const holds = fast.median_ms <= exact.median_ms && fast.agreement.ok;
  return {
    measured,
    verdict: holds ? "reproduced" : "not reproduced",
    why:
      "Holds if the sampler is no slower than the exact kernel and its error is what 8-bit fractions explain",
  };
}

function speedVerdict(
  outcome: "holds" | "fails" | "undecided",
  software: boolean,
): Claim["verdict"] {
  if (software) return `${outcome} on a software adapter`;
  return ({ holds: "reproduced", fails: "not reproduced", undecided: "undecided" } as const)[
    outcome
  ];
}
