import { join } from "@std/path";

/**
 * All files below a folder in a fixed order.
 *
 * @param folder The folder.
 * @returns Paths relative to it, with `/`.
 */
export async function listFiles(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory) {
      const below = await listFiles(join(folder, entry.name));
      names.push(...below.map((name) => `${entry.name}/${name}`));
    } else {
      names.push(entry.name);
    }
  }
  return names.sort();
}
