import { join } from "@std/path";
import { codeVersion, hashFile, hashText, writeWhole } from "../files/mod.ts";
import type { Gpu } from "../gpu/mod.ts";
import { type LabelledOrgan, labelOrgans, type OrganName, ORGANS } from "../labels/mod.ts";
import { createVolume, readNifti, type Volume, writeNifti } from "../volume/mod.ts";
import { namesIn, niftiStem } from "./_folder.ts";
import { CT_ORG_WORK, NO_LICENCE } from "./dataset_card.ts";
import {
  type DataFolderOutcome,
  type NewCase,
  writeDataFolder,
  type WriteDataFolderOptions,
  type WrittenCase,
} from "./data_folder.ts";
import type { Dataset, LabelFile, LabelledCase } from "./dataset.ts";
import { geometryNotes } from "./geometry.ts";
import { ctOrgLabels, readLabelFiles } from "./labels_file.ts";
import type { Origin } from "./provenance.ts";

/** The sources that decide what the labels are. */
const CODE = ["src/data", "src/gpu", "src/labels", "src/morphology", "src/volume"];

/** How the rules are run. */
const RULES = { variant: "paper", border: "safe" } as const;

/** The organs that the rules label, in the paper's order. */
const RULED: readonly LabelledOrgan[] = ["lungs", "bone"];

/** Options of {@linkcode writeDataset}. */
export interface WriteDatasetOptions extends WriteDataFolderOptions {
  /** What the data set is called. */
  readonly title: string;
  /** Of the images; the one that the source names, or none, if left out. */
  readonly licence?: string | undefined;
  /** For the card. */
  readonly command: string;
  /** A folder of `labels-N.nii.gz` in CT-ORG's values that a person made with a program, for some cases or all. */
  readonly semiAutomatic?: string | undefined;
}

type Labels = Volume<Uint8Array<ArrayBuffer>>;

/**
 * Writes a data set of its own from a data folder: each CT to the bit, and labels merged in the paper's order. The given labels come first,
 * then semi-automatic ones of organs that the given labels do not hold, then lungs and bone by the paper's rules where nobody labelled them; a
 * labelled voxel is never overwritten. Where each organ's labels come from is written beside them, see {@linkcode writeDataFolder}.
 *
 * @param gpu Where the rules run.
 * @param folder An absolute path of a folder that is absent, empty, or begun by the same command.
 * @param dataset What {@linkcode findCases} found.
 * @param options Title, licence, semi-automatic labels, signal, progress.
 * @returns What was written.
 * @throws {Error} If the folder holds something else.
 * @throws {GpuLostError} If the device was lost; what was written before stays, and the next call goes on.
 */
export async function writeDataset(
  gpu: Gpu,
  folder: string,
  dataset: Dataset,
  { title, licence, command, semiAutomatic, ...options }: WriteDatasetOptions,
): Promise<DataFolderOutcome> {
  const code = await codeVersion(CODE);
  const { signal } = options;
  const extra = semiAutomatic === undefined
    ? new Map<number, string>()
    : await semiAutomaticFiles(semiAutomatic);
  const cases = dataset.cases.map((one): NewCase => {
    const given = extra.get(one.number);
    return {
      number: one.number,
      source: one.name,
      key: () => keyOf(one, given, code, signal),
      write: (to) => writeCase(gpu, to, one, given, signal),
    };
  });
  return await writeDataFolder(folder, cases, {
    title,
    about: aboutOf(dataset),
    licence: licence ?? dataset.licence ?? NO_LICENCE,
    command,
    ...dataset.layout === "CT-ORG" && !dataset.described && { works: [CT_ORG_WORK] },
  }, options);
}

function aboutOf({ layout, notes }: Dataset): string {
  const lines = [
    `CTs from a folder in the layout of ${layout}, unchanged, with labels merged from several sources: those that came with the CTs first, ` +
    "then semi-automatic ones where there are any, then lungs and bone by the rules of Rister et al. (2018) where nobody had labelled them. " +
    "A labelled voxel is never overwritten.",
    ...notes.map((note) => `${note}.`),
  ];
  return lines.join("\n\n");
}

/** `labels-N.nii.gz` by N. */
async function semiAutomaticFiles(folder: string): Promise<Map<number, string>> {
  const { files } = await namesIn(folder);
  const found = new Map<number, string>();
  for (const file of files) {
    const [, digits] = /^labels-(\d+)$/.exec(niftiStem(file) ?? "") ?? [];
    if (digits === undefined) continue;
    if (found.has(Number(digits))) {
      throw new Error(
        `Cannot use semi-automatic labels of "${folder}": labels-${digits} is there twice; remove one of the files`,
      );
    }
    found.set(Number(digits), join(folder, file));
  }
  if (found.size === 0) {
    throw new Error(
      `Cannot use semi-automatic labels of "${folder}": it holds no labels-N.nii.gz`,
    );
  }
  return found;
}

async function keyOf(
  { volume, labels, origins }: LabelledCase,
  extra: string | undefined,
  code: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const hash = async ({ path, values }: LabelFile) => [
    await hashFile(path, signal),
    values ? [...values] : null,
  ];
  const files: unknown[] = [await hashFile(volume, signal)];
  for (const file of [...labels, ...extra === undefined ? [] : ctOrgLabels(extra)]) {
    files.push(await hash(file));
  }
  return hashText(
    JSON.stringify({ files, origins, semiAutomatic: extra !== undefined, code, ...RULES }),
  );
}

async function writeCase(
  gpu: Gpu,
  folder: string,
  one: LabelledCase,
  extra: string | undefined,
  signal: AbortSignal | undefined,
): Promise<WrittenCase> {
  const options = { ...signal && { signal } };
  const ct = await readNifti(one.volume, options);
  const at = { grid: ct, path: one.volume };
  const labels = await readLabelFiles(one.labels, at, options);
  const origins: Partial<Record<OrganName, Origin>> = { ...one.origins };
  const notes = geometryNotes(ct);
  if (extra !== undefined) {
    const drawn = await readLabelFiles(ctOrgLabels(extra), at, options);
    const { filled, left } = fill(labels, drawn, one.origins);
    for (const organ of filled) origins[organ] = "semi-automatic";
    if (left.length > 0) {
      notes.push(
        `Semi-automatic labels of ${left.join(", ")} were left out: the given labels hold it`,
      );
    }
  }
  const lacking = RULED.filter((organ) => origins[organ] === undefined);
  const merged = lacking.length === 0
    ? labels
    : await labelOrgans(gpu, ct, { ...RULES, organs: lacking, others: labels, ...options });
  for (const organ of lacking) origins[organ] = "unsupervised";

  const volumeFile = `volume-${one.number}.nii${one.volume.endsWith(".gz") ? ".gz" : ""}`;
  const labelsFile = `labels-${one.number}.nii.gz`;
  const source = await Deno.open(one.volume);
  await writeWhole(join(folder, volumeFile), source.readable, options);
  const onGrid = createVolume(merged.data, ct);
  await writeNifti(join(folder, labelsFile), onGrid, { header: ct.header, ...options });
  return { files: [volumeFile, labelsFile], origins, notes };
}

/** Labels what is background with organs that are not held yet. */
function fill(
  labels: Labels,
  drawn: Labels,
  held: LabelledCase["origins"],
): { filled: OrganName[]; left: OrganName[] } {
  const there = new Set(drawn.data);
  const organs = (Object.keys(ORGANS) as (OrganName | "background")[])
    .filter((organ): organ is OrganName => organ !== "background" && there.has(ORGANS[organ]));
  const filled = organs.filter((organ) => held[organ] === undefined);
  const wanted = new Set<number>(filled.map((organ) => ORGANS[organ]));
  for (let i = 0; i < labels.data.length; i++) {
    const label = drawn.data[i]!;
    if (labels.data[i] === 0 && wanted.has(label)) labels.data[i] = label;
  }
  return { filled, left: organs.filter((organ) => held[organ] !== undefined) };
}
