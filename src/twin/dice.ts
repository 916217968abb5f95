import { join } from "@std/path";
import { ORGANS } from "../labels/mod.ts";
import { dice, meanDice } from "../metrics/mod.ts";
import { formatLoss } from "../nn/mod.ts";
import type { TwinDice } from "../report/twin_schema.ts";
import type { TrainingCase } from "../train/mod.ts";
import { AXIS_ORDERS, type Sides } from "./curves.ts";
import { phantomCases, writeBatches, writeCases } from "./folders.ts";
import { segmentOurs, trainOurs } from "./ours.ts";
import { type PlannedDice, TRAINING_CASES, trainingOf } from "./plan.ts";

/** How far the mean Dice of two trainings may be apart. */
const LIMIT = 0.02;

/** PyTorch's trainings: numbers, and orders of the axes. */
const TRAINERS = [
  { name: "PyTorch f64", dtype: "float64", axes: AXIS_ORDERS[0]! },
  { name: "PyTorch f32", dtype: "float32", axes: AXIS_ORDERS[0]! },
  { name: "PyTorch f32, axes turned", dtype: "float32", axes: AXIS_ORDERS[1]! },
] as const;

/**
 * Trains here and with PyTorch on the same batches, then has each segment cases that none has seen by its own weights.
 *
 * @param sides Both sides.
 * @param planned Steps, crop and cases.
 * @returns Dice by organ and trainer.
 */
export async function compareDice(sides: Sides, planned: PlannedDice): Promise<TwinDice> {
  const { gpu, torch, dir, plan, signal, onStage } = sides;
  const { optimizer, steps, crop } = planned;
  const loss = plan.losses[0]!;
  const training = trainingOf(loss, optimizer, steps, crop);
  const folder = join(dir, "dice");
  onStage?.(`${steps} batches of our augmentation`);
  await writeBatches(gpu, folder, { training, steps, signal });
  const cases = await phantomCases(gpu, TRAINING_CASES, planned.cases);

  onStage?.(`ours: ${steps} steps`);
  const { state } = await trainOurs(gpu, { folder, steps, signal });
  const weights = new Map([...state].filter(([name]) => !name.includes("/")));
  const unseen = join(dir, "unseen");
  await writeCases(gpu, unseen, { training, weights, cases });
  const ours = await segmentOurs(gpu, unseen, weights);
  const alike = await read(
    await torch.segment({ folder: unseen, dtype: "float32", out: join(dir, "alike") }),
  );
  const found = [ours];
  for (const [i, { name, dtype, axes }] of TRAINERS.entries()) {
    onStage?.(`${name}: ${steps} steps`);
    const trained = join(dir, `trained-${i}.safetensors`);
    await torch.train({ folder, dtype, axes, steps, out: trained });
    const out = join(dir, `found-${i}`);
    found.push(await read(await torch.segment({ folder: unseen, dtype, state: trained, out })));
  }
  return {
    loss: formatLoss(loss),
    optimizer: optimizer.spec.name,
    steps,
    cases: cases.length,
    trainers: ["ours", ...TRAINERS.map(({ name }) => name)],
    ...score(found, cases),
    alike: shareAlike(ours, alike),
  };
}

/** Dice by organ and trainer, and how far the means are apart. */
function score(found: readonly (readonly Uint8Array[])[], cases: readonly TrainingCase[]) {
  const organs = Object.fromEntries(
    Object.entries(ORGANS).filter(([, label]) =>
      label > 0 && cases.some(({ labels }) => labels.data.includes(label))
    ).map(([organ, label]) => [
      organ,
      found.map((labels) => {
        const values = cases.map((one, i) => dice(labels[i]!, one.labels.data, label));
        return meanDice(values).mean!;
      }),
    ]),
  );
  const mean = found.map((_, trainer) =>
    meanDice(Object.values(organs).map((values) => values[trainer])).mean ?? NaN
  );
  const [ours = NaN, ...others] = mean;
  const difference = Math.max(...others.map((other) => Math.abs(other - ours)));
  const spread = Math.max(...others) - Math.min(...others);
  const verdict = difference <= LIMIT ? "agrees" as const : "differs" as const;
  return { organs, mean, difference, spread, limit: LIMIT, verdict };
}

function shareAlike(a: readonly Uint8Array[], b: readonly Uint8Array[]): number {
  const all = a.reduce((sum, { length }) => sum + length, 0);
  const same = a.reduce(
    (sum, labels, i) => sum + labels.filter((label, v) => label === b[i]![v]).length,
    0,
  );
  return same / all;
}

async function read(files: readonly string[]): Promise<Uint8Array[]> {
  return await Promise.all(files.map((file) => Deno.readFile(file)));
}
