import type { Gpu } from "../gpu/mod.ts";
import {
  ball,
  close,
  combine,
  dilate,
  erode,
  type ImageStack,
  type PackedMask,
  packMask,
  type StructuringElement,
  unpackMask,
} from "../morphology/mod.ts";
import type { Vec3 } from "../volume/mod.ts";

/** A mask on the host: 1 inside, x fastest. */
export type Mask = Uint8Array<ArrayBuffer>;

/** What every rule gets. */
export interface Work {
  readonly gpu: Gpu;
  /** The CT in RAS, HU. */
  readonly image: ImageStack;
  /** The same, on the host, x fastest. */
  readonly hu: ArrayLike<number>;
  readonly spacing: Vec3;
  /** Voxels that have a label already: 1 there. */
  readonly taken: Mask;
  readonly border: "safe" | "original";
  /** Runs a step under a name, waits for the GPU, reports the time. */
  step<T>(name: string, run: () => T | Promise<T>): Promise<T>;
}

/** Closing as the `border` option asks: on the mask continued by background, or each half cut to the grid. */
export function closeWith(
  { gpu, border }: Work,
  mask: PackedMask,
  element: StructuringElement,
): PackedMask {
  if (border === "safe") return close(gpu, mask, element);
  using wide = dilate(gpu, mask, element);
  return erode(gpu, wide, element);
}

/**
 * The paper's ball. Where voxels are so coarse that its box of an even number of them has none within the radius, the ball
 * around a voxel's middle, which then is that voxel alone.
 */
export function paperBall(diameter: number, spacing: Vec3): StructuringElement {
  const nearest = spacing.map((s) => Math.ceil(diameter / s) % 2 === 0 ? s / 2 : 0);
  const rule = Math.hypot(...nearest) > diameter / 2 ? "radius" : "paper";
  return ball({ diameter, spacing, rule });
}

/** A mask without the voxels that have a label already, on the host. */
export async function withoutTaken({ gpu, taken }: Work, mask: PackedMask): Promise<Mask> {
  using organs = packMask(gpu, taken, mask.dims);
  using free = combine(gpu, mask, organs, "minus");
  return await unpackMask(gpu, free);
}
