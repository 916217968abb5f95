import { dirname, join } from "@std/path";

/**
 * Writes a text file, whole or not at all: beside its place under a temporary name, then renamed.
 *
 * @param path The file; one that is there is replaced, folders that are not there are made.
 * @param text Its content.
 */
export async function writeTextWhole(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  await Deno.mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${crypto.randomUUID()}.tmp`);
  try {
    await Deno.writeTextFile(temporary, text, { createNew: true });
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}
