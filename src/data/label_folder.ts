import { join } from "@std/path";
import { codeVersion, hashFile, hashText, VERSIONS, writeWhole } from "../files/mod.ts";
import { type Gpu, GpuLostError } from "../gpu/mod.ts";
import { type LabelledOrgan, type LabelOptions, labelOrgans } from "../labels/mod.ts";
import { createVolume, readNifti, writeNifti } from "../volume/mod.ts";
import { intact, readBegun } from "./_begun.ts";
import { namesIn, niftiFilesIn, niftiStem } from "./_folder.ts";
import { surveyOrgans } from "./_survey.ts";
import { subjectsIn } from "./_totalsegmentator.ts";
import { readLabels } from "./labels_file.ts";
import { type LabelPicture, takePicture } from "./picture.ts";

/** What a folder of labels says of itself. */
const RECORD_FILE = "labels.json";

/** The sources that decide what the labels are. */
const CODE = ["src/gpu", "src/labels", "src/morphology", "src/volume"];

/** A CT of a folder and the file that its labels go to. */
export interface PlannedCt {
  readonly name: string;
  /** Path of the CT. */
  readonly ct: string;
  /** Name of the labels' file. */
  readonly file: string;
}

/** What was labelled on a CT. */
export interface LabelledCt {
  /** Name of the labels' file. */
  readonly file: string;
  /** Millilitres of each organ that was looked for; 0 where it is not in view. */
  readonly ml: Readonly<Partial<Record<LabelledOrgan, number>>>;
  /** To read, label and write. */
  readonly seconds: number;
  /** SHA-256 of the labels' file. */
  readonly sha256: string;
  /** Names all that the labels were made from: CT, options and code. */
  readonly key: string;
}

/** A folder of labels, as its record has it. */
export interface LabelledFolder {
  readonly schema: "ct-organ-webgpu/labels@1";
  readonly command: string;
  readonly adapter: string;
  readonly versions: Readonly<Record<string, string>>;
  /** By name. */
  readonly cases: Readonly<Record<string, LabelledCt>>;
  /** CTs that could not be labelled. */
  readonly failures: readonly { readonly name: string; readonly error: string }[];
}

/** Options of {@linkcode labelFolder}. */
export interface LabelFolderOptions
  extends Required<Pick<LabelOptions, "organs" | "variant" | "border">> {
  /** For the record. */
  readonly command: string;
  /** Stops between two cases, and during one. */
  readonly signal?: AbortSignal;
  /** Called before each case. */
  readonly onCase?: (name: string, done: number, all: number) => void;
  /** Called after each case that has labels; `kept` if they were there already. */
  readonly onLabels?: (
    name: string,
    labelled: LabelledCt,
    picture: LabelPicture,
    kept: boolean,
  ) => Promise<void>;
  /** Called after each case that could not be labelled. */
  readonly onFailure?: (name: string, error: string) => void;
}

/**
 * Lists the CTs of a folder, and refuses an output folder that is not for them, before any work is done. `volume-N` gets its labels in
 * `labels-N.nii.gz`, and where there is such a CT all other files are left alone: labels may lie beside. Otherwise every NIfTI file is a CT; its
 * labels are named as it is, without nnU-Net's `_0000`. Where there is no NIfTI file but folders with `ct.nii.gz`, as in TotalSegmentator's data
 * set, these are the CTs, and the labels are named as the folders are.
 *
 * @param folder Holds the CTs.
 * @param out An absolute path; the folder may be absent, empty, or begun by {@linkcode labelFolder}.
 * @returns The CTs, numbers in their order.
 * @throws {Error} If there is no CT, two would get one file, or the output folder holds something else or other cases.
 */
export async function planLabels(folder: string, out: string): Promise<PlannedCt[]> {
  const planned = (await ctsIn(folder))
    .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
  for (const [i, { ct, file }] of planned.entries()) {
    if (planned[i + 1]?.file === file) {
      throw new Error(
        `Cannot label "${ct}" and "${planned[i + 1]!.ct}": both would be "${file}"; rename one`,
      );
    }
  }
  await begun(out, planned);
  return planned;
}

async function ctsIn(folder: string): Promise<PlannedCt[]> {
  const flat = (await namesIn(folder)).files.some((file) => niftiStem(file) !== undefined);
  const subjects = flat ? [] : await subjectsIn(folder);
  if (subjects.length > 0) {
    return subjects.map(({ name, ct = "ct.nii.gz" }) => ({
      ...{ name, ct: join(folder, name, ct), file: `${name}.nii.gz` },
    }));
  }
  const found = await niftiFilesIn(folder);
  const numbered = found.filter(({ stem }) => /^volume-\d+$/.test(stem));
  return (numbered.length > 0 ? numbered : found).map(({ file, stem }) => {
    const name = stem.replace(numbered.length > 0 ? /^volume-/ : /_0000$/, "");
    return {
      name,
      ct: join(folder, file),
      file: `${numbered.length > 0 ? "labels-" : ""}${name}.nii.gz`,
    };
  });
}

/**
 * Labels all CTs of a folder by {@linkcode labelOrgans}, one in memory at a time. The record `labels.json` is renewed after each, so that a run
 * that was stopped goes on where it was: a CT whose labels are there as they were made, from the same file by the same code and options, is not
 * labelled again. One that cannot be labelled does not keep the others from it.
 *
 * @param gpu Where the rules run.
 * @param out The output folder's absolute path.
 * @param planned What {@linkcode planLabels} found.
 * @param options Organs and rules, signal, progress.
 * @returns The record.
 * @throws {GpuLostError} If the device was lost; what was made before stays.
 */
export async function labelFolder(
  gpu: Gpu,
  out: string,
  planned: readonly PlannedCt[],
  { command, signal, onCase, onLabels, onFailure, ...rules }: LabelFolderOptions,
): Promise<LabelledFolder> {
  const cases: Record<string, LabelledCt> = { ...(await begun(out, planned))?.cases };
  const failures: { name: string; error: string }[] = [];
  const code = await codeVersion(CODE);
  const record = (): LabelledFolder => ({
    schema: "ct-organ-webgpu/labels@1",
    ...{ command, adapter: gpu.info.description, versions: VERSIONS, cases, failures },
  });
  const save = () =>
    writeWhole(join(out, RECORD_FILE), `${JSON.stringify(record(), undefined, 1)}\n`);
  await Deno.mkdir(out, { recursive: true });
  await save();
  for (const [i, one] of planned.entries()) {
    signal?.throwIfAborted();
    onCase?.(one.name, i, planned.length);
    try {
      const key = hashText(JSON.stringify([await hashFile(one.ct, signal), rules, code]));
      const known = cases[one.name];
      const kept = known?.key === key && await intact(out, { [known.file]: known.sha256 }, signal);
      const { labelled, picture } = kept
        ? { labelled: known, picture: await pictureOf(one, out, signal) }
        : await labelOne(gpu, out, one, { ...rules, key, ...signal && { signal } });
      cases[one.name] = labelled;
      await save();
      await onLabels?.(one.name, labelled, picture, kept);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof GpuLostError) throw error;
      // Labels of another CT, or by other rules, would pass for this one's.
      await Deno.remove(join(out, one.file)).catch(() => {});
      delete cases[one.name];
      failures.push({ name: one.name, error: (error as Error).message });
      await save();
      onFailure?.(one.name, (error as Error).message);
    }
  }
  return record();
}

async function labelOne(
  gpu: Gpu,
  out: string,
  { ct: path, file }: PlannedCt,
  { key, ...options }: LabelOptions & Required<Pick<LabelOptions, "organs">> & {
    readonly key: string;
  },
): Promise<{ labelled: LabelledCt; picture: LabelPicture }> {
  const start = performance.now();
  const { signal } = options;
  const ct = await readNifti(path, { ...signal && { signal } });
  const labels = await labelOrgans(gpu, ct, options);
  const target = join(out, file);
  await writeNifti(target, labels, { header: ct.header, ...signal && { signal } });
  const seconds = (performance.now() - start) / 1000;
  const found = surveyOrgans(labels.data, ct);
  const ml = Object.fromEntries(
    options.organs.map((organ) => [organ, found.find((one) => one.organ === organ)?.ml ?? 0]),
  );
  const labelled = { file, ml, seconds, sha256: await hashFile(target, signal), key };
  return { labelled, picture: takePicture(ct, labels) };
}

async function pictureOf(
  { ct: path, file }: PlannedCt,
  out: string,
  signal: AbortSignal | undefined,
): Promise<LabelPicture> {
  const options = { ...signal && { signal } };
  const ct = await readNifti(path, options);
  const labels = await readLabels(join(out, file), options);
  return takePicture(ct, createVolume(labels.data, ct));
}

async function begun(
  out: string,
  planned: readonly PlannedCt[],
): Promise<LabelledFolder | undefined> {
  return await readBegun(out, planned.map(({ name }) => name), { file: RECORD_FILE, parse });
}

function parse(text: string, path: string): LabelledFolder {
  try {
    const record: LabelledFolder = JSON.parse(text);
    if (record.schema === "ct-organ-webgpu/labels@1" && typeof record.cases === "object") {
      return record;
    }
  } catch (cause) {
    throw new SyntaxError(`Cannot use "${path}": it is not JSON`, { cause });
  }
  throw new SyntaxError(`Cannot use "${path}": it is no record of labels`);
}
