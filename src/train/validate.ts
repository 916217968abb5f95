import { OUTSIDE_LABEL, uploadVolume } from "../augment/mod.ts";
import type { Gpu } from "../gpu/mod.ts";
import { segmentResident, uploadNetwork } from "../infer/mod.ts";
import { dice, meanDice } from "../metrics/mod.ts";
import type { Model } from "../nn/mod.ts";
import type { TrainingCase } from "./cases.ts";
import type { Validation } from "./run_state.ts";

/**
 * Segments cases whole and scores them.
 *
 * @param gpu Where to work.
 * @param model The model as it is.
 * @param cases The cases; each is on the GPU only while it is segmented.
 * @param signal Stops between two tiles.
 * @returns Mean Dice by organ, and over organs; the background does not count.
 */
export async function validate(
  gpu: Gpu,
  model: Model,
  cases: readonly TrainingCase[],
  signal?: AbortSignal,
): Promise<Omit<Validation, "step">> {
  using network = uploadNetwork(gpu, model);
  const scores = new Map<string, (number | undefined)[]>();
  for (const { volume: ct, labels } of cases) {
    using volume = uploadVolume(gpu, ct);
    const found = await segmentResident(gpu, { volume, network, model, signal });
    // What the loss ignores counts neither way.
    for (const [i, label] of labels.data.entries()) if (label === OUTSIDE_LABEL) found[i] = label;
    for (const [label, name] of model.labels.entries()) {
      if (label === 0) continue;
      scores.set(name, [...scores.get(name) ?? [], dice(found, labels.data, label)]);
    }
  }
  const organs = Object.fromEntries(
    [...scores].flatMap(([name, values]) => {
      const { mean } = meanDice(values);
      return mean === undefined ? [] : [[name, mean]];
    }),
  );
  const { mean } = meanDice(Object.values(organs));
  return { organs, ...mean !== undefined && { dice: mean } };
}
