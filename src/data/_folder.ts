/** The files and folders of a data folder by name; hidden ones, such as the `._` files of macOS, are left out. */
export async function namesIn(
  folder: string,
): Promise<{ readonly files: readonly string[]; readonly folders: readonly string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (entry.name.startsWith(".")) continue;
      // A link stands for what it leads to.
      const isFolder = entry.isSymlink
        ? (await Deno.stat(`${folder}/${entry.name}`).catch(() => undefined))?.isDirectory ?? false
        : entry.isDirectory;
      (isFolder ? folders : files).push(entry.name);
    }
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound
      ? "there is no such folder"
      : cause instanceof Deno.errors.NotADirectory
      ? "it is a file, not a folder"
      : (cause as Error).message;
    throw new Error(`Cannot use data folder "${folder}": ${why}`, { cause });
  }
  return { files: files.sort(), folders: folders.sort() };
}

/** A name without `.nii` or `.nii.gz`; undefined for another kind of file. */
export function niftiStem(name: string): string | undefined {
  return /^(.+)\.nii(\.gz)?$/.exec(name)?.[1];
}

/**
 * The NIfTI files of a folder.
 *
 * @param folder The folder.
 * @returns Names, and names without their endings.
 * @throws {Error} If there is none, or the folder cannot be read.
 */
export async function niftiFilesIn(
  folder: string,
): Promise<{ readonly file: string; readonly stem: string }[]> {
  const { files } = await namesIn(folder);
  const found = files.flatMap((file) => {
    const stem = niftiStem(file);
    return stem === undefined ? [] : [{ file, stem }];
  });
  if (found.length === 0) {
    throw new Error(`Cannot use data folder "${folder}": it holds no .nii.gz or .nii file`);
  }
  return found;
}
