/** A convolution's shapes and weights; `output[o] = bias + sum over k of input[o * stride - padding + k] * weights[k]`. */
export interface ReferenceConvolution {
  /** [batch, z, y, x, channel]. */
  readonly inputShape: readonly number[];
  /** Voxels of the filter along z, y, x. */
  readonly size: readonly number[];
  readonly stride: number;
  /** Output channels. */
  readonly channels: number;
}

/**
 * The output's shape: padding floor((size - 1) / 2) on both sides, as PyTorch counts it.
 *
 * @param convolution The shapes.
 * @returns [batch, z, y, x, channel].
 */
export function convolvedShape(
  { inputShape, size, stride, channels }: ReferenceConvolution,
): number[] {
  const [batch, ...grid] = inputShape.slice(0, 4) as [number, ...number[]];
  const voxels = grid.map((n, axis) =>
    Math.floor((n + 2 * paddingOf(size[axis]!) - size[axis]!) / stride) + 1
  );
  return [batch, ...voxels, channels];
}

/**
 * Convolution, in f64.
 *
 * @param input [batch, z, y, x, channel].
 * @param weights [kz, ky, kx, input channel, output channel].
 * @param convolution The shapes.
 * @param bias One for each output channel; zeros by default.
 * @returns [batch, z, y, x, channel].
 */
export function convolve(
  input: ArrayLike<number>,
  weights: ArrayLike<number>,
  convolution: ReferenceConvolution,
  bias?: ArrayLike<number>,
): Float64Array<ArrayBuffer> {
  const { channels } = convolution;
  const cin = convolution.inputShape[4]!;
  const [from, by] = [Float64Array.from(input), Float64Array.from(weights)];
  const output = new Float64Array(product(convolvedShape(convolution)));
  if (bias) { for (let i = 0; i < output.length; i++) output[i] = bias[i % channels]!; }
  forEachTap(convolution, (i, o, w) => {
    for (let ci = 0; ci < cin; ci++) {
      const value = from[i + ci]!;
      for (let co = 0; co < channels; co++) {
        output[o + co]! += value * by[w + ci * channels + co]!;
      }
    }
  });
  return output;
}

/**
 * Gradient of {@linkcode convolve} by its input, in f64; a transposed convolution is this with a bias for each input channel.
 *
 * @param gradient Gradient by the output.
 * @param weights [kz, ky, kx, input channel, output channel].
 * @param convolution The shapes.
 * @param bias One for each input channel; zeros by default.
 * @returns Elements of `inputShape`.
 */
export function convolveInputGradient(
  gradient: ArrayLike<number>,
  weights: ArrayLike<number>,
  convolution: ReferenceConvolution,
  bias?: ArrayLike<number>,
): Float64Array<ArrayBuffer> {
  const { channels, inputShape } = convolution;
  const cin = inputShape[4]!;
  const [from, by] = [Float64Array.from(gradient), Float64Array.from(weights)];
  const output = new Float64Array(product(inputShape));
  if (bias) { for (let i = 0; i < output.length; i++) output[i] = bias[i % cin]!; }
  forEachTap(convolution, (i, o, w) => {
    for (let ci = 0; ci < cin; ci++) {
      let sum = 0;
      for (let co = 0; co < channels; co++) sum += from[o + co]! * by[w + ci * channels + co]!;
      output[i + ci]! += sum;
    }
  });
  return output;
}

/**
 * Gradient of {@linkcode convolve} by its weights, in f64.
 *
 * @param input [batch, z, y, x, channel].
 * @param gradient Gradient by the output.
 * @param convolution The shapes.
 * @returns [kz, ky, kx, input channel, output channel].
 */
export function convolveFilterGradient(
  input: ArrayLike<number>,
  gradient: ArrayLike<number>,
  convolution: ReferenceConvolution,
): Float64Array<ArrayBuffer> {
  const { channels, inputShape, size } = convolution;
  const cin = inputShape[4]!;
  const [from, by] = [Float64Array.from(input), Float64Array.from(gradient)];
  const output = new Float64Array(product(size) * cin * channels);
  forEachTap(convolution, (i, o, w) => {
    for (let ci = 0; ci < cin; ci++) {
      const value = from[i + ci]!;
      for (let co = 0; co < channels; co++) {
        output[w + ci * channels + co]! += value * by[o + co]!;
      }
    }
  });
  return output;
}

/**
 * Sums over all voxels of all images, in f64.
 *
 * @param values Channel fastest.
 * @param channels How many.
 * @returns One sum for each channel.
 */
export function sumChannels(
  values: ArrayLike<number>,
  channels: number,
): Float64Array<ArrayBuffer> {
  const sums = new Float64Array(channels);
  for (let i = 0; i < values.length; i++) sums[i % channels]! += values[i]!;
  return sums;
}

function paddingOf(size: number): number {
  return Math.floor((size - 1) / 2);
}

function product(numbers: readonly number[]): number {
  return numbers.reduce((all, n) => all * n, 1);
}

/** Every pair of an output voxel and an input voxel that it sees: first elements of input, output and weights. */
function forEachTap(
  convolution: ReferenceConvolution,
  visit: (input: number, output: number, weights: number) => void,
): void {
  const { inputShape, size, stride, channels } = convolution;
  const [batch, nz, ny, nx, cin] = inputShape as [number, number, number, number, number];
  const [, mz, my, mx] = convolvedShape(convolution) as [number, number, number, number];
  const [kz, ky, kx] = size as [number, number, number];
  for (let row = 0; row < batch * mz * my; row++) {
    const oy = row % my;
    const oz = Math.floor(row / my) % mz;
    const image = Math.floor(row / (my * mz));
    for (let tap = 0; tap < kz * ky * kx; tap++) {
      const shift = tap % kx - paddingOf(kx);
      const y = oy * stride + Math.floor(tap / kx) % ky - paddingOf(ky);
      const z = oz * stride + Math.floor(tap / (kx * ky)) - paddingOf(kz);
      if (y < 0 || y >= ny || z < 0 || z >= nz) continue;
      for (let ox = 0; ox < mx; ox++) {
        const x = ox * stride + shift;
        if (x < 0 || x >= nx) continue;
        visit(
          (((image * nz + z) * ny + y) * nx + x) * cin,
          (row * mx + ox) * channels,
          tap * cin * channels,
        );
      }
    }
  }
}
