import { type Vec3, voxelCount } from "../src/volume/mod.ts";
import { checkDims, checkVoxels } from "./_check.ts";

/** A binary shape; what `StructuringElement` of src/morphology looks like to a reference. */
export interface Element {
  /** Voxels along x, y, z. */
  readonly dims: Vec3;
  /** The voxel of the element that is placed on the voxel in question. */
  readonly origin: Vec3;
  /** 1 inside, 0 outside, x fastest. */
  readonly data: Uint8Array;
}

/** What lies beyond the faces of a mask: the mask is continued by it for ever. */
export type Outside = "background" | "foreground";

/** A mask and what is done to it. */
export interface MaskOperation {
  /** One byte a voxel, x fastest; every value but 0 is inside. */
  readonly data: Uint8Array;
  /** Voxels along x, y, z. */
  readonly dims: Vec3;
  /** What is moved over the mask; not empty. */
  readonly element: Element;
  /** What lies beyond the mask's faces. */
  readonly outside: Outside;
}

/**
 * Dilation by the definition: voxel p is inside if x[p - b] is for some offset b of the element, offsets counted from its origin.
 * Takes one step per voxel and offset.
 *
 * @param operation Mask, element and border.
 * @returns 0 or 1 per voxel, x fastest.
 * @throws {TypeError} If data and dims disagree.
 * @throws {RangeError} If dims are not positive integers or the element is empty.
 */
export function dilateReference(operation: MaskOperation): Uint8Array<ArrayBuffer> {
  check("dilate the mask", operation);
  const { dims, element } = operation;
  const isInside = extended(operation);
  const steps = offsets(element);
  return mask(
    dims,
    (x, y, z) => steps.some(([bx, by, bz]) => isInside(x - bx, y - by, z - bz)),
  );
}

/**
 * Erosion by the definition: voxel p is inside if x[p + b] is for every offset b of the element. The adjoint of
 * {@linkcode dilateReference} by the same element, also where the element is not symmetric.
 *
 * @param operation Mask, element and border.
 * @returns 0 or 1 per voxel, x fastest.
 * @throws {TypeError} If data and dims disagree.
 * @throws {RangeError} If dims are not positive integers or the element is empty.
 */
export function erodeReference(operation: MaskOperation): Uint8Array<ArrayBuffer> {
  check("erode the mask", operation);
  const { dims, element } = operation;
  const isInside = extended(operation);
  const steps = offsets(element);
  return mask(
    dims,
    (x, y, z) => steps.every(([bx, by, bz]) => isInside(x + bx, y + by, z + bz)),
  );
}

/**
 * Opening: erosion, then dilation, both on the mask continued for ever, then cut to the grid.
 *
 * @param operation Mask, element and border.
 * @returns 0 or 1 per voxel, x fastest.
 * @throws {TypeError} If data and dims disagree.
 * @throws {RangeError} If dims are not positive integers or the element is empty.
 */
export function openReference(operation: MaskOperation): Uint8Array<ArrayBuffer> {
  return twice("open the mask", operation, erodeReference, dilateReference);
}

/**
 * Closing: dilation, then erosion, both on the mask continued for ever, then cut to the grid.
 *
 * @param operation Mask, element and border.
 * @returns 0 or 1 per voxel, x fastest.
 * @throws {TypeError} If data and dims disagree.
 * @throws {RangeError} If dims are not positive integers or the element is empty.
 */
export function closeReference(operation: MaskOperation): Uint8Array<ArrayBuffer> {
  return twice("close the mask", operation, dilateReference, erodeReference);
}

/**
 * The mask with `margin` voxels of `outside` added on both sides of every axis.
 *
 * @param data One byte a voxel, x fastest; every value but 0 is inside.
 * @param dims Voxels along x, y, z.
 * @param margin Voxels added along x, y, z, on each side.
 * @param outside What is added.
 * @returns The widened mask and its dims.
 */
export function padMask(
  data: Uint8Array,
  dims: Vec3,
  margin: Vec3,
  outside: Outside,
): { data: Uint8Array<ArrayBuffer>; dims: Vec3 } {
  const [nx, ny, nz] = dims;
  const padded: Vec3 = [nx + 2 * margin[0], ny + 2 * margin[1], nz + 2 * margin[2]];
  const wide = new Uint8Array(voxelCount(padded)).fill(outside === "foreground" ? 1 : 0);
  for (let r = 0; r < ny * nz; r++) {
    wide.set(data.subarray(r * nx, (r + 1) * nx), rowInPadded(r, dims, margin));
  }
  return { data: wide, dims: padded };
}

/**
 * Undoes {@linkcode padMask}.
 *
 * @param data One byte a voxel of the widened mask.
 * @param dims Voxels along x, y, z that are left.
 * @param margin Voxels taken away along x, y, z, on each side.
 * @returns What is left.
 */
export function cropMask(data: Uint8Array, dims: Vec3, margin: Vec3): Uint8Array<ArrayBuffer> {
  const [nx, ny, nz] = dims;
  const cropped = new Uint8Array(voxelCount(dims));
  for (let r = 0; r < ny * nz; r++) {
    const start = rowInPadded(r, dims, margin);
    cropped.set(data.subarray(start, start + nx), r * nx);
  }
  return cropped;
}

/** Where row `r` (y + ny z) of a mask begins in the widened mask. */
function rowInPadded(r: number, [nx, ny]: Vec3, margin: Vec3): number {
  const y = r % ny + margin[1];
  const z = Math.floor(r / ny) + margin[2];
  return margin[0] + (nx + 2 * margin[0]) * (y + (ny + 2 * margin[1]) * z);
}

/** Whether a voxel is inside, for any integers x, y, z. */
function extended(
  { data, dims: [nx, ny, nz], outside }: Pick<MaskOperation, "data" | "dims" | "outside">,
): (x: number, y: number, z: number) => boolean {
  const beyond = outside === "foreground";
  return (x, y, z) =>
    x >= 0 && x < nx && y >= 0 && y < ny && z >= 0 && z < nz
      ? data[x + nx * (y + ny * z)] !== 0
      : beyond;
}

function offsets({ dims: [nx, ny, nz], origin, data }: Element): Vec3[] {
  const steps: Vec3[] = [];
  for (let z = 0, i = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, i++) {
        if (data[i] !== 0) steps.push([x - origin[0], y - origin[1], z - origin[2]]);
      }
    }
  }
  return steps;
}

function mask(
  dims: Vec3,
  isInside: (x: number, y: number, z: number) => boolean,
): Uint8Array<ArrayBuffer> {
  const [nx, ny, nz] = dims;
  const result = new Uint8Array(voxelCount(dims));
  for (let z = 0, i = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, i++) result[i] = isInside(x, y, z) ? 1 : 0;
    }
  }
  return result;
}

type Operator = (operation: MaskOperation) => Uint8Array;

function twice(
  action: string,
  operation: MaskOperation,
  first: Operator,
  second: Operator,
): Uint8Array<ArrayBuffer> {
  check(action, operation);
  const { data, dims, element, outside } = operation;
  const steps = offsets(element);
  const reach = (axis: 0 | 1 | 2) =>
    steps.reduce((most, step) => Math.max(most, Math.abs(step[axis])), 0);
  // Farther out than the element reaches, either operation leaves the outside as it is.
  const margin: Vec3 = [reach(0), reach(1), reach(2)];
  const padded = padMask(data, dims, margin, outside);
  const between = first({ ...operation, ...padded });
  return cropMask(second({ ...operation, ...padded, data: between }), dims, margin);
}

function check(action: string, { data, dims, element }: MaskOperation): void {
  checkVoxels(action, data, dims);
  checkDims(action, element.dims, "the element's dims");
  checkVoxels(action, element.data, element.dims);
  if (element.data.every((value) => value === 0)) {
    throw new RangeError(`Cannot ${action}: the element is empty`);
  }
}
