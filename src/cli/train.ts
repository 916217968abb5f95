import { basename } from "@std/path";
import { commandLine } from "../../bench/mod.ts";
import { type CaseSource, loadTrainingCases, PAPER_SPACING, writeSplit } from "../data/mod.ts";
import { VERSIONS } from "../files/mod.ts";
import { formatBytes, openGpu } from "../gpu/mod.ts";
import { CLASS_NAMES } from "../labels/mod.ts";
import { parameterCount, receptiveField } from "../nn/mod.ts";
import {
  checkCases,
  checkRunFolder,
  checkTrainMemory,
  estimateMemory,
  train,
} from "../train/mod.ts";
import { ADAPTER_FLAG, wantedAdapter } from "./adapter_flag.ts";
import { type Command, defineCommand } from "./command.ts";
import { UsageError } from "./exit_codes.ts";
import { positiveNumber, wholeNumber } from "./flags.ts";
import { CACHE_FLAG, cacheFolder } from "./cache_flag.ts";
import { checkFolder, checkOutFolder, makeFolder } from "./out_folder.ts";
import { userPath } from "./paths.ts";
import { CONFIG_FLAGS, readTrainConfig } from "./train_config.ts";
import { lossLine, showStep, validationLine } from "./train_progress.ts";
import { writeTrainReport } from "./train_report.ts";

/** The value of `--data` that stands for generated cases. */
const PHANTOM = "phantom";
/** Characters of the loss curve at the end. */
const CURVE = 48;

/** Trains a network. */
export const trainCommand: Command = defineCommand({
  name: "train",
  summary: "Train a network on labelled CTs or phantoms",
  operands: [],
  flags: {
    data: {
      type: "string",
      value: "DIR",
      help:
        "Folder in a known layout (CT-ORG, LiTS, nnU-Net, TotalSegmentator), or phantom (needed)",
    },
    ...CONFIG_FLAGS,
    phantoms: { type: "string", value: "N", help: "How many phantoms (8 by default)" },
    fold: {
      type: "string",
      value: "I/K",
      help: "Validate on fold I of K, train on the others (a tenth validates by default)",
    },
    cache: CACHE_FLAG,
    out: { type: "string", value: "DIR", help: "The run's folder (reports/train-ARM-SEED)" },
    resume: { type: "boolean", help: "Go on from the last checkpoint of the run's folder" },
    "validate-every": {
      type: "string",
      value: "N",
      help: "Steps between two validations (100 by default, 0 for none)",
    },
    "checkpoint-every": {
      type: "string",
      value: "N",
      help: "Steps between two checkpoints (50 by default)",
    },
    patience: {
      type: "string",
      value: "N",
      help: "End after so many validations without a better Dice",
    },
    recompute: {
      type: "boolean",
      help: "Compute activations again in the backward pass: less memory, more time",
    },
    "export-batches": {
      type: "string",
      value: "DIR",
      help: "Write every batch to a new folder, for another program to train on",
    },
    adapter: ADAPTER_FLAG,
  },
  details:
    `Cases are turned to RAS and resampled to ${PAPER_SPACING} mm. Of a folder in CT-ORG's layout cases 0 to 20 are left for\n` +
    "testing if there are others, of another folder a fifth; of the rest a tenth is for validation. The split depends on\n" +
    "the seed and the cases' numbers, not on the order of files. The run's folder gets:\n" +
    "  model.safetensors       The model of the best validation, or of the last step without any\n" +
    "  step-N.safetensors      The last two checkpoints\n" +
    "  split.json              Which cases are for training, validation, testing\n" +
    "  result.json             Losses, validations, settings, versions, machine\n" +
    "  report.html             The same with charts\n\n" +
    "Ctrl-C ends the training after the step that runs, with a checkpoint; --resume goes on as if it had not stopped.\n" +
    "A network's JSON file has the entries inputChannels, classes, channels, convolutions, norm, slope, pool, up, split.",
  examples: [
    { line: "deno task train --data phantom --steps 200", does: "On phantoms with known truth" },
    {
      line:
        "deno task train --data CT-ORG --model unet --optimizer rmsprop --schedule paper --steps 20000",
      does: "As the paper does, on its data set as downloaded",
    },
  ],
  async run(_operands, flags, { signal, progress, print }) {
    const { arm, config, steps } = await readTrainConfig(flags);
    const { seed } = config;
    const { source, dataset } = sourceOf(flags);
    const validateEvery = wholeNumber("validate-every", flags["validate-every"]) ?? 100;
    const checkpointEvery = positiveNumber("checkpoint-every", flags["checkpoint-every"]) ?? 50;
    const patience = positiveNumber("patience", flags.patience);
    const fold = foldOf(flags.fold);
    const { resume, recompute } = flags;
    const folder = flags.out === undefined
      ? userPath(`reports/train-${arm.replaceAll(/[^\w+.-]/g, "_")}-${seed}`)
      : userPath(flags.out);
    const exportBatches = flags["export-batches"] === undefined
      ? undefined
      : userPath(flags["export-batches"]);
    await checkRunFolder(folder, { resume, config });
    await checkFolder(folder);
    if (exportBatches !== undefined) await checkOutFolder(exportBatches);
    const adapter = wantedAdapter(flags.adapter);
    await using gpu = await openGpu({ adapter, signal });
    // Reading cases may take minutes: a step alone that does not fit is refused before.
    const cases = { data: { train: [], validation: [] }, validate: false };
    await checkTrainMemory(gpu, config, estimateMemory(gpu, config, { ...cases, recompute }));

    // Nothing is shown until the cases and a GPU are there: what is wrong with either is one line on stderr.
    const data = await loadTrainingCases(source, {
      seed,
      gpu,
      fold,
      cache: cacheFolder(flags.cache),
      signal,
      onCase: (number, done, all) => progress.stage(`Case ${number}: ${done + 1} of ${all}`),
    });
    checkCases(data, config.network.classes);
    const memory = estimateMemory(gpu, config, { data, validate: validateEvery > 0, recompute });
    await checkTrainMemory(gpu, config, memory);
    await makeFolder(folder);
    progress[Symbol.dispose]();
    const { network } = config;
    print(`Adapter: ${gpu.info.description}${gpu.info.software ? " (software)" : ""}`);
    print(
      `Network: ${parameterCount(network)} parameters, receptive field ${
        receptiveField(network).exact
      } voxels (${receptiveField(network).exact * PAPER_SPACING} mm)`,
    );
    print(
      `Cases: ${data.train.length} to train on, ${data.validation.length} for validation (${dataset})`,
    );
    for (const note of data.notes) print(note);
    const parts = [
      `cases ${formatBytes(memory.cases)}`,
      `a step ${formatBytes(memory.step.peak)}`,
      ...memory.validation > 0 ? [`a validation ${formatBytes(memory.validation)}`] : [],
    ];
    print(`GPU memory: about ${formatBytes(memory.peak)} at most (${parts.join(", ")})`);
    const command = commandLine("train", {
      ...flags,
      ...{ arm, steps, seed, model: flags.model ?? "unet-small" },
      ...{ help: false, verbose: false, resume: false },
    });
    if (!resume) await writeSplit(folder, data.split, { dataset, seed, ...fold && { fold } });
    const outcome = await train(gpu, {
      config,
      data,
      labels: CLASS_NAMES,
      spacing: [PAPER_SPACING, PAPER_SPACING, PAPER_SPACING],
      steps,
      folder,
      validateEvery,
      checkpointEvery,
      patience,
      resume,
      recompute,
      exportBatches,
      provenance: {
        command,
        arm,
        data: dataset,
        adapter: gpu.info.description,
        versions: JSON.stringify(VERSIONS),
      },
      signal,
      onStep: (step) => showStep(progress, step),
      onValidating: (step) => progress.stage(`Step ${step}: segment the validation cases`),
      onValidation: (validation) => {
        progress[Symbol.dispose]();
        print(validationLine(validation));
      },
      onNote: (line) => {
        progress[Symbol.dispose]();
        print(line);
      },
    });
    progress[Symbol.dispose]();
    const report = await writeTrainReport(folder, {
      ...{ command, arm, config, dataset, data, gpu, outcome },
      memory: memory.peak,
    });
    if (outcome.losses.length > 0) print(`Loss: ${lossLine(outcome.losses, CURVE)}`);
    print(outcome.modelPath);
    print(report);
  },
});

/** The fold to validate on, such as `2/5`. */
function foldOf(text: string | undefined): { number: number; of: number } | undefined {
  if (text === undefined) return undefined;
  const [, number, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (number === undefined || of === undefined || number < 1 || number > of || of < 2) {
    throw new UsageError(`Cannot use "--fold ${text}": it must be a fold of at least 2, e.g. 1/5`);
  }
  return { number, of };
}

/** Where the cases come from, and what they are called. */
function sourceOf(
  { data, phantoms }: { readonly data: string | undefined; readonly phantoms: string | undefined },
): { source: CaseSource; dataset: string } {
  if (data === undefined) {
    throw new UsageError(
      `Cannot train without data: give --data DIR, or --data ${PHANTOM} for generated cases`,
    );
  }
  if (data === PHANTOM) {
    const count = positiveNumber("phantoms", phantoms) ?? 8;
    return {
      source: { kind: "phantom", count },
      dataset: count === 1 ? "1 phantom" : `${count} phantoms`,
    };
  }
  if (phantoms !== undefined) {
    throw new UsageError(
      `Cannot use "--phantoms" with a folder of data: it is for --data ${PHANTOM}`,
    );
  }
  const folder = userPath(data);
  return { source: { kind: "folder", folder }, dataset: basename(folder) };
}
