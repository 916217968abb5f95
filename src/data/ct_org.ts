import { join } from "@std/path";

/** A volume and its labels in a folder. */
export interface LabelledCase {
  /** The case's number N. */
  readonly number: number;
  /** Path of `volume-N.nii.gz` (or `.nii`). */
  readonly volume: string;
  /** Path of `labels-N.nii.gz` (or `.nii`). */
  readonly labels: string;
}

const NAME = /^(volume|labels)-(\d+)\.nii(\.gz)?$/;

/**
 * Finds the cases of a folder in CT-ORG's layout: `volume-N.nii.gz` with `labels-N.nii.gz`. Other files are ignored.
 *
 * @param folder The folder.
 * @returns The cases by increasing number.
 * @throws {Error} If the folder cannot be read, holds no case, or holds one file of a case without the other.
 */
export async function findCases(folder: string): Promise<LabelledCase[]> {
  const found = { volume: new Map<number, string>(), labels: new Map<number, string>() };
  for await (const entry of readFolder(folder)) {
    const match = NAME.exec(entry.name);
    if (!match || entry.isDirectory) continue;
    const kind = match[1] as "volume" | "labels";
    const number = Number(match[2]);
    const other = found[kind].get(number);
    if (other !== undefined) {
      throw new Error(
        `Cannot use data folder "${folder}": ${kind} ${number} is there twice; remove one of the files`,
      );
    }
    found[kind].set(number, join(folder, entry.name));
  }
  const cases: LabelledCase[] = [];
  for (const number of new Set([...found.volume.keys(), ...found.labels.keys()])) {
    const volume = found.volume.get(number);
    const labels = found.labels.get(number);
    if (volume === undefined || labels === undefined) {
      const [has, lacks] = volume === undefined ? ["labels", "volume"] : ["volume", "labels"];
      throw new Error(
        `Cannot use data folder "${folder}": ${has}-${number} has no ${lacks}-${number}.nii.gz beside it; add it or ` +
          `move ${has}-${number} away`,
      );
    }
    cases.push({ number, volume, labels });
  }
  if (cases.length === 0) {
    throw new Error(
      `Cannot use data folder "${folder}": it holds no volume-N.nii.gz with labels-N.nii.gz (CT-ORG's layout)`,
    );
  }
  return cases.sort((a, b) => a.number - b.number);
}

async function* readFolder(folder: string): AsyncGenerator<Deno.DirEntry> {
  try {
    yield* Deno.readDir(folder);
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound
      ? "there is no such folder"
      : cause instanceof Deno.errors.NotADirectory
      ? "it is a file, not a folder"
      : (cause as Error).message;
    throw new Error(`Cannot use data folder "${folder}": ${why}`, { cause });
  }
}
