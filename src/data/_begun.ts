import { join } from "@std/path";
import { hashFile, ifThere } from "../files/mod.ts";
import { namesIn } from "./_folder.ts";

/** A file that says what a command wrote into a folder, so that the same command can go on there. */
export interface RecordFile<R> {
  /** The file's name. */
  readonly file: string;
  /**
   * @param text The file's text.
   * @param path Its path, for messages.
   * @throws {SyntaxError} If it is no such record.
   */
  parse(text: string, path: string): R;
}

/**
 * Refuses a folder that a command must not fill: one that holds something and no record of that command, or other cases.
 *
 * @param folder An absolute path.
 * @param names Of the cases it shall hold.
 * @param of The command's record.
 * @returns The record; undefined where the folder is absent or empty.
 * @throws {Error} If the folder holds something else, or other cases.
 * @throws {SyntaxError} If its record is damaged.
 */
export async function readBegun<R extends { readonly cases: Readonly<Record<string, unknown>> }>(
  folder: string,
  names: readonly string[],
  { file, parse }: RecordFile<R>,
): Promise<R | undefined> {
  if (await ifThere(Deno.stat(folder)) === undefined) return undefined;
  const { files, folders } = await namesIn(folder);
  const path = join(folder, file);
  if (!files.includes(file)) {
    const other = files[0] ?? folders[0];
    if (other === undefined) return undefined;
    throw new Error(
      `Cannot write to "${folder}": it holds "${other}" and no ${file}; name a new or an empty folder`,
    );
  }
  const record = parse(await Deno.readTextFile(path), path);
  const other = Object.keys(record.cases).find((name) => !names.includes(name));
  if (other !== undefined) {
    throw new Error(
      `Cannot write to "${folder}": it holds case ${other}, which is not among those to write; name another folder`,
    );
  }
  return record;
}

/**
 * Whether files are as they were written.
 *
 * @param folder Where they are.
 * @param sha256 Their hashes by name.
 * @param signal Ends the reading early.
 * @returns False if one is missing or has changed.
 */
export async function intact(
  folder: string,
  sha256: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  for (const [file, hash] of Object.entries(sha256)) {
    if (await ifThere(hashFile(join(folder, file), signal)) !== hash) return false;
  }
  return true;
}
