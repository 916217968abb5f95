import {
  type BenchImplementation,
  type BenchResult,
  type BenchRow,
  type Claim,
  noteOf,
  numberNotes,
} from "../report/mod.ts";
import type { Judgement } from "./_claims.ts";

/** The lower end of the speedup the paper reports. */
const PAPER_SPEEDUP = 2.6;

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

/** Whether an implementation is a widely used one of a whole kernel: of `augment/full` most of itk-wasm's time is the project's own. */
function counts(against: BenchImplementation, kernel: string): boolean {
  return !(against === "itk-wasm" && kernel === "augment/full");
}

/** Judges claim 1 by the ratios of the benchmark. */
export function judgeSpeed(bench: BenchResult): Judgement {
  const { adapter, results, ratios, absent = [] } = bench;
  const counted = (name: string) =>
    CPU_VERSIONS.filter((against) => counts(against, name)).flatMap((against) =>
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
  const notes = numberNotes(bench).filter((note) =>
    found.some(({ against, kernel }) => noteOf([note], { kernel, implementation: against }))
  );
  return {
    measured: found.map(({ against, case: name, ratio, ci95 }) =>
      `${ratio.toFixed(2)} times (95 % interval ${ci95[0].toFixed(2)} to ${
        ci95[1].toFixed(2)
      }) against ${against}, ${kernel}, ${name}`
    ).join("; "),
    verdict: speedVerdict(outcome, adapter.software),
    why: `Holds if the interval's lower end reaches ${PAPER_SPEEDUP} against ${against}, ` +
      `fails if its upper end does not, else it is undecided${part}` +
      notes.map(({ implementation, text }) => `. Of ${implementation}: ${text}`).join(""),
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

/** Judges claim 7 by the two ways to sample. */
export function judgeFilter({ adapter, results }: BenchResult): Judgement {
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

/** The verdict on a figure of time, by the adapter's class. */
export function speedVerdict(
  outcome: "holds" | "fails" | "undecided",
  software: boolean,
): Claim["verdict"] {
  if (software) return `${outcome} on a software adapter`;
  return ({ holds: "reproduced", fails: "not reproduced", undecided: "undecided" } as const)[
    outcome
  ];
}
