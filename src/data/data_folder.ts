import { join } from "@std/path";
import { hashFile, writeWhole } from "../files/mod.ts";
import { GpuLostError } from "../gpu/mod.ts";
import { intact, readBegun } from "./_begun.ts";
import { citationOf, type DataFolderFacts, readmeOf } from "./dataset_card.ts";
import type { Origins } from "./provenance.ts";
import {
  type CaseRecord,
  parseProvenance,
  PROVENANCE_FILE,
  type ProvenanceRecord,
} from "./provenance_file.ts";

/** A case that a data folder shall hold. */
export interface NewCase {
  readonly number: number;
  /** Its name in the data set it is taken from. */
  readonly source?: string;
  /** Names all that the files are made from, options and code included; computed only where it is needed. */
  key(): Promise<string>;
  /**
   * Writes `volume-N` and `labels-N`, each whole or not at all.
   *
   * @param folder Where to.
   * @returns The files' names, what the labels hold, and what a person should know of the case.
   */
  write(folder: string): Promise<WrittenCase>;
}

/** What {@linkcode NewCase.write} wrote. */
export interface WrittenCase {
  readonly files: readonly string[];
  readonly origins: Origins;
  readonly notes?: readonly string[];
}

/** Options of {@linkcode writeDataFolder}. */
export interface WriteDataFolderOptions {
  /** Stops between two cases, and during one. */
  readonly signal?: AbortSignal | undefined;
  /** Called before each case. */
  readonly onCase?: ((number: number, done: number, all: number) => void) | undefined;
}

/** What {@linkcode writeDataFolder} did. */
export interface DataFolderOutcome {
  readonly record: ProvenanceRecord;
  /** Numbers of the cases that were there already. */
  readonly kept: readonly number[];
  /** What kept cases from being made, a line each that names the case; without any the folder is complete. */
  readonly failures: readonly string[];
}

/**
 * Refuses a folder that is not for {@linkcode writeDataFolder}, before any work is done.
 *
 * @param folder An absolute path; the folder may be absent, empty, or one that was written, or begun, so.
 * @param numbers Of the cases it shall hold.
 * @returns What it holds already.
 * @throws {Error} If the folder holds something else, or other cases.
 * @throws {SyntaxError} If its record is damaged.
 */
export async function checkDataFolder(
  folder: string,
  numbers: readonly number[],
): Promise<ProvenanceRecord | undefined> {
  return await readBegun(folder, numbers.map(String), {
    file: PROVENANCE_FILE,
    parse: parseProvenance,
  });
}

/**
 * Fills a data folder in CT-ORG's layout: the cases, `provenance.json` with the origin of each organ's labels and the hashes of all files, a
 * dataset card and `CITATION.cff`. The record is renewed after each case and says that the folder is not complete until all is there, so that a
 * run that was stopped goes on where it was: a case whose files are there as they were made, from the same inputs, is not made again. A case
 * that cannot be made does not keep the others from being made; the folder is then not complete.
 *
 * @param folder An absolute path, see {@linkcode checkDataFolder}.
 * @param cases What it shall hold.
 * @param facts What the card says.
 * @param options Signal and progress.
 * @returns The record, which cases were there, and which could not be made.
 * @throws {Error} If the folder is not for this.
 * @throws {GpuLostError} If the device was lost; what was made before stays.
 */
export async function writeDataFolder(
  folder: string,
  cases: readonly NewCase[],
  facts: DataFolderFacts,
  { signal, onCase }: WriteDataFolderOptions = {},
): Promise<DataFolderOutcome> {
  const before = await checkDataFolder(folder, cases.map(({ number }) => number));
  await Deno.mkdir(folder, { recursive: true });
  const records: Record<string, CaseRecord> = { ...before?.cases };
  const record = (complete: boolean): ProvenanceRecord => ({
    schema: "ct-organ-webgpu/provenance@1",
    complete,
    licence: facts.licence,
    command: facts.command,
    cases: records,
  });
  const save = (complete: boolean) =>
    writeWhole(join(folder, PROVENANCE_FILE), `${JSON.stringify(record(complete), null, 1)}\n`);
  // From here on the folder is known as one of this kind, and as not complete.
  await save(false);
  const kept: number[] = [];
  const failures: string[] = [];
  for (const [i, one] of cases.entries()) {
    signal?.throwIfAborted();
    onCase?.(one.number, i, cases.length);
    try {
      const key = await one.key();
      const known = records[one.number];
      if (known && known.key === key && await intact(folder, known.sha256, signal)) {
        kept.push(one.number);
        continue;
      }
      records[one.number] = await makeCase(folder, one, key, known, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof GpuLostError) throw error;
      failures.push(`Cannot write case ${one.number}: ${(error as Error).message}`);
      continue;
    }
    await save(false);
  }
  signal?.throwIfAborted();
  if (failures.length > 0) return { record: record(false), kept, failures };
  await writeWhole(join(folder, "README.md"), readmeOf(facts, record(true)));
  await writeWhole(join(folder, "CITATION.cff"), citationOf(facts));
  await save(true);
  return { record: record(true), kept, failures };
}

async function makeCase(
  folder: string,
  one: NewCase,
  key: string,
  known: CaseRecord | undefined,
  signal: AbortSignal | undefined,
): Promise<CaseRecord> {
  const { files, origins, notes = [] } = await one.write(folder);
  // Another name for the same thing, such as volume-3.nii where it is volume-3.nii.gz now, would make the case ambiguous.
  const old = Object.keys(known?.sha256 ?? {}).filter((file) => !files.includes(file));
  for (const file of old) await Deno.remove(join(folder, file)).catch(() => {});
  const sha256: Record<string, string> = {};
  for (const file of files) sha256[file] = await hashFile(join(folder, file), signal);
  return {
    origins,
    sha256,
    key,
    ...one.source !== undefined && { source: one.source },
    ...notes.length > 0 && { notes },
  };
}
