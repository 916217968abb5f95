import { join } from "@std/path";
import type { TorchTwin } from "../../bench/mod.ts";
import type { Gpu } from "../gpu/mod.ts";
import { formatLoss } from "../nn/mod.ts";
import type { TwinControlRow, TwinCurveRow, TwinGradientRow } from "../report/twin_schema.ts";
import { writeBatches } from "./folders.ts";
import { type BatchGradients, judgeCurve, judgeGradients, RULE } from "./judge.ts";
import { gradientsOurs, trainOurs } from "./ours.ts";
import { CURVE_CROP, trainingOf, type TwinPlan } from "./plan.ts";

/** Orders of the axes: PyTorch's runs in f32 that show how far rounding leads. */
export const AXIS_ORDERS: readonly (readonly number[])[] = [[0, 1, 2], [2, 0, 1], [1, 2, 0]];
/** PyTorch's runs in f64 from weights that are off by what f32 loses in a convolution. */
const NUDGES = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => ({ size: RULE.nudge, seed }));

/** Both sides of a comparison. */
export interface Sides {
  readonly gpu: Gpu;
  readonly torch: TorchTwin;
  /** For the folders of batches and what PyTorch writes. */
  readonly dir: string;
  readonly plan: TwinPlan;
  readonly signal?: AbortSignal | undefined;
  readonly onStage?: ((text: string) => void) | undefined;
}

/** Loss curves, and what of them the judge would have noticed. */
export interface Curves {
  readonly curves: readonly TwinCurveRow[];
  readonly controls: readonly TwinControlRow[];
}

/**
 * Trains with every loss and optimizer of the plan, here and with PyTorch.
 *
 * @param sides Both sides.
 * @returns A row a training.
 */
export async function compareCurves(sides: Sides): Promise<Curves> {
  const { gpu, torch, plan, signal, onStage } = sides;
  const { steps } = plan;
  const curves: TwinCurveRow[] = [];
  const controls: TwinControlRow[] = [];
  for (const [i, optimizer] of plan.optimizers.entries()) {
    const folder = await curveFolder(sides, i);
    for (const spec of plan.losses) {
      const loss = formatLoss(spec);
      const row = { loss, optimizer: optimizer.spec.name };
      onStage?.(`${optimizer.spec.name}, ${loss}: ${steps} steps`);
      const request = { folder, loss: spec, steps };
      const float64 = await torch.train({ ...request, dtype: "float64" });
      const float32: number[][] = [];
      for (const axes of AXIS_ORDERS) {
        float32.push(await torch.train({ ...request, dtype: "float32", axes }));
      }
      const nudged: number[][] = [];
      for (const nudge of NUDGES) {
        nudged.push(await torch.train({ ...request, dtype: "float64", nudge }));
      }
      const yardsticks = [...float32, ...nudged];
      const { losses: ours } = await trainOurs(gpu, { ...request, signal });
      const { worstStep, ...verdict } = judgeCurve(ours, float64, yardsticks);
      curves.push({
        ...row,
        curves: { ours, float64, float32, nudged },
        ...verdict,
        worst_step: worstStep,
      });
      if (spec !== plan.losses[0]) continue;
      for (const { change, given } of plan.controls.filter((control) => control.optimizer === i)) {
        const changed = await torch.train({ ...request, ...given, dtype: "float64" });
        const { deviation, share, verdict } = judgeCurve(changed, float64, yardsticks);
        controls.push({ ...row, change, deviation, share, noticed: verdict === "differs" });
      }
    }
  }
  return { curves, controls };
}

/**
 * Takes the gradients of one step with every loss of the plan, here and with PyTorch.
 *
 * @param sides Both sides.
 * @returns A row a loss.
 */
export async function compareGradients(sides: Sides): Promise<TwinGradientRow[]> {
  const { gpu, torch, dir, plan, onStage } = sides;
  const folder = await curveFolder(sides, 0);
  const out = join(dir, "gradients");
  const rows: TwinGradientRow[] = [];
  for (const loss of plan.losses) {
    onStage?.(`${formatLoss(loss)}: gradients of one step`);
    const batches: BatchGradients[] = [];
    for (let batch = 0; batch < RULE.batches; batch++) {
      const request = { folder, loss, batch, out };
      const { gradients: exact } = await torch.gradients({ ...request, dtype: "float64" });
      const turned = [];
      for (const axes of AXIS_ORDERS) {
        turned.push((await torch.gradients({ ...request, dtype: "float32", axes })).gradients);
      }
      batches.push({ ours: await gradientsOurs(gpu, folder, loss, batch), exact, turned });
    }
    rows.push({ loss: formatLoss(loss), ...judgeGradients(batches) });
  }
  return rows;
}

/** The batches of an optimizer, written when they are first asked for. */
async function curveFolder(
  { gpu, dir, plan, signal, onStage }: Sides,
  optimizer: number,
): Promise<string> {
  const folder = join(dir, `curves-${optimizer}`);
  const { losses, optimizers, steps } = plan;
  try {
    await Deno.stat(folder);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    onStage?.(`${steps} batches of our augmentation`);
    const training = trainingOf(losses[0]!, optimizers[optimizer]!, steps, CURVE_CROP);
    await writeBatches(gpu, folder, { training, steps, signal });
  }
  return folder;
}
