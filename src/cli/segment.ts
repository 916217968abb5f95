import { openGpu } from "../gpu/mod.ts";
import { segmentVolume } from "../infer/mod.ts";
import { readModel } from "../nn/mod.ts";
import { orientationOf, readNifti, type Volume, writeNifti } from "../volume/mod.ts";
import { ADAPTER_FLAG, wantedAdapter } from "./adapter_flag.ts";
import { type Command, defineCommand } from "./command.ts";
import { UsageError } from "./exit_codes.ts";
import { oneOf } from "./flags.ts";
import { checkOutput } from "./outputs.ts";
import { userPath } from "./paths.ts";
import { formatColumns } from "./table.ts";

/** Segments the organs of a CT by a trained model. */
export const segmentCommand: Command = defineCommand({
  name: "segment",
  summary: "Segment a CT by a trained model",
  operands: ["INPUT", "OUTPUT"],
  flags: {
    model: { type: "string", value: "FILE", help: "The model, as train writes it (needed)" },
    weighting: {
      type: "string",
      value: "NAME",
      help:
        "What a voxel counts where tiles overlap: constant (the default, the paper's), gaussian",
    },
    precision: {
      type: "string",
      value: "NAME",
      help:
        "How the network stores activations and weights: f32 (the default), or f16, half the memory",
    },
    adapter: ADAPTER_FLAG,
  },
  details:
    "INPUT is a CT in Hounsfield units, .nii or .nii.gz. It is turned to RAS and resampled to the model's spacing;\n" +
    "OUTPUT gets the model's label values on INPUT's own grid and header. It appears whole or not at all.",
  examples: [{
    line: "deno task segment ct.nii.gz organs.nii.gz --model model.safetensors",
    does: "All organs that the model knows",
  }],
  async run([input = "", output = ""], flags, { signal, progress, print }) {
    const weighting = oneOf("weighting", flags.weighting ?? "constant", ["constant", "gaussian"]);
    const precision = oneOf("precision", flags.precision ?? "f32", ["f32", "f16"]);
    if (flags.model === undefined) {
      throw new UsageError(
        "Cannot segment without a model: name one with --model FILE; train writes it",
      );
    }
    const source = userPath(input);
    const target = userPath(output);
    if (!/\.nii(\.gz)?$/i.test(target)) {
      throw new UsageError(`Cannot write "${target}": its name must end in .nii or .nii.gz`);
    }
    await checkOutput(target, source);
    const modelPath = userPath(flags.model);
    await checkOutput(target, modelPath);

    // Nothing is shown until model, CT and a GPU are there: what is wrong with one is a single line on stderr.
    const model = await readModel(modelPath);
    const ct = await readNifti(source, { signal });
    const adapter = wantedAdapter(flags.adapter);
    await using gpu = await openGpu({ adapter, signal });
    progress.stage("Resample the CT");
    const start = performance.now();
    const labels = await segmentVolume(gpu, {
      volume: ct,
      model,
      weighting,
      precision,
      signal,
      onTile: (done, all) => progress.stage(`Tile ${done} of ${all}`),
    });
    const seconds = (performance.now() - start) / 1000;
    progress.stage("Write the labels");
    await writeNifti(target, labels, { header: ct.header, signal });
    progress[Symbol.dispose]();

    print(`Adapter: ${gpu.info.description}${gpu.info.software ? " (software)" : ""}`);
    print(`Segmented in ${seconds.toFixed(2)} s, files not included\n`);
    const rows = model.labels.flatMap((name, value) =>
      value === 0 ? [] : [sizeOf(labels, name, value)]
    );
    print(formatColumns(["organ", "value", "voxels", "mL"], rows));
    print(`\n${target}: ${labels.dims.join(" x ")} voxels, ${orientationOf(labels)}`);
  },
});

function sizeOf(labels: Volume<Uint8Array>, name: string, value: number): string[] {
  let voxels = 0;
  for (const label of labels.data) if (label === value) voxels++;
  const [x, y, z] = labels.spacing;
  return [name, String(value), String(voxels), (voxels * x * y * z / 1000).toFixed(1)];
}
