import { hashBytes } from "../files/mod.ts";
import type { Gpu } from "../gpu/mod.ts";
import type { labelOrgans } from "../labels/mod.ts";
import { ball, open, threshold, unpackMask, uploadImage } from "../morphology/mod.ts";
import { integerBody } from "./_integer_body.ts";

/** What labels lungs and bone. */
export type Rules = typeof labelOrgans;

/**
 * Chains from integer HU to masks: no float decides a voxel, so every adapter must give the same.
 *
 * @param gpu Where to work.
 * @param rules What labels lungs and bone.
 * @param signal Stops between steps.
 * @returns SHA-256 of each chain's masks.
 */
export async function exactHashes(
  gpu: Gpu,
  rules: Rules,
  signal: AbortSignal | undefined,
): Promise<Record<string, string>> {
  const ct = integerBody();
  const labels = await rules(gpu, ct, { variant: "paper", ...signal && { signal } });
  using image = uploadImage(gpu, ct);
  using dense = threshold(gpu, image, { min: 0 });
  using opened = open(gpu, dense, ball({ diameter: 15, spacing: ct.spacing }));
  return {
    "lungs and bone by the rules": hashBytes(labels.data),
    "soft tissue opened by a 15 mm ball": hashBytes(await unpackMask(gpu, opened)),
  };
}
