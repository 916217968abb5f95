import type { Shape } from "./nn_normalization.ts";

/** Element of a place. */
function at([, nz, ny, nx, channels]: Shape, b: number, z: number, y: number, x: number): number {
  return (((b * nz + z) * ny + y) * nx + x) * channels;
}

/** Calls `visit` for every voxel of every image. */
function eachVoxel(
  [batch, nz, ny, nx]: Shape,
  visit: (b: number, z: number, y: number, x: number) => void,
): void {
  for (let b = 0; b < batch; b++) {
    for (let z = 0; z < nz; z++) {
      for (let y = 0; y < ny; y++) {
        for (let x = 0; x < nx; x++) visit(b, z, y, x);
      }
    }
  }
}

function elements(shape: Shape): number {
  return shape.reduce((product, n) => product * n, 1);
}

/**
 * Max-pooling with stride 2 and floor((size - 1) / 2) voxels of padding, which never win.
 *
 * @param input [batch, z, y, x, channel].
 * @param shape Its axes.
 * @param size Edge of a window.
 * @returns The output, its axes, and the element of the input that each output came from: the first maximum in scan order.
 */
export function maxPoolReference(
  input: ArrayLike<number>,
  shape: Shape,
  size: 2 | 3,
): { output: Float64Array<ArrayBuffer>; shape: Shape; winners: Uint32Array<ArrayBuffer> } {
  const padding = Math.floor((size - 1) / 2);
  const axis = (n: number) => Math.floor((n + 2 * padding - size) / 2) + 1;
  const [batch, nz, ny, nx, channels] = shape;
  const small: Shape = [batch, axis(nz), axis(ny), axis(nx), channels];
  const output = new Float64Array(elements(small)).fill(-Infinity);
  const winners = new Uint32Array(output.length);
  eachVoxel(small, (b, z, y, x) => {
    const to = at(small, b, z, y, x);
    for (let kz = 0; kz < size; kz++) {
      for (let ky = 0; ky < size; ky++) {
        for (let kx = 0; kx < size; kx++) {
          const [sz, sy, sx] = [2 * z + kz - padding, 2 * y + ky - padding, 2 * x + kx - padding];
          if (sz < 0 || sy < 0 || sx < 0 || sz >= nz || sy >= ny || sx >= nx) continue;
          const from = at(shape, b, sz, sy, sx);
          for (let c = 0; c < channels; c++) {
            if (input[from + c]! <= output[to + c]!) continue;
            output[to + c] = input[from + c]!;
            winners[to + c] = from + c;
          }
        }
      }
    }
  });
  return { output, shape: small, winners };
}

/**
 * Its gradient, scattered.
 *
 * @param input [batch, z, y, x, channel].
 * @param shape Its axes.
 * @param size Edge of a window.
 * @param gradient Of the loss by the output.
 * @returns Of the loss by the input.
 */
export function maxPoolGradientReference(
  input: ArrayLike<number>,
  shape: Shape,
  size: 2 | 3,
  gradient: ArrayLike<number>,
): Float64Array<ArrayBuffer> {
  const { winners } = maxPoolReference(input, shape, size);
  const result = new Float64Array(input.length);
  winners.forEach((winner, i) => result[winner]! += gradient[i]!);
  return result;
}

/** A new voxel along an axis: old voxels and their shares (`align_corners=False`). */
function blend(i: number, n: number, mode: "nearest" | "trilinear"): [number, number][] {
  if (mode === "nearest") return [[Math.floor(i / 2), 1]];
  const place = Math.max(0, (i + 0.5) / 2 - 0.5);
  const low = Math.floor(place);
  return [[low, 1 - (place - low)], [Math.min(low + 1, n - 1), place - low]];
}

/** Calls `visit` for each pair of new and old voxel, by elements, with the old one's share. */
function eachBlend(
  shape: Shape,
  mode: "nearest" | "trilinear",
  visit: (large: number, small: number, share: number) => void,
): void {
  const [batch, nz, ny, nx, channels] = shape;
  const large = doubled(shape);
  eachVoxel([batch, 2 * nz, 2 * ny, 2 * nx, channels], (b, z, y, x) => {
    for (const [sz, wz] of blend(z, nz, mode)) {
      for (const [sy, wy] of blend(y, ny, mode)) {
        for (const [sx, wx] of blend(x, nx, mode)) {
          for (let c = 0; c < channels; c++) {
            visit(at(large, b, z, y, x) + c, at(shape, b, sz, sy, sx) + c, wz * wy * wx);
          }
        }
      }
    }
  });
}

function doubled([batch, nz, ny, nx, channels]: Shape): Shape {
  return [batch, 2 * nz, 2 * ny, 2 * nx, channels];
}

/**
 * Upsampling x2: voxels are boxes whose outer faces keep their place.
 *
 * @param input [batch, z, y, x, channel].
 * @param shape Its axes.
 * @param mode How.
 * @returns Twice as many voxels along z, y, x.
 */
export function upsampleReference(
  input: ArrayLike<number>,
  shape: Shape,
  mode: "nearest" | "trilinear",
): Float64Array<ArrayBuffer> {
  const result = new Float64Array(8 * input.length);
  eachBlend(shape, mode, (large, small, share) => result[large]! += share * input[small]!);
  return result;
}

/**
 * Its gradient, scattered.
 *
 * @param gradient Of the loss by the output.
 * @param shape Axes of the input.
 * @param mode How.
 * @returns Of the loss by the input.
 */
export function upsampleGradientReference(
  gradient: ArrayLike<number>,
  shape: Shape,
  mode: "nearest" | "trilinear",
): Float64Array<ArrayBuffer> {
  const result = new Float64Array(gradient.length / 8);
  eachBlend(shape, mode, (large, small, share) => result[small]! += share * gradient[large]!);
  return result;
}

/**
 * The channels of several activations behind each other.
 *
 * @param parts Values by voxel and channel, and the number of channels.
 * @returns All channels of a voxel, then those of the next.
 */
export function concatReference(
  parts: readonly { readonly values: Float32Array; readonly channels: number }[],
): Float32Array<ArrayBuffer> {
  const rows: number[][] = [];
  for (const { values, channels } of parts) {
    for (let v = 0; v * channels < values.length; v++) {
      (rows[v] ??= []).push(...values.subarray(v * channels, (v + 1) * channels));
    }
  }
  return new Float32Array(rows.flat());
}

/**
 * Some channels of an activation.
 *
 * @param values By voxel and channel.
 * @param channels How many there are.
 * @param from The first to take.
 * @param count How many to take.
 * @returns Values by voxel and channel taken.
 */
export function sliceReference(
  values: Float32Array,
  channels: number,
  from: number,
  count: number,
): Float32Array<ArrayBuffer> {
  return new Float32Array(
    values.filter((_, i) => i % channels >= from && i % channels < from + count),
  );
}

/**
 * The softmax over channels.
 *
 * @param logits By voxel and channel.
 * @param channels How many.
 * @returns Probabilities.
 */
export function softmaxReference(
  logits: ArrayLike<number>,
  channels: number,
): Float64Array<ArrayBuffer> {
  const result = new Float64Array(logits.length);
  for (let v = 0; v < logits.length; v += channels) {
    let most = -Infinity;
    for (let c = 0; c < channels; c++) most = Math.max(most, logits[v + c]!);
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += Math.exp(logits[v + c]! - most);
    for (let c = 0; c < channels; c++) result[v + c] = Math.exp(logits[v + c]! - most) / sum;
  }
  return result;
}

/**
 * The gradient of the softmax: the product with its Jacobian, entry by entry.
 *
 * @param probabilities By voxel and channel.
 * @param gradient Of the loss by them.
 * @param channels How many.
 * @returns Of the loss by the logits.
 */
export function softmaxGradientReference(
  probabilities: ArrayLike<number>,
  gradient: ArrayLike<number>,
  channels: number,
): Float64Array<ArrayBuffer> {
  const result = new Float64Array(probabilities.length);
  for (let v = 0; v < probabilities.length; v += channels) {
    for (let i = 0; i < channels; i++) {
      for (let j = 0; j < channels; j++) {
        const jacobian = probabilities[v + j]! * ((i === j ? 1 : 0) - probabilities[v + i]!);
        result[v + i]! += gradient[v + j]! * jacobian;
      }
    }
  }
  return result;
}

/**
 * The channel with the largest value, the first of equal ones.
 *
 * @param values By voxel and channel.
 * @param shape Their axes.
 * @returns One byte a voxel, each image padded with zeros to a multiple of four.
 */
export function argmaxReference(values: ArrayLike<number>, shape: Shape): Uint8Array<ArrayBuffer> {
  const [batch, nz, ny, nx, channels] = shape;
  const voxels = nz * ny * nx;
  const padded = 4 * Math.ceil(voxels / 4);
  const labels = new Uint8Array(batch * padded);
  for (let b = 0; b < batch; b++) {
    for (let v = 0; v < voxels; v++) {
      const first = (b * voxels + v) * channels;
      let best = 0;
      for (let c = 1; c < channels; c++) {
        if (values[first + c]! > values[first + best]!) best = c;
      }
      labels[b * padded + v] = best;
    }
  }
  return labels;
}
