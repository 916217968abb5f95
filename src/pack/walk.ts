import { join } from "@std/path";

/** A file to be read. */
export interface FoundFile {
  /** Relative to where it was looked for, with `/`. */
  readonly path: string;
  /** Where it lies. */
  readonly source: string;
}

/**
 * Lists the files below a folder. Links and names that begin with a dot are passed over: they are this machine's, not the
 * project's.
 *
 * @param folder Where to look.
 * @param into Whether to look into a folder below; it ends with `/`.
 * @returns In no order.
 */
export async function walk(
  folder: string,
  into: (path: string) => boolean = () => true,
): Promise<FoundFile[]> {
  const files: FoundFile[] = [];
  const pending = [""];
  for (let below = pending.pop(); below !== undefined; below = pending.pop()) {
    for await (const { name, isFile, isDirectory } of Deno.readDir(join(folder, below))) {
      if (name.startsWith(".")) continue;
      const path = below + name;
      if (isFile) files.push({ path, source: join(folder, path) });
      else if (isDirectory && into(`${path}/`)) pending.push(`${path}/`);
    }
  }
  return files;
}
