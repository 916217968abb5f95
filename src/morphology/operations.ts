import type { Gpu } from "../gpu/mod.ts";
import type { Vec3 } from "../volume/mod.ts";
import { reach, reflect, type StructuringElement } from "./element.ts";
import { spreadDistance } from "./spread_distance.ts";
import { fastestMethod } from "./fastest_method.ts";
import { spreadFft } from "./fft.ts";
import type { PackedMask } from "./mask.ts";
import { spreadPacked } from "./packed.ts";
import type { Spread } from "./spread.ts";

/** Options of dilation, erosion, opening and closing. */
export interface MorphologyOptions {
  /**
   * `"packed"` (default), `"fft"`, the paper's, or `"distance"`, for balls of odd size alone, whose time hardly grows with the ball; they
   * agree bit for bit. `"auto"` takes the fastest, see {@linkcode fastestMethod}.
   */
  readonly method?: "packed" | "fft" | "distance" | "auto";
  /** What lies beyond the volume's faces: the mask is continued by it for ever. Default `"background"`. */
  readonly outside?: "background" | "foreground";
}

const METHODS = { packed: spreadPacked, fft: spreadFft, distance: spreadDistance };

/**
 * Dilation: the union of the element placed on every voxel inside.
 *
 * @param gpu Where the mask is.
 * @param mask The mask.
 * @param element The element.
 * @param options Method and border.
 * @returns A new mask of the same dims.
 */
export function dilate(
  gpu: Gpu,
  mask: PackedMask,
  element: StructuringElement,
  options: MorphologyOptions = {},
): PackedMask {
  return spread(gpu, mask, dilation(element, options), options);
}

/**
 * Erosion: the voxels on which the element can be placed without leaving the mask.
 *
 * @param gpu Where the mask is.
 * @param mask The mask.
 * @param element The element.
 * @param options Method and border.
 * @returns A new mask of the same dims.
 */
export function erode(
  gpu: Gpu,
  mask: PackedMask,
  element: StructuringElement,
  options: MorphologyOptions = {},
): PackedMask {
  return spread(gpu, mask, erosion(element, options), options);
}

/**
 * Closing: dilation, then erosion. It never removes a voxel, also at the faces: both steps work on the mask continued beyond them.
 *
 * @param gpu Where the mask is.
 * @param mask The mask.
 * @param element The element.
 * @param options Method and border.
 * @returns A new mask of the same dims.
 */
export function close(
  gpu: Gpu,
  mask: PackedMask,
  element: StructuringElement,
  options: MorphologyOptions = {},
): PackedMask {
  return twice(gpu, mask, dilation(element, options), erosion(element, options), options);
}

/**
 * Opening: erosion, then dilation. It never adds a voxel.
 *
 * @param gpu Where the mask is.
 * @param mask The mask.
 * @param element The element.
 * @param options Method and border.
 * @returns A new mask of the same dims.
 */
export function open(
  gpu: Gpu,
  mask: PackedMask,
  element: StructuringElement,
  options: MorphologyOptions = {},
): PackedMask {
  return twice(gpu, mask, erosion(element, options), dilation(element, options), options);
}

type Step = Pick<Spread, "element" | "flip" | "fill">;

function dilation(element: StructuringElement, { outside }: MorphologyOptions): Step {
  return { element: reflect(element), flip: false, fill: outside === "foreground" };
}

function erosion(element: StructuringElement, { outside }: MorphologyOptions): Step {
  return { element, flip: true, fill: outside !== "foreground" };
}

function spread(
  gpu: Gpu,
  mask: PackedMask,
  step: Step,
  { method = "packed" }: MorphologyOptions,
  place: Pick<Spread, "dims" | "offset"> = { dims: mask.dims, offset: [0, 0, 0] },
): PackedMask {
  const work = { ...step, ...place };
  return METHODS[method === "auto" ? fastestMethod(gpu, work) : method](gpu, mask, work);
}

/**
 * Where the first step can change what lies outside, it works on a grid wide enough for the second step to see that. An outside that
 * is itself what spreads stays as it is, if the element holds its origin.
 */
function twice(
  gpu: Gpu,
  mask: PackedMask,
  first: Step,
  second: Step,
  options: MorphologyOptions,
): PackedMask {
  const { dims } = mask;
  const [x, y, z] = reach(first.element);
  const margin: Vec3 = first.fill && holdsOrigin(first.element)
    ? [0, 0, 0]
    : [Math.ceil(x / 32) * 32, y, z];
  using between = spread(gpu, mask, first, options, {
    dims: [dims[0] + 2 * margin[0], dims[1] + 2 * margin[1], dims[2] + 2 * margin[2]],
    offset: [-margin[0], -margin[1], -margin[2]],
  });
  return spread(gpu, between, second, options, { dims, offset: margin });
}

function holdsOrigin({ dims, origin, data }: StructuringElement): boolean {
  const inside = origin.every((o, axis) => o >= 0 && o < dims[axis]!);
  return inside && data[origin[0] + dims[0] * (origin[1] + dims[1] * origin[2])] === 1;
}
