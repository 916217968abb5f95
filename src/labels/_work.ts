import type { Gpu } from "../gpu/mod.ts";
import {
  ball,
  close,
  components,
  dilate,
  erode,
  type ImageStack,
  type PackedMask,
  type StructuringElement,
} from "../morphology/mod.ts";
import type { Vec3 } from "../volume/mod.ts";

/** A mask on the host: 1 inside, x fastest. */
export type Mask = Uint8Array<ArrayBuffer>;

/** What every rule gets. */
export interface Work {
  readonly gpu: Gpu;
  /** The CT in RAS, HU. */
  readonly image: ImageStack;
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

/** The `count` largest regions (26-connected), all of them where there are fewer. */
export function largest(mask: Mask, dims: Vec3, count: number): Mask {
  const { labels } = components(mask, dims, { connectivity: 26 });
  const kept = new Uint8Array(mask.length);
  for (let i = 0; i < kept.length; i++) kept[i] = Number(labels[i]! > 0 && labels[i]! <= count);
  return kept;
}

/** What is in the first mask and not in the second. */
export function minus(mask: Mask, other: Mask): Mask {
  return mask.map((on, i) => on && !other[i] ? 1 : 0);
}
