import type { OrganName } from "../labels/mod.ts";
import { hashBytes } from "../files/mod.ts";
import {
  createVolume,
  type NiftiVolume,
  orientationOf,
  readNifti,
  type Vec3,
  type Volume,
} from "../volume/mod.ts";
import { anatomyNotes } from "./_anatomy.ts";
import { NON_FINITE, type OrganSurvey, surveyLabels, surveyOrgans } from "./_survey.ts";
import type { LabelledCase } from "./dataset.ts";
import { geometryNotes } from "./geometry.ts";
import { type LabelPicture, takePicture } from "./picture.ts";
import type { Origins } from "./provenance.ts";

/** A CT has air below this HU, and something above the other. */
const HU = { air: -300, body: -100 } as const;

/** What was found about a case. */
export interface CaseCheck {
  readonly number: number;
  readonly name: string;
  /** Why it cannot be used, one line each. */
  readonly faults: readonly string[];
  /** What is odd about it, one line each. */
  readonly warnings: readonly string[];
  /** The CT; absent where it cannot be read. */
  readonly ct?: {
    readonly dims: Vec3;
    /** mm. */
    readonly spacing: Vec3;
    /** Where its axes point, e.g. `LPS`. */
    readonly orientation: string;
    /** Least and largest value. */
    readonly range: readonly [number, number];
    /** SHA-256 of the voxels. */
    readonly sha256: string;
  };
  readonly organs: readonly OrganSize[];
  readonly origins: Origins;
}

/** An organ's size in a case. */
export interface OrganSize {
  readonly organ: OrganName;
  readonly voxels: number;
  readonly ml: number;
}

/**
 * Checks a case: whether its files can be read, NaN, geometry, whether the labels lie on the CT's grid, unexpected labels, and whether organs
 * have sizes and places that a person can have.
 *
 * @param one The case.
 * @param options The signal.
 * @returns What was found, and a picture of what can be read. Nothing about the files is an exception.
 */
export async function checkCase(
  one: LabelledCase,
  options: { readonly signal?: AbortSignal } = {},
): Promise<{ readonly check: CaseCheck; readonly picture?: LabelPicture }> {
  const { number, name, origins } = one;
  let ct: NiftiVolume;
  try {
    ct = await readNifti(one.volume, { ...options, nonFinite: NON_FINITE });
  } catch (error) {
    options.signal?.throwIfAborted();
    const faults = [(error as Error).message];
    return { check: { number, name, faults, warnings: [], organs: [], origins } };
  }
  const values = surveyValues(ct);
  const { labels, faults, warnings } = await surveyLabels(one.labels, ct, options);
  const organs = surveyOrgans(labels, ct);
  const unlabelled = organs.length === 0 && faults.length === 0 ? ["No voxel is labelled"] : [];
  const held = organs.filter(({ organ }) => origins[organ] === undefined).map(({ organ }) =>
    `Labels hold ${organ}, of which the data set says nothing`
  );
  const { dims, spacing, data } = ct;
  const check = {
    ...{ number, name, origins },
    faults: [...values.faults, ...faults],
    warnings: [
      ...geometryNotes(ct),
      ...values.warnings,
      ...warnings,
      ...unlabelled,
      ...held,
      ...anatomyNotes(organs),
    ],
    ct: {
      ...{ dims, spacing, range: values.range },
      orientation: orientationOf(ct),
      sha256: hashBytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    },
    organs: organs.map(({ organ, voxels, ml }: OrganSurvey) => ({ organ, voxels, ml })),
  };
  return { check, picture: takePicture(ct, createVolume(labels, ct)) };
}

/** Range of the finite voxels, and what is wrong with them. */
function surveyValues({ data }: Volume) {
  let [low, high, odd] = [Infinity, -Infinity, 0];
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value === NON_FINITE) {
      odd++;
      continue;
    }
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const faults: string[] = [];
  const warnings: string[] = [];
  if (odd > 0) faults.push(`${odd} of ${data.length} voxels are NaN or infinite`);
  if (odd === data.length) [low, high] = [0, 0];
  else if (low === high) faults.push(`All voxels of the CT are ${low}`);
  else if (low > HU.air) {
    warnings.push(`No air: the CT's least value is ${low}, so that its values may not be HU`);
  } else if (high < HU.body) {
    warnings.push(`Nothing but air: the CT's largest value is ${high} HU`);
  }
  return { range: [low, high] as const, faults, warnings };
}
