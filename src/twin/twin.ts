import { type ProgramCommand, TorchTwin } from "../../bench/mod.ts";
import type { Gpu } from "../gpu/mod.ts";
import type { TwinResult } from "../report/twin_schema.ts";
import { compareCurves, compareGradients } from "./curves.ts";
import { compareDice } from "./dice.ts";
import { RULE } from "./judge.ts";
import { CASE_SPACING, CURVE_CROP, TRAINING_CASES, type TwinPlan } from "./plan.ts";

/** Options of {@linkcode compareWithTorch}. */
export interface TwinOptions {
  /** PyTorch's side, from {@linkcode TorchTwin.find}. */
  readonly torch: ProgramCommand;
  readonly plan: TwinPlan;
  /** Ends both sides. */
  readonly signal?: AbortSignal | undefined;
  /** Called with one short line when something begins. */
  readonly onStage?: ((text: string) => void) | undefined;
}

/** What a comparison finds; who asked adds what is known of the machine. */
export type TwinOutcome =
  & Pick<TwinResult, "setting" | "rule" | "gradients" | "curves" | "controls" | "dice" | "seconds">
  & { readonly torchVersion: string };

/**
 * Trains the same network here and with PyTorch, from the same weights on the same batches, and compares gradients, loss curves and
 * segmentations. Batches lie in a temporary folder meanwhile.
 *
 * @param gpu Where our side trains.
 * @param options PyTorch and plan.
 * @returns What agrees and what does not.
 * @throws {Error} If PyTorch refuses or ends.
 */
export async function compareWithTorch(gpu: Gpu, options: TwinOptions): Promise<TwinOutcome> {
  const { plan, signal } = options;
  const started = performance.now();
  const dir = await Deno.makeTempDir({ prefix: "ct-organ-twin-" });
  try {
    await using torch = await TorchTwin.start(options.torch, signal);
    const sides = { gpu, torch, dir, plan, signal, onStage: options.onStage };
    const gradients = await compareGradients(sides);
    const { curves, controls } = await compareCurves(sides);
    const dice = plan.dice && await compareDice(sides, plan.dice);
    return {
      setting: settingOf(plan),
      rule: RULE,
      gradients,
      curves,
      controls,
      ...dice && { dice },
      seconds: (performance.now() - started) / 1000,
      torchVersion: torch.version,
    };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/**
 * What is wrong with the outcome.
 *
 * @param outcome Of {@linkcode compareWithTorch}.
 * @returns One line for each comparison that differs.
 */
export function twinFailures(
  { gradients, curves, dice }: Pick<TwinOutcome, "gradients" | "curves" | "dice">,
): string[] {
  const differs = ({ verdict }: { readonly verdict: string }) => verdict === "differs";
  return [
    ...gradients.filter(differs).map(({ loss, parameter, share }) =>
      `The gradient of ${loss} by ${parameter} differs from PyTorch's: ${
        share.toPrecision(3)
      } times its tolerance`
    ),
    ...curves.filter(differs).map(({ loss, optimizer, share, worst_step }) =>
      `Training with ${loss} and ${optimizer} differs from PyTorch's at step ${worst_step}: ${
        share.toPrecision(3)
      } times its tolerance`
    ),
    ...dice && differs(dice)
      ? [
        `Dice after ${dice.steps} steps is ${
          dice.difference.toFixed(4)
        } off PyTorch's, at most ${dice.limit}`,
      ]
      : [],
  ];
}

function settingOf({ optimizers, steps, dice }: TwinPlan): Record<string, string> {
  const rates = optimizers.map(({ spec, rate }) => `${rate} (${spec.name})`).join(", ");
  return {
    "Network": "unet-small, 7 classes",
    "Data": `${TRAINING_CASES} phantoms at ${CASE_SPACING[0]} mm, published augmentation, seed 1`,
    "Batch of a curve": `2 crops of ${CURVE_CROP.join(" x ")} voxels, ${steps} steps`,
    "Learning rate": `half a cosine over twice the steps, from ${rates}`,
    "L2": "1e-4",
    ...dice && {
      "Before the Dice": `2 crops of ${
        dice.crop.join(" x ")
      } voxels, ${dice.steps} steps from ${dice.optimizer.rate} (${dice.optimizer.spec.name})`,
    },
  };
}
