import { fromFileUrl, join } from "@std/path";
import project from "../../deno.json" with { type: "json" };
import { hashText } from "./hash.ts";
import { listFiles } from "./list_files.ts";

/** The project's version. */
export const VERSION: string = project.version;

/** The project's folder, or undefined where the code does not run from its sources. */
export const ROOT: string | undefined = import.meta.url.startsWith("file:")
  ? fromFileUrl(new URL("../../", import.meta.url))
  : undefined;

const SOURCE = /\.(ts|wgsl)$/;

/**
 * What names the code that a result rests on: a hash of its source files, so that a change to them makes the result stale. Where the
 * sources are not at hand, the project's version.
 *
 * @param parts Files and folders, relative to the project's folder.
 * @returns 64 hexadecimal digits, or the version.
 */
export async function codeVersion(parts: readonly string[]): Promise<string> {
  if (ROOT === undefined) return VERSION;
  const texts: string[] = [];
  try {
    for (const part of parts) {
      const path = join(ROOT, part);
      const files = SOURCE.test(part)
        ? [path]
        : (await listFiles(path)).filter((name) => SOURCE.test(name)).map((name) =>
          join(path, name)
        );
      for (const file of files) texts.push(part, await Deno.readTextFile(file));
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) {
      return VERSION;
    }
    throw error;
  }
  return hashText(JSON.stringify(texts));
}

/** Versions of what computes. */
export const VERSIONS: Readonly<Record<string, string>> = {
  "ct-organ-webgpu": VERSION,
  deno: Deno.version.deno,
  v8: Deno.version.v8,
  typescript: Deno.version.typescript,
  "@tensorflow/tfjs-core": /@([^@]+)$/.exec(project.imports["@tensorflow/tfjs-core"])![1]!,
};
