import { commandLine } from "../../bench/mod.ts";
import { ifThere } from "../files/mod.ts";
import {
  type LabelledOrgan,
  ORGANS,
  type OrganSeeds,
  parseSeeds,
  SEEDED_ORGANS,
  type SeededOrgan,
} from "../labels/mod.ts";
import { ADAPTER_FLAG, wantedAdapter } from "./adapter_flag.ts";
import { type Command, defineCommand } from "./command.ts";
import { UsageError } from "./exit_codes.ts";
import { oneOf } from "./flags.ts";
import { labelCt } from "./label_file.ts";
import { labelCts } from "./label_folder.ts";
import { checkOutput } from "./outputs.ts";
import { userPath } from "./paths.ts";

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
      help:
        "Organs by name, comma between them: lungs,bone (both by default), and liver, bladder, kidneys with --seeds",
    },
    seeds: {
      type: "string",
      value: "FILE",
      help: 'Points in organs as JSON, world mm (RAS+): {"liver": [[62, -14, 1180]]}',
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
    `With --seeds liver ${ORGANS.liver}, bladder ${ORGANS.bladder} and kidneys ${ORGANS.kidneys} are grown from a click in each, and come first: a labelled\n` +
    "voxel is never overwritten. Such labels are what dataset takes as --semi-automatic: without lungs and bone, which the\n" +
    "rules make there and which would pass for a person's otherwise.\n" +
    "Of a folder all CTs are labelled, a line each: volume-N.nii.gz to labels-N.nii.gz, or where there is none, every NIfTI\n" +
    "file to one of its name, or in TotalSegmentator's layout NAME/ct.nii.gz to NAME.nii.gz. OUTPUT is then a folder that is\n" +
    "absent, empty, or begun by the same command, and gets labels.csv, labels.html with slices, and labels.json. A command\n" +
    "that was stopped goes on where it was. A CT that cannot be labelled does not stop the others; exit code 1 at the end\n" +
    "names it.",
  examples: [
    { line: "deno task label CTs labels", does: "All CTs of a folder, with a table and a report" },
    { line: "deno task label ct.nii.gz labels.nii.gz", does: "Lungs and bone of ct.nii.gz" },
    {
      line:
        "deno task label ct.nii.gz organs.nii.gz --seeds points.json --organs liver,kidneys,bladder",
      does: "Organs grown from clicks, without lungs and bone",
    },
    {
      line: "deno task label ct.nii.gz bone.nii.gz --organs bone --variant paper --border original",
      does: "Bone alone, with the original's loss at the first and last slices",
    },
  ],
  async run([input = "", output = ""], flags, context) {
    const seeds = flags.seeds === undefined ? {} : await readSeeds(userPath(flags.seeds));
    const named = flags.organs?.split(",").map((name) =>
      oneOf("organ", name.trim(), [...LABELLED, ...SEEDED_ORGANS])
    );
    const organs = LABELLED.filter((organ) => named?.includes(organ) ?? true);
    const grown = chosenSeeds(seeds, named);
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
      if (flags.seeds !== undefined) {
        throw new UsageError(`Cannot use points for a folder: they lie in one CT; name its file`);
      }
      const words = { organs: flags.organs, variant, border };
      const command = commandLine("label", words, [input, output]);
      const rules = { organs, variant, border, command };
      return await labelCts(source, target, adapter, rules, context);
    }
    if (!isFile) {
      throw new UsageError(`Cannot write "${target}": its name must end in .nii or .nii.gz`);
    }
    await checkOutput(target, source);
    await labelCt(source, target, adapter, { organs, seeds: grown, variant, border }, context);
  },
});

async function readSeeds(path: string): Promise<OrganSeeds> {
  const text = await ifThere(Deno.readTextFile(path));
  if (text === undefined) throw new Error(`Cannot use points "${path}": there is no such file`);
  return parseSeeds(text, path);
}

/** The points of the organs that were asked for. */
function chosenSeeds(seeds: OrganSeeds, named: readonly string[] | undefined): OrganSeeds {
  const lacking = SEEDED_ORGANS.find((organ) => named?.includes(organ) && !seeds[organ]);
  if (lacking !== undefined) {
    throw new UsageError(`Cannot label ${lacking} without a point in it: give one with --seeds`);
  }
  const chosen = (Object.keys(seeds) as SeededOrgan[])
    .filter((organ) => named?.includes(organ) ?? true);
  return Object.fromEntries(chosen.map((organ) => [organ, seeds[organ]]));
}
