import { join } from "@std/path";
import { type FoundFile, walk } from "./walk.ts";

/** A package that the project loads while it runs. */
export interface RuntimePackage {
  readonly name: string;
  /** The package that brings it; absent where the project names it itself. */
  readonly by?: string;
  /** Which of its files are left out, though they could be loaded. */
  readonly without?: RegExp;
}

/**
 * The packages that are loaded, found by tracing which files Deno opens. itk-wasm names a dozen more, for its command-line
 * tools alone.
 */
export const PACKAGES: readonly RuntimePackage[] = [
  // Of its pipelines the references use one.
  {
    name: "@itk-wasm/downsample",
    without: /^dist\/(bundle\/|pipelines\/(?!resample\.))/,
  },
  { name: "@niivue/niimath" },
  { name: "@thewtex/zstddec" },
  // One bundle each; node-fetch, which one of them names, is asked for when something is fetched, and nothing is.
  { name: "@tensorflow/tfjs-backend-cpu", without: /^dist\/(?!tf-backend-cpu\.node\.js$)/ },
  { name: "@tensorflow/tfjs-backend-webgpu", without: /^dist\/(?!tf-backend-webgpu\.node\.js$)/ },
  { name: "@tensorflow/tfjs-core", without: /^dist\/(?!tf-core\.node\.js$)/ },
  { name: "@tensorflow/tfjs-layers", without: /^dist\/(?!tf-layers\.node\.js$)/ },
  {
    name: "seedrandom",
    by: "@tensorflow/tfjs-core",
    without: /^(coverage\/|Gruntfile|seedrandom\.min)/,
  },
  // Inlined into reports as they are.
  { name: "@niivue/niivue", without: /^(build\/|dist\/(?!niivue\.umd\.js$))/ },
  { name: "chart.js", without: /^(auto|helpers|dist)\/(?!chart\.umd\.min\.js$)/ },
  { name: "deno-std" },
  { name: "fflate", by: "nifti-reader-js", without: /^(lib|umd)\// },
  { name: "itk-wasm", without: /^dist\/(bundle|cli)\// },
  { name: "nifti-reader-js" },
];

/** What a package needs to run; its sources, types and maps stay behind. */
const NEEDED = /\.(?:[cm]?js|wasm|zst)$|(?:^|\/)(?:package\.json|LICENSE[^/]*|README\.md)$/;
const SOURCES = /^src\//;

/**
 * Lists the files of the packages that run without network.
 *
 * @param root The project's folder, with its `node_modules` as Deno lays it out.
 * @returns Where each file lies, and its path in a flat `node_modules`.
 * @throws {Error} If a package is not installed.
 */
export async function packageFiles(root: string): Promise<FoundFile[]> {
  const found = await Promise.all(PACKAGES.map(async ({ name, by, without }) => {
    const folder = await folderOf(root, name, by);
    const files = await walk(folder, (path) => !path.startsWith("node_modules/"));
    return files
      .filter(({ path }) => NEEDED.test(path) && !SOURCES.test(path) && !without?.test(path))
      .map(({ path, source }) => ({ path: `node_modules/${name}/${path}`, source }));
  }));
  return found.flat();
}

/** Deno puts what a package depends on beside it, the project's own packages into the folder above. */
async function folderOf(root: string, name: string, by: string | undefined): Promise<string> {
  const path = by === undefined
    ? join(root, "node_modules", name)
    : join(await folderOf(root, by, undefined), by.replaceAll(/[^/]+/g, ".."), name);
  try {
    return await Deno.realPath(path);
  } catch (cause) {
    throw new Error(
      `Cannot pack: package "${name}" is not installed in "${root}"; run deno install there`,
      { cause },
    );
  }
}
