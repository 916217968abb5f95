import { dirname } from "@std/path";
import { writeWhole } from "../files/mod.ts";

/**
 * Writes a text file, whole or not at all: beside its place under a temporary name, then renamed.
 *
 * @param path The file; one that is there is replaced, folders that are not there are made.
 * @param text Its content.
 */
export async function writeTextWhole(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await writeWhole(path, text);
}
