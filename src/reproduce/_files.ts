import { relative } from "@std/path";

/** JSON as files hold it: readable, with a line end. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** A path as it is told to others: seen from the folder the program runs in, so that no home folder is given away. */
export function toldPath(path: string): string {
  return relative(Deno.cwd(), path).replaceAll("\\", "/") || ".";
}
