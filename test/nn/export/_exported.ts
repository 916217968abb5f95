import { type GraphModel, loadGraphModel } from "@tensorflow/tfjs-converter";
import { io } from "@tensorflow/tfjs-core";
import { join } from "@std/path";
import { exportTfjs, type Model } from "../../../src/nn/mod.ts";

/**
 * Exports a model to a folder of its own, which is removed at the end.
 *
 * @param model The model.
 * @param use What to do with the folder.
 * @returns What that gives.
 */
export async function withExport<T>(
  model: Model,
  use: (folder: string, files: readonly string[]) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    return await use(folder, await exportTfjs(model, folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Loads an exported model as tfjs loads one over HTTP, but from a folder: the network is out of a test's reach.
 *
 * @param folder Where `model.json` is.
 * @returns The model.
 */
export async function loadExported(folder: string): Promise<GraphModel> {
  const json = JSON.parse(await Deno.readTextFile(join(folder, "model.json")));
  return await loadGraphModel({
    load: () =>
      io.getModelArtifactsForJSON(json, async (manifest) => {
        const paths = manifest.flatMap(({ paths }) => paths);
        const files = await Promise.all(paths.map((path) => Deno.readFile(join(folder, path))));
        return [
          manifest.flatMap(({ weights }) => weights),
          await new Blob(files).arrayBuffer(),
        ];
      }),
  });
}
