import { join } from "@std/path";
import { codeVersion, hashText } from "../files/mod.ts";
import type { Gpu } from "../gpu/mod.ts";
import { reorient, writeNifti } from "../volume/mod.ts";
import { cohortCase } from "./cohort.ts";
import {
  type DataFolderOutcome,
  type NewCase,
  writeDataFolder,
  type WriteDataFolderOptions,
} from "./data_folder.ts";
import { phantom } from "./phantom.ts";
import { exactOrigins } from "./provenance.ts";

/** Options of {@linkcode writePhantoms}. */
export interface WritePhantomsOptions extends WriteDataFolderOptions {
  /** How many; their numbers begin with 0. */
  readonly cases: number;
  readonly seed: number;
  /** For the card. */
  readonly command: string;
}

/** Phantoms are nobody's images. */
const LICENCE = "CC0-1.0";

const ABOUT =
  "Generated CTs of made-up trunks with their exact labels, to develop and test segmentation with. No patient is behind them, " +
  "and what is found on them holds for patients only as far as they are alike.";

/**
 * Writes phantoms as a data folder in CT-ORG's layout, see {@linkcode writeDataFolder}: patients of a `cohort`, of different fields of view
 * and orientations of the file; cases 0 to 20 are for testing, as CT-ORG's are.
 *
 * @param gpu Where they are rendered.
 * @param folder An absolute path of a folder that is absent, empty, or begun by the same command.
 * @param options How many, seed, signal, progress.
 * @returns What was written.
 * @throws {RangeError} If the number of cases is not at least 1, or the seed is not valid.
 * @throws {Error} If the folder holds something else.
 */
export async function writePhantoms(
  gpu: Gpu,
  folder: string,
  { cases, seed, command, ...options }: WritePhantomsOptions,
): Promise<DataFolderOutcome> {
  if (!(Number.isInteger(cases) && cases >= 1)) {
    throw new RangeError(`Cannot write ${cases} phantoms: at least 1 is needed`);
  }
  const code = await codeVersion(["src/data", "src/phantom", "src/random", "src/volume"]);
  const adapter = gpu.info.description;
  const { signal } = options;
  const all = Array.from({ length: cases }, (_, number): NewCase => ({
    number,
    key: () => Promise.resolve(hashText(JSON.stringify({ seed, number, code, adapter }))),
    async write(to) {
      const patient = cohortCase(seed, number);
      const { ct, labels } = await phantom(gpu, patient);
      const files = [`volume-${number}.nii.gz`, `labels-${number}.nii.gz`] as const;
      await writeNifti(join(to, files[0]), reorient(ct, patient.orientation), {
        ...signal && { signal },
      });
      await writeNifti(join(to, files[1]), reorient(labels, patient.orientation), {
        ...signal && { signal },
      });
      return { files, origins: exactOrigins() };
    },
  }));
  return await writeDataFolder(folder, all, {
    title: `CT phantoms, seed ${seed}`,
    about: ABOUT,
    licence: LICENCE,
    command,
  }, options);
}
