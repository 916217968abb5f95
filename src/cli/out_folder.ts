import { basename, dirname, join } from "@std/path";
import { checkWritable } from "./outputs.ts";

/**
 * Refuses a folder that could not be filled, or that holds something, before any work is done.
 *
 * @param path Absolute path of the folder to make.
 * @throws {Error} If the folder above it does not exist or nothing can be made in it, or the path is a file or a folder that
 * is not empty.
 */
export async function checkOutFolder(path: string): Promise<void> {
  if (await checkOutParent(path) === "folder") {
    for await (const { name } of Deno.readDir(path)) {
      throw new Error(
        `Cannot write to "${path}": it holds "${name}" already; name a new or an empty folder`,
      );
    }
  }
}

/**
 * Refuses a folder that could not be made or filled, whatever it holds, before any work is done.
 *
 * @param path Absolute path of the folder.
 * @returns What is there.
 * @throws {Error} If the folder above it does not exist or nothing can be made in it, or the path is a file.
 */
export async function checkOutParent(path: string): Promise<"folder" | undefined> {
  const above = dirname(path);
  if (await kindOf(above) !== "folder") {
    throw new Error(`Cannot write to "${path}": there is no folder "${above}"; make it first`);
  }
  const kind = await kindOf(path);
  if (kind === "file") {
    throw new Error(`Cannot write to "${path}": it is a file; name a new or an empty folder`);
  }
  await checkWritable(path, above);
  return kind;
}

/**
 * Refuses a folder that {@linkcode makeFolder} could not make or fill, and makes nothing.
 *
 * @param path Absolute path of the folder.
 * @throws {Error} If the path, or one above it, is a file, or nothing can be made there.
 */
export async function checkFolder(path: string): Promise<void> {
  let there = path;
  let kind = await kindOf(there);
  while (kind === undefined) {
    there = dirname(there);
    kind = await kindOf(there);
  }
  if (kind === "file") {
    throw new Error(`Cannot make folder "${path}": there is a file in its place`);
  }
  await checkWritable(path, there);
}

/**
 * Makes a folder and those above it, if they are not there, in which files can be written.
 *
 * @param path Absolute path of the folder.
 * @throws {Error} If the path, or one above it, is a file, or nothing can be written there.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (cause) {
    const why = cause instanceof Deno.errors.PermissionDenied
      ? "you may not write there"
      : cause instanceof Deno.errors.AlreadyExists || cause instanceof Deno.errors.NotADirectory
      ? "there is a file in its place"
      : (cause as Error).message;
    throw new Error(`Cannot make folder "${path}": ${why}`, { cause });
  }
  await checkWritable(path, path);
}

/**
 * Fills a folder, whole or not at all: beside its place under a temporary name, then renamed.
 *
 * @param path Absolute path of a folder that is not there yet, or empty.
 * @param write Writes files into the folder it is given.
 */
export async function writeOutFolder(
  path: string,
  write: (folder: string) => Promise<void>,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.tmp`);
  await Deno.mkdir(temporary);
  try {
    await write(temporary);
    // Only an empty folder can be removed like this: what came into it meanwhile is kept, and is an error.
    if (await kindOf(path) !== undefined) await Deno.remove(path);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
    throw error;
  }
}

/**
 * Makes a folder whose files will be replaced, and those above it, before any work is done.
 *
 * @param path Absolute path of the folder; what else it holds is left alone.
 * @throws {Error} If it is a file, or nothing can be made there; the message says why.
 */
export async function makeOutFolder(path: string): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
  } catch (cause) {
    const why = cause instanceof Deno.errors.PermissionDenied
      ? "you may not write there"
      : "there is a file of that name on the way";
    throw new Error(`Cannot make folder "${path}": ${why}; choose another`, { cause });
  }
  await checkWritable(path, path);
}

async function kindOf(path: string): Promise<"file" | "folder" | undefined> {
  try {
    return (await Deno.stat(path)).isDirectory ? "folder" : "file";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw error;
  }
}
