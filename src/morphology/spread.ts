import type { Vec3 } from "../volume/mod.ts";
import type { StructuringElement } from "./element.ts";

/**
 * The one operation behind dilation and erosion: `out[p] = flip(OR over b of flip(in[p + offset + b]))`, `b` over the element's voxels
 * relative to its origin, with `fill` wherever the (flipped) input ends. Each method of morphology implements it.
 */
export interface Spread {
  /** Which neighbours count. */
  readonly element: StructuringElement;
  /** Complement the input before and the output after: erosion instead of dilation. */
  readonly flip: boolean;
  /** What the flipped input is beyond its faces. */
  readonly fill: boolean;
  /** Voxels of the output along x, y, z. */
  readonly dims: Vec3;
  /** Input voxel of output voxel 0; along x a multiple of 32. */
  readonly offset: Vec3;
}
