import type { Vec3 } from "../volume/mod.ts";

/** A 3 x 3 matrix: nine numbers, three rows. */
export type Linear = readonly number[];

/** What a linear map is made of, each part as drawn. */
export interface LinearParts {
  /** Degrees about x, y, z. A positive angle turns the lower of the two other axes toward the higher. */
  readonly rotation: Vec3;
  /** Factors along x, y, z. */
  readonly scale: Vec3;
  /** Whether x, y, z are turned round. */
  readonly reflected: readonly [boolean, boolean, boolean];
  /** Added to the nine entries of the identity. */
  readonly perturbation: Linear;
  /** Done first; absent for the identity. */
  readonly initial?: Linear | undefined;
}

/**
 * Rot . Scale . Reflect . Gauss . Init, where Rot = Rx . Ry . Rz: the order of the author's code. The rightmost is done first.
 *
 * @param parts The parts.
 * @returns The product, in f64.
 */
export function composeLinear(parts: LinearParts): Linear {
  const { rotation, scale, reflected, perturbation, initial } = parts;
  const stretch = scale.map((factor, axis) => reflected[axis] ? -factor : factor);
  const gauss = perturbation.map((value, i) => i % 4 === 0 ? value + 1 : value);
  const first = initial ? multiply(gauss, initial) : gauss;
  // A diagonal matrix from the left scales rows.
  const scaled = first.map((value, i) => value * stretch[Math.floor(i / 3)]!);
  return [2, 1, 0].reduce<Linear>(
    (map, axis) => multiply(rotationAbout(axis, rotation[axis]!), map),
    scaled,
  );
}

/** [[cos, -sin], [sin, cos]] on the two other axes, the lower first. */
function rotationAbout(axis: number, degrees: number): Linear {
  const angle = degrees * Math.PI / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [low, high] = axis === 0 ? [1, 2] : axis === 1 ? [0, 2] : [0, 1];
  const matrix = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  matrix[4 * axis] = 1;
  matrix[4 * low!] = cos;
  matrix[4 * high!] = cos;
  matrix[3 * low! + high!] = -sin;
  matrix[3 * high! + low!] = sin;
  return matrix;
}

function multiply(a: Linear, b: Linear): Linear {
  const product: number[] = [];
  for (let row = 0; row < 9; row += 3) {
    for (let column = 0; column < 3; column++) {
      product.push(
        a[row]! * b[column]! + a[row + 1]! * b[column + 3]! + a[row + 2]! * b[column + 6]!,
      );
    }
  }
  return product;
}

/**
 * The 3 x 4 matrix that maps output to input by `linear` and takes `from` to `to`.
 *
 * @param linear The linear part.
 * @param from A point of the output.
 * @param to Where it goes in the input.
 * @returns Twelve numbers, three rows, each rounded to f32: what the GPU holds, so that every twin works with the same map.
 */
export function affineThrough(linear: Linear, from: Vec3, to: Vec3): number[] {
  const matrix: number[] = [];
  for (let row = 0; row < 3; row++) {
    const [a, b, c] = [linear[3 * row]!, linear[3 * row + 1]!, linear[3 * row + 2]!];
    const shift = to[row]! - (a * from[0] + b * from[1] + c * from[2]);
    // + 0 turns -0 into 0: JSON knows no -0.
    for (const entry of [a, b, c, shift]) matrix.push(Math.fround(entry) + 0);
  }
  return matrix;
}
