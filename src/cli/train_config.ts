import { type PresetName, presets } from "../augment/mod.ts";
import { CLASS_NAMES } from "../labels/mod.ts";
import { parseConfig, presetConfig, UNET_PRESETS, type UNetConfig } from "../nn/mod.ts";
import {
  augmentationOf,
  checkTrainConfig,
  type OptimizerSpec,
  parseArm,
  scheduleOf,
  SCHEDULES,
  type TrainConfig,
} from "../train/mod.ts";
import type { Vec3 } from "../volume/mod.ts";
import type { Flags, FlagValues } from "./command.ts";
import { UsageError } from "./exit_codes.ts";
import { oneOf, positiveNumber, someNumber, voxelSizes, wholeNumber } from "./flags.ts";
import { userPath } from "./paths.ts";

const PRESETS = Object.keys(presets) as PresetName[];
const OPTIMIZERS: readonly OptimizerSpec["name"][] = ["adam", "rmsprop", "sgd"];

/** What a network is trained with where nothing else is said. */
interface Defaults {
  readonly crop: Vec3;
  readonly batch: number;
  /** Learning rate. */
  readonly rate: number;
}

/** The paper's crop and batch; its rates belong to its optimizer and schedule. */
const DEFAULTS: Readonly<Record<string, Defaults>> = {
  "unet": { crop: [120, 120, 160], batch: 3, rate: 1e-3 },
};

/**
 * What a software adapter can do. The rate by trial: after 200 steps (--data phantom --phantoms 6 --arm iou+aug --model unet-small) the last
 * loss was 0.70 with 0.001, 0.54 with 0.004, 0.38 with 0.015, and the Dice of one phantom 0.24, 0.34, 0.39.
 */
const SMALL: Defaults = { crop: [48, 48, 48], batch: 1, rate: 1e-2 };

/** Flags that say how to train. */
export const CONFIG_FLAGS = {
  arm: {
    type: "string",
    value: "NAME",
    help: "A loss, +aug behind it to augment, e.g. iou+aug (the default), cross-entropy",
  },
  model: {
    type: "string",
    value: "NAME",
    help: `${Object.keys(UNET_PRESETS).join(", ")} (unet-small by default), or a JSON file`,
  },
  steps: { type: "string", value: "N", help: "Steps in all (1000 by default)" },
  seed: { type: "string", value: "N", help: "Seed of all that is drawn (1 by default)" },
  crop: {
    type: "string",
    value: "XxYxZ",
    help: "Voxels of a sample (unet 120x120x160, others 48x48x48)",
  },
  batch: { type: "string", value: "N", help: "Samples of a step (unet 3, others 1)" },
  preset: {
    type: "string",
    value: "NAME",
    help: `The author's setting of the augmentation: ${PRESETS.join(", ")} (live by default)`,
  },
  optimizer: {
    type: "string",
    value: "NAME",
    help: `${OPTIMIZERS.join(", ")} (adam by default; the paper's is rmsprop)`,
  },
  rate: { type: "string", value: "X", help: "Learning rate (unet 0.001, others 0.01)" },
  schedule: {
    type: "string",
    value: "NAME",
    help: "constant (the default), cosine to 0, or paper: stages from 1e-4 to 5e-7",
  },
  l2: { type: "string", value: "X", help: "L2 regularisation (1e-7 by default, the paper's)" },
  ema: {
    type: "string",
    value: "X",
    help: "Decay of a moving average of the weights, e.g. 0.999 (none by default)",
  },
} as const satisfies Flags;

/** A training as the command line asks for it. */
export interface AskedTraining {
  readonly arm: string;
  readonly config: TrainConfig;
  readonly steps: number;
}

/**
 * Reads how to train from flags.
 *
 * @param flags Their values.
 * @returns The config, complete.
 * @throws {UsageError} If a value cannot be used; the message says which and what could be.
 */
export async function readTrainConfig(
  flags: FlagValues<typeof CONFIG_FLAGS>,
): Promise<AskedTraining> {
  const arm = flags.arm ?? "iou+aug";
  const wanted = usage(() => parseArm(arm));
  const preset = oneOf("preset", flags.preset ?? "live", PRESETS);
  const model = flags.model ?? "unet-small";
  const steps = positiveNumber("steps", flags.steps) ?? 1000;
  const wantedRate = someNumber("rate", flags.rate, [(rate) => rate > 0, "a number above 0"]);
  const averageDecay = someNumber("ema", flags.ema, [
    (decay) => decay >= 0 && decay < 1,
    "a number from 0 to below 1",
  ]);
  const defaults = DEFAULTS[model] ?? SMALL;
  const rate = wantedRate ?? defaults.rate;
  const config: TrainConfig = {
    network: await readNetwork(model),
    loss: wanted.loss,
    optimizer: { name: oneOf("optimizer", flags.optimizer ?? "adam", OPTIMIZERS) },
    l2: someNumber("l2", flags.l2, [(l2) => l2 >= 0, "a number of at least 0"]) ?? 1e-7,
    schedule: scheduleOf(oneOf("schedule", flags.schedule ?? "constant", SCHEDULES), {
      rate,
      steps,
    }),
    augmentation: augmentationOf(wanted, preset),
    crop: flags.crop === undefined ? defaults.crop : voxelSizes("crop", flags.crop),
    batch: positiveNumber("batch", flags.batch) ?? defaults.batch,
    seed: wholeNumber("seed", flags.seed) ?? 1,
    ...averageDecay !== undefined && { averageDecay },
  };
  usage(() => checkTrainConfig(config));
  return { arm, config, steps };
}

async function readNetwork(model: string): Promise<UNetConfig> {
  const ends = { classes: CLASS_NAMES.length, inputChannels: 1 };
  if (Object.hasOwn(UNET_PRESETS, model)) return presetConfig(model, ends);
  if (!model.endsWith(".json")) {
    const known = Object.keys(UNET_PRESETS).join(", ");
    throw new UsageError(`Cannot use model "${model}": known are ${known}, or a file in .json`);
  }
  const path = userPath(model);
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound
      ? "there is no such file"
      : (cause as Error).message;
    throw new Error(`Cannot read network "${path}": ${why}`, { cause });
  }
  const config = usage(
    () => parseConfig({ ...ends, ...JSON.parse(text) }),
    `Cannot use network "${path}": `,
  );
  if (config.classes !== ends.classes || config.inputChannels !== ends.inputChannels) {
    throw new UsageError(
      `Cannot use network "${path}": it must have ${ends.classes} classes and ${ends.inputChannels} input channel`,
    );
  }
  return config;
}

/**
 * Turns what is wrong with a value into wrong use.
 *
 * @param read Reads the value.
 * @param action Put in front of the message.
 */
function usage<T>(read: () => T, action = ""): T {
  try {
    return read();
  } catch (cause) {
    throw new UsageError(action + (cause as Error).message, { cause });
  }
}
