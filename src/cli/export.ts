import { exportTfjs, parameterCount, readModel } from "../nn/mod.ts";
import { type Command, defineCommand } from "./command.ts";
import { checkOutFolder, writeOutFolder } from "./out_folder.ts";
import { userPath } from "./paths.ts";

/** Writes a trained model for browsers. */
export const exportCommand: Command = defineCommand({
  name: "export",
  summary: "Write a trained model for TensorFlow.js, to run in a browser",
  operands: ["MODEL.safetensors", "OUT_DIR"],
  flags: {},
  details: "OUT_DIR must be absent or empty, and gets all of this or nothing:\n" +
    "  model.json               A GraphModel: its operations, and labels, spacing, window, crop and provenance\n" +
    "  group1-shardKofN.bin     Its weights, 4 MiB each\n\n" +
    "A page that loads TensorFlow.js runs it, on any of its backends:\n" +
    '  const model = await tf.loadGraphModel("OUT_DIR/model.json");\n' +
    "  const probabilities = model.predict(image);           // [batch, z, y, x, class]\n" +
    '  const logits = model.execute(image, "logits");        // before the softmax\n\n' +
    "image is [batch, z, y, x, 1]: RAS, at the model's spacing, 0 at the window's lower end and 1 at its upper; what\n" +
    "that is stands in model.metadata. Any size will do that the network can halve, not the crop alone.",
  examples: [
    {
      line: "deno task export model.safetensors web-model",
      does: "The model for a browser, in the new folder web-model",
    },
  ],
  async run([input = "", output = ""], _flags, { signal, print }) {
    const target = userPath(output);
    await checkOutFolder(target);
    const model = await readModel(userPath(input));
    let files: readonly string[] = [];
    await writeOutFolder(target, async (folder) => {
      files = await exportTfjs(model, folder, { signal });
    });
    print(`${target}: ${files.length} files, ${parameterCount(model.config)} parameters`);
  },
});
