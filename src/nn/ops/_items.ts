import { elementCount, type TensorShape } from "../tensor.ts";

/**
 * Items of a kernel that takes four floats at a time where it can.
 *
 * @param shape A tensor's axes.
 * @param widths Numbers of channels that must all be multiples of four for that; by default those of the shape.
 * @returns Floats in an item, and how many items there are.
 */
export function itemsOf(
  shape: TensorShape,
  widths: readonly number[] = [shape[4]],
): { readonly width: 1 | 4; readonly items: number } {
  const width = widths.every((n) => n % 4 === 0) ? 4 : 1;
  return { width, items: elementCount(shape) / width };
}
