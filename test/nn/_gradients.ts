import { assertAlmostEquals } from "@std/assert";
import type { Gpu } from "../../src/gpu/mod.ts";
import { GpuTensor, type TensorShape } from "../../src/nn/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";

/**
 * The gradient of a function of many numbers by central differences, in f64: with steps of 1e-5 the error is about 1e-10 of the function's
 * third derivative and 1e-11 of its value.
 *
 * @param f The function.
 * @param x Where.
 * @returns One entry for each number.
 */
export function centralDifferences(
  f: (x: Float64Array<ArrayBuffer>) => number,
  x: ArrayLike<number>,
): Float64Array<ArrayBuffer> {
  const h = 1e-5;
  const at = Float64Array.from(x);
  return at.map((_, i) => {
    const [up, down] = [at.slice(), at.slice()];
    up[i]! += h;
    down[i]! -= h;
    return (f(up) - f(down)) / (2 * h);
  });
}

/** The sum of products: the loss whose gradient by `a` is `b`. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Numbers uniform over -reach to reach, which f32 holds. */
export function numbers(count: number, seed: number, reach = 1): Float32Array<ArrayBuffer> {
  const random = new RandomStream({ seed, stream: 5 });
  return Float32Array.from({ length: count }, () => random.uniform(-reach, reach));
}

/** A tensor of given values. */
export function tensor(gpu: Gpu, shape: TensorShape, values: ArrayLike<number>): GpuTensor {
  return new GpuTensor(gpu.upload(Float32Array.from(values)), shape);
}

/** Checks every element. */
export function assertNear(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  assertAlmostEquals(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    assertAlmostEquals(actual[i]!, expected[i]!, tolerance, `element ${i}`);
  }
}
