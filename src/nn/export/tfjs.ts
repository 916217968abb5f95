import { join } from "@std/path";
import { writeWhole } from "../../files/mod.ts";
import { checkModel, type Model } from "../model/mod.ts";
import { type GraphBuilder, shapeOf } from "./graph.ts";
import { unetGraph } from "./unet_graph.ts";

/** Bytes of a weight file: what TensorFlow's own converter writes, since browsers keep files of this size. */
const SHARD = 4 * 2 ** 20;

/** What {@linkcode exportTfjs} takes beside the model and the folder. */
export interface ExportOptions {
  /** Ends the writing early; without `model.json`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes a model for TensorFlow.js, as a GraphModel: `model.json` and its weights in files of 4 MiB. Any of its backends runs it, in a
 * browser without this project:
 *
 * ```js
 * const model = await tf.loadGraphModel("model.json");
 * const probabilities = model.predict(image);
 * const logits = model.execute(image, "logits");
 * ```
 *
 * `image` is [batch, z, y, x, inputChannels], RAS, at the model's spacing, 0 at the window's lower end and 1 at its upper; its axes are
 * multiples of `requiredMultiple`. Both results are [batch, z, y, x, classes]. `model.metadata` has labels, spacing, window, crop and
 * provenance. Batch normalisation is part of the convolutions; a probability differs by rounding from what this project computes.
 *
 * @param model The model.
 * @param folder Where to; files already there are replaced, `model.json` last.
 * @param options A signal.
 * @returns Names of the files.
 * @throws {TypeError} If a parameter is missing, unknown or of another size than the config says.
 * @throws {Deno.errors.NotFound} If the folder does not exist.
 */
export async function exportTfjs(
  model: Model,
  folder: string,
  options: ExportOptions = {},
): Promise<string[]> {
  checkModel(model, "export the model");
  const graph = unetGraph(model);
  const weights = concatenate([...graph.constants.values()].map(({ data }) => data));
  const count = Math.ceil(weights.length / SHARD);
  const names = Array.from({ length: count }, (_, i) => `group1-shard${i + 1}of${count}.bin`);
  for (const [i, name] of names.entries()) {
    const shard = weights.subarray(i * SHARD, (i + 1) * SHARD);
    await writeWhole(join(folder, name), shard, options);
  }
  const description = JSON.stringify(describe(model, graph, names));
  await writeWhole(join(folder, "model.json"), description, options);
  return ["model.json", ...names];
}

function describe(model: Model, graph: GraphBuilder, paths: readonly string[]) {
  const { config, labels, spacing, window, crop, provenance } = model;
  const end = (name: string, channels: number) => ({
    [name]: {
      name: `${name}:0`,
      dtype: "DT_FLOAT",
      tensorShape: shapeOf([-1, -1, -1, -1, channels]),
    },
  });
  return {
    format: "graph-model",
    generatedBy: "ct-organ-webgpu",
    convertedBy: "ct-organ-webgpu",
    signature: {
      inputs: end("image", config.inputChannels),
      outputs: end("probabilities", config.classes),
    },
    userDefinedMetadata: { config, labels, spacing, window, crop, provenance },
    modelTopology: { node: graph.nodes, versions: {} },
    weightsManifest: [{
      paths,
      weights: [...graph.constants.values()].map(({ name, shape, data }) => ({
        name,
        shape,
        dtype: data instanceof Float32Array ? "float32" : "int32",
      })),
    }],
  };
}

/** All numbers behind each other, as they lie in memory: little-endian. */
function concatenate(
  arrays: readonly (Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>)[],
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}
