import { dirname, join } from "@std/path";
import { UsageError } from "./exit_codes.ts";

/**
 * Refuses a file that could not be written, or would destroy an input, before any work is done.
 *
 * @param path Absolute path of the file to write; one that is there will be replaced.
 * @param input Absolute path of a file that is read.
 * @throws {UsageError} If both are the same file.
 * @throws {Error} If the folder does not exist or no file can be made in it, or the path is a folder.
 */
export async function checkOutput(path: string, input?: string): Promise<void> {
  const folder = dirname(path);
  if (!(await statIfThere(folder))?.isDirectory) {
    throw new Error(`Cannot write "${path}": there is no folder "${folder}"; make it first`);
  }
  if ((await statIfThere(path))?.isDirectory) {
    throw new Error(`Cannot write "${path}": it is a folder; name a file in it`);
  }
  if (input !== undefined && await realPath(input) === await realPath(path)) {
    throw new UsageError(`Cannot write "${path}": it is the input; name another file`);
  }
  await checkWritable(path, folder);
}

/**
 * Refuses a folder in which no file can be made, by making one and removing it.
 *
 * @param path What is to be written, for the message.
 * @param folder Absolute path of the folder it goes to.
 * @throws {Error} If no file can be made there; the message says why.
 */
export async function checkWritable(path: string, folder: string): Promise<void> {
  const probe = join(folder, `.${crypto.randomUUID()}.tmp`);
  try {
    await Deno.writeTextFile(probe, "", { createNew: true });
    await Deno.remove(probe);
  } catch (cause) {
    const why = cause instanceof Deno.errors.PermissionDenied
      ? "you may not write there"
      : (cause as Error).message;
    throw new Error(
      `Cannot write "${path}": no file can be made in "${folder}" (${why}); choose another folder`,
      { cause },
    );
  }
}

async function statIfThere(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}

/** The path without links, or as it is where nothing is there yet. */
async function realPath(path: string): Promise<string> {
  return await statIfThere(path) ? await Deno.realPath(path) : path;
}
