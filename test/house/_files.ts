import { fromFileUrl } from "@std/path";

const root = new URL("../../", import.meta.url);

/**
 * Reads files of the repository.
 *
 * @param folders Where to look, folders below included.
 * @param name Which names.
 * @returns Texts by path from the root, with `/`.
 */
export async function readFiles(
  folders: readonly string[],
  name: RegExp,
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const pending = [...folders];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for await (const entry of Deno.readDir(fromFileUrl(new URL(folder, root)))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) pending.push(path);
      else if (name.test(entry.name)) files.set(path, await Deno.readTextFile(new URL(path, root)));
    }
  }
  return files;
}
