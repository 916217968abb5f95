import type { Gpu } from "../gpu/mod.ts";
import { renderScene, type Scene } from "../phantom/mod.ts";
import { RandomStream } from "../random/mod.ts";
import { createGrid, createVolume, type Vec3, type Volume } from "../volume/mod.ts";
import { drawScene } from "./anatomy/scene.ts";

/**
 * The generator's version. Whatever changes the scenes of a cohort must raise it, and with it the hash that a test keeps of the test
 * cases: figures of two versions are not to be compared.
 */
export const PHANTOM_VERSION = 1;

/** What of the body is seen: from the sitting bones to the collar bones, its upper or its lower part. */
export type FieldOfView = "trunk" | "chest" | "abdomen";

/** The body's height in the middle of the field of view, from the disc under the first lumbar vertebra, and the field's length, mm. */
const FIELDS: Record<FieldOfView, readonly [middle: number, length: number]> = {
  trunk: [33, 576],
  chest: [172, 318],
  abdomen: [-72, 378],
};

/** Width and depth of the field of view, mm. */
const ACROSS = [402, 330] as const;

/** The paper's grid. */
const SPACING: Vec3 = [3, 3, 3];

/** Which patient of which set. */
export interface PatientOptions {
  /** Which set of patients: an integer from 0 to 2^53 - 1. */
  readonly seed: number;
  /**
   * Which patient of the set: an integer from 0 to 2^50 - 1.
   *
   * @default {0}
   */
  readonly index?: number;
  /**
   * What is seen.
   *
   * @default {"trunk"}
   */
  readonly fieldOfView?: FieldOfView;
}

/** Options of {@linkcode phantom}. */
export interface PhantomOptions extends PatientOptions {
  /** Voxels along x, y, z, around the middle of the field of view; by default as many as fill it. */
  readonly dims?: Vec3 | undefined;
  /**
   * mm between voxels along x, y, z.
   *
   * @default {[3, 3, 3]}
   */
  readonly spacing?: Vec3 | undefined;
}

/** A made-up CT and its true labels on one grid. */
export interface Phantom {
  /** Hounsfield units, RAS. */
  readonly ct: Volume<Int16Array<ArrayBuffer>>;
  /** CT-ORG values, see `ORGANS`. */
  readonly labels: Volume<Uint8Array<ArrayBuffer>>;
}

/**
 * A patient as shapes, with the scanner that sees it: what {@linkcode phantom} renders.
 *
 * @param options Seed, patient, field of view. The same options give the same scene, on every machine.
 * @returns The scene; 0 of the scanner is the middle of the field of view.
 * @throws {RangeError} If seed or index is not valid.
 */
export function phantomScene({ seed, index = 0, fieldOfView = "trunk" }: PatientOptions): Scene {
  // A patient takes four streams, and a stream's number is a safe integer.
  if (!Number.isSafeInteger(index) || index < 0 || index >= 2 ** 50) {
    throw new RangeError(
      `Cannot make a phantom: index must be an integer from 0 to 2^50 - 1, found ${index}`,
    );
  }
  const [middle] = FIELDS[fieldOfView];
  const stream = 4 * index;
  return drawScene(new RandomStream({ seed, stream }), {
    middle,
    noise: { seed, stream: stream + 1 },
    tile: { seed, stream: stream + 2 },
  });
}

/**
 * A CT of a made-up patient on a table, in Hounsfield units, with its true labels.
 *
 * The patient is put together from about 2,500 shapes: skin, fat, muscles, lungs with vessels and airways, heart, liver with vessels,
 * spleen, stomach with air, bowel with gas and stool, kidneys with cortex and pelvis, bladder, vertebrae with canal and discs, ribs with
 * cartilage, breastbone, collar bones, shoulder blades, hip and thigh bones, arms up or down. Sizes, places, HU, phase of contrast, illness (cysts,
 * metastases, effusion, emphysema, nodules, fractures, a missing kidney, metal) and the scanner's noise and blur differ from patient to patient,
 * and a smooth random field bends each. Labels are exact: the tissue at the voxel's middle.
 *
 * The default grid is 134 x 110 x 192 voxels of 3 mm for a trunk. Where bodies are wider or arms lie beside them, the field of view cuts them, as
 * a scanner's does.
 *
 * @param gpu Where to render. Adapters may differ in the last HU, and in labels within 0.001 mm of a surface.
 * @param options Seed, patient, field of view and grid. The same options give the same voxels on one adapter.
 * @returns CT and labels.
 * @throws {RangeError} If seed, index or grid is not valid.
 *
 * @example
 * ```ts
 * await using gpu = await openGpu();
 * const { ct, labels } = await phantom(gpu, { seed: 1, index: 4 });
 * ```
 */
export async function phantom(gpu: Gpu, options: PhantomOptions): Promise<Phantom> {
  const { fieldOfView = "trunk", spacing = SPACING } = options;
  // Refuses a wrong spacing before it is divided by.
  createGrid({ dims: options.dims ?? [1, 1, 1], spacing });
  const lengths = [...ACROSS, FIELDS[fieldOfView][1]];
  const { dims = lengths.map((mm, axis) => Math.round(mm / spacing[axis]!)) as unknown as Vec3 } =
    options;
  const origin = dims.map((n, axis) => -(n - 1) / 2 * spacing[axis]!) as unknown as Vec3;
  const grid = createGrid({ dims, spacing, origin });
  const { ct, labels } = await renderScene(gpu, phantomScene(options), { dims, spacing, origin });
  return { ct: createVolume(ct, grid), labels: createVolume(labels, grid) };
}
