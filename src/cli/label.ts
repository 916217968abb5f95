import { commandLine } from "../../bench/mod.ts";
import { ifThere } from "../files/mod.ts";
import { openGpu } from "../gpu/mod.ts";
import { type LabelledOrgan, labelOrgans, type LabelStep, ORGANS } from "../labels/mod.ts";
import { orientationOf, readNifti, type Volume, writeNifti } from "../volume/mod.ts";
import { ADAPTER_FLAG, wantedAdapter } from "./adapter_flag.ts";
import { type Command, defineCommand } from "./command.ts";
import { UsageError } from "./exit_codes.ts";
import { oneOf } from "./flags.ts";
import { labelCts } from "./label_folder.ts";
import { checkOutput } from "./outputs.ts";
import { userPath } from "./paths.ts";
import { formatColumns } from "./table.ts";

const LABELLED: readonly LabelledOrgan[] = ["lungs", "bone"];

/** Labels the organs of a CT without a trained model. */
export const labelCommand: Command = defineCommand({
  name: "label",
  summary: "Label lungs and bone of a CT by rules, without a trained model",
  operands: ["INPUT", "OUTPUT"],
  flags: {
    organs: {
      type: "string",
      value: "LIST",
      help: "Organs by name, comma between them: lungs,bone (both by default)",
    },
    variant: {
      type: "string",
      value: "NAME",
      help: "Which rules: robust (the default), or paper for those of Rister et al. 2018",
    },
    border: {
      type: "string",
      value: "RULE",
      help:
        "The paper's closing at the volume's faces: safe (the default), or original as the author's code",
    },
    adapter: ADAPTER_FLAG,
  },
  details: "INPUT is a CT in Hounsfield units, .nii or .nii.gz. OUTPUT gets CT-ORG's values\n" +
    `(lungs ${ORGANS.lungs}, bone ${ORGANS.bone}) on INPUT's own grid and header. It appears whole or not at all.\n` +
    "Of a folder all CTs are labelled, a line each: volume-N.nii.gz to labels-N.nii.gz, or where there is none, every NIfTI\n" +
    "file to one of its name. OUTPUT is then a folder that is absent, empty, or begun by the same command, and gets labels.csv,\n" +
    "labels.html with slices, and labels.json. A command that was stopped goes on where it was. A CT that cannot be labelled\n" +
    "does not stop the others; exit code 1 at the end names it.",
  examples: [
    { line: "deno task label CTs labels", does: "All CTs of a folder, with a table and a report" },
    { line: "deno task label ct.nii.gz labels.nii.gz", does: "Lungs and bone of ct.nii.gz" },
    {
      line: "deno task label ct.nii.gz bone.nii.gz --organs bone --variant paper --border original",
      does: "Bone alone, with the original's loss at the first and last slices",
    },
  ],
  async run([input = "", output = ""], flags, { signal, progress, print }) {
    const organs = flags.organs === undefined
      ? LABELLED
      : [...new Set(flags.organs.split(","))].map((name) => oneOf("organ", name.trim(), LABELLED));
    const variant = oneOf("variant", flags.variant ?? "robust", ["robust", "paper"]);
    const border = oneOf("border", flags.border ?? "safe", ["safe", "original"]);
    const source = userPath(input);
    const target = userPath(output);
    const adapter = wantedAdapter(flags.adapter);
    const isFile = /\.nii(\.gz)?$/i.test(target);
    if ((await ifThere(Deno.stat(source)))?.isDirectory) {
      if (isFile) {
        throw new UsageError(`Cannot write labels of a folder to "${target}": name a folder`);
      }
      const command = commandLine("label", { organs: flags.organs, variant, border }, [
        input,
        output,
      ]);
      const rules = { organs, variant, border, command };
      return await labelCts(source, target, adapter, rules, { signal, progress, print });
    }
    if (!isFile) {
      throw new UsageError(`Cannot write "${target}": its name must end in .nii or .nii.gz`);
    }
    await checkOutput(target, source);

    // Nothing is shown until the CT and a GPU are there: what is wrong with either is one line on stderr.
    const steps: LabelStep[] = [];
    const timed = async <T>(name: string, work: Promise<T>): Promise<T> => {
      const start = performance.now();
      const value = await work;
      steps.push({ name, ms: performance.now() - start });
      return value;
    };
    const ct = await timed("Read the CT", readNifti(source, { signal }));
    await using gpu = await timed("Open the GPU", openGpu({ adapter, signal }));
    const onStep = (step: LabelStep) => {
      progress.stage(step.name);
      steps.push(step);
    };
    const labels = await labelOrgans(gpu, ct, { organs, variant, border, signal, onStep });
    await timed("Write the labels", writeNifti(target, labels, { header: ct.header, signal }));
    progress[Symbol.dispose]();

    print(`Adapter: ${gpu.info.description}${gpu.info.software ? " (software)" : ""}\n`);
    steps.push({ name: "In all", ms: steps.reduce((sum, { ms }) => sum + ms, 0) });
    print(formatColumns(["step", "ms"], steps.map(({ name, ms }) => [name, ms.toFixed(1)])));
    print("");
    print(formatColumns(["organ", "voxels", "mL"], organs.map((organ) => sizeOf(labels, organ))));
    for (const organ of organs) {
      if (!labels.data.includes(ORGANS[organ])) print(`\n${organ}: not in view`);
    }
    print(`\n${target}: ${labels.dims.join(" x ")} voxels, ${orientationOf(labels)}`);
  },
});

function sizeOf(labels: Volume<Uint8Array>, organ: LabelledOrgan): string[] {
  const value = ORGANS[organ];
  let voxels = 0;
  for (const label of labels.data) if (label === value) voxels++;
  const [x, y, z] = labels.spacing;
  return [organ, String(voxels), (voxels * x * y * z / 1000).toFixed(1)];
}
