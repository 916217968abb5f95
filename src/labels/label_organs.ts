import type { Gpu } from "../gpu/mod.ts";
import { uploadImage } from "../morphology/mod.ts";
import { createVolume, orientationOf, reorient, sameGrid, type Volume } from "../volume/mod.ts";
import { body } from "./_body.ts";
import type { Work } from "./_work.ts";
import { bone } from "./bone.ts";
import { lungs } from "./lungs.ts";
import { ORGANS } from "./organs.ts";
import { robustBone } from "./robust_bone.ts";
import { robustLungs } from "./robust_lungs.ts";

/** An organ that {@linkcode labelOrgans} can label. */
export type LabelledOrgan = "lungs" | "bone";

/**
 * Rules of the variant `"robust"`: the table is no body; gas is no lung; a lung reaches the uppermost slice or is large; what bone encloses
 * there is no lung; what is thick and brightest in its middle is no bone; what has no cortex is no bone; voxels that cortex fills in part
 * are bone; a large cavity is no marrow.
 */
export type RobustRule = typeof ROBUST_RULES[number];
const ROBUST_RULES = [
  "table",
  "gas",
  "reach",
  "skull",
  "pools",
  "cortex",
  "edge",
  "cavity",
] as const;

/** A step that is done. */
export interface LabelStep {
  /** What was done, in words. */
  readonly name: string;
  /** Wall time, the GPU's work and transfers included. */
  readonly ms: number;
}

/** Options of {@linkcode labelOrgans}. */
export interface LabelOptions {
  /**
   * What to label. Lungs always come before bone.
   *
   * @default {["lungs", "bone"]}
   */
  readonly organs?: readonly LabelledOrgan[];
  /**
   * Which rules: `"robust"` first finds the body, tells lung from gas and bone from contrast agent, and labels nothing where an organ is
   * not in view; `"paper"` are those of Rister et al. 2018.
   *
   * @default {"robust"}
   */
  readonly variant?: "robust" | "paper";
  /** Rules of the variant `"robust"` to leave out, to see what each does. */
  readonly without?: readonly RobustRule[];
  /**
   * Of the variant `"paper"`: how closing treats the volume's faces: `"safe"` continues the mask beyond them, `"original"` does as the author's code
   * and loses up to half the closing's diameter there (bone: 12 mm at the first and last slices).
   *
   * @default {"safe"}
   */
  readonly border?: "safe" | "original";
  /**
   * Bone's threshold in HU; the paper's first version (2018) took 250.
   *
   * @default {175}
   */
  readonly boneThreshold?: number;
  /** Organs labelled before, on the CT's grid: kept in the result, never overwritten. */
  readonly others?: Volume<Uint8Array>;
  /** Stops between steps. */
  readonly signal?: AbortSignal;
  /** Called after each step. */
  readonly onStep?: (step: LabelStep) => void;
}

/**
 * Labels lungs and bone without a trained model: thresholds and binary morphology on the GPU. Organs labelled before come first, then lungs, then bone; an earlier label is never overwritten.
 * An organ that is not found leaves no label and is no error.
 *
 * @param gpu Where to work; all memory taken is given back.
 * @param ct A CT in Hounsfield units, in any orientation: the rules run in RAS.
 * @param options What to label and how.
 * @returns CT-ORG values (see {@linkcode ORGANS}) on the CT's own grid.
 * @throws {TypeError} If `others` lies on another grid.
 * @throws {RangeError} If an organ, the variant or the threshold is not valid.
 *
 * @example
 * ```ts
 * await using gpu = await openGpu();
 * const ct = await readNifti("volume-0.nii.gz");
 * const labels = await labelOrgans(gpu, ct, { organs: ["bone"] });
 * await writeNifti("bone-0.nii.gz", labels, { header: ct.header });
 * ```
 */
export async function labelOrgans(
  gpu: Gpu,
  ct: Volume,
  options: LabelOptions = {},
): Promise<Volume<Uint8Array<ArrayBuffer>>> {
  const { organs = ["lungs", "bone"], boneThreshold = 175, border = "safe", others } = options;
  const { variant = "robust", without = [] } = options;
  check(ct, organs, boneThreshold, border, options);
  const step = async <T>(name: string, run: () => T | Promise<T>): Promise<T> => {
    options.signal?.throwIfAborted();
    const start = performance.now();
    const value = await run();
    try {
      // Recorded work runs later: a time taken before it is done would be too short.
      await gpu.done();
      options.onStep?.({ name, ms: performance.now() - start });
      return value;
    } catch (error) {
      (value as Partial<Disposable> | undefined)?.[Symbol.dispose]?.();
      throw error;
    }
  };

  const ras = await step("Turn to RAS", () => reorient(ct, "RAS"));
  const labels = others
    ? Uint8Array.from(reorient(others, "RAS").data)
    : new Uint8Array(ras.data.length);
  using image = await step("Hand the CT to the GPU", () => uploadImage(gpu, ras));
  const common = { gpu, image, hu: ras.data, spacing: ras.spacing, border, step };
  const on = (rule: RobustRule) => !without.includes(rule);
  using inside = variant === "robust" ? await body(common, on("table")) : undefined;
  for (const organ of ["lungs", "bone"] as const) {
    if (!organs.includes(organ)) continue;
    const taken = labels.map((label) => label === 0 ? 0 : 1);
    const work: Work = { ...common, taken };
    const mask = organ === "lungs"
      ? await (inside
        ? robustLungs(work, inside, {
          gas: on("gas"),
          reach: on("reach"),
          skull: on("skull"),
        })
        : lungs(work))
      : await (inside
        ? robustBone(work, inside, boneThreshold, {
          pools: on("pools"),
          cortex: on("cortex"),
          edge: on("edge"),
          cavity: on("cavity"),
        })
        : bone(work, boneThreshold));
    for (let i = 0; i < mask.length; i++) if (mask[i]) labels[i] = ORGANS[organ];
  }
  return await step("Turn back to the input's grid", () => {
    const turned = reorient(createVolume(labels, ras), orientationOf(ct));
    return createVolume(turned.data, ct);
  });
}

function check(
  ct: Volume,
  organs: readonly string[],
  boneThreshold: number,
  border: string,
  { variant = "robust", without = [], others }: LabelOptions,
): void {
  for (const organ of organs) {
    if (organ !== "lungs" && organ !== "bone") {
      throw new RangeError(
        `Cannot label organs: "${organ}" has no rule; the rules know lungs and bone`,
      );
    }
  }
  if (variant !== "robust" && variant !== "paper") {
    throw new RangeError(
      `Cannot label organs: there is no variant "${variant}"; use "robust" or "paper"`,
    );
  }
  for (const rule of without) {
    if (!ROBUST_RULES.includes(rule)) {
      throw new RangeError(`Cannot label organs: there is no rule "${rule}" to leave out`);
    }
  }
  if (border !== "safe" && border !== "original") {
    throw new RangeError(
      `Cannot label organs: border must be "safe" or "original", found "${border}"`,
    );
  }
  if (!Number.isFinite(boneThreshold)) {
    throw new RangeError(
      `Cannot label organs: the bone threshold must be a finite number of HU, found ${boneThreshold}`,
    );
  }
  if (others && !sameGrid(others, ct)) {
    throw new TypeError(
      `Cannot label organs: the organs labelled before lie on another grid (${
        others.dims.join(" x ")
      }) than the CT (${ct.dims.join(" x ")})`,
    );
  }
}
