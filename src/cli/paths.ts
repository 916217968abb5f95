import { resolve } from "@std/path";

/**
 * Resolves a path that a person typed. A task runs in the folder of `deno.json` and names the folder the person stands in
 * in `INIT_CWD`.
 *
 * @param path As typed.
 * @returns An absolute path.
 */
export function userPath(path: string): string {
  return resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
}
