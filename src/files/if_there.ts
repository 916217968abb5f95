/**
 * What a file that need not be there holds.
 *
 * @param reading A reading that began, e.g. `Deno.readTextFile(path)`.
 * @returns What it gives, or undefined if there is no such file.
 */
export async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
