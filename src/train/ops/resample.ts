import {
  maxPool3d,
  maxPool3dGradient,
  type PoolSize,
  upsample3d,
  upsample3dGradient,
  type UpsampleMode,
} from "../../nn/mod.ts";
import type { Tape, TapeKernel, Tensor } from "../tape.ts";

const pooled: TapeKernel<PoolSize> = {
  name: "nn/max-pool",
  run: (call, size) => [maxPool3d(call.gpu, { input: call.tensor("x"), size })],
};

const pooledGradient: TapeKernel<PoolSize> = {
  name: "nn/max-pool-gradient",
  run: (call, size) => [
    maxPool3dGradient(call.gpu, { input: call.tensor("x"), gradient: call.tensor("dy"), size }),
  ],
};

/**
 * Max-pooling with stride 2, on the tape.
 *
 * @param tape Where.
 * @param x [batch, z, y, x, channel].
 * @param size Edge of a window.
 * @returns The output.
 */
export function maxPool(tape: Tape, x: Tensor, size: PoolSize): Tensor {
  return tape.op([x], (save) => {
    save(x);
    return {
      value: tape.run(pooled, { x }, size)[0]!,
      gradient: (dy, [x]) => tape.run(pooledGradient, { x: x!, dy }, size),
    };
  });
}

const upsampled: TapeKernel<UpsampleMode> = {
  name: "nn/upsample",
  run: (call, mode) => [upsample3d(call.gpu, { input: call.tensor("x"), mode })],
};

const upsampledGradient: TapeKernel<UpsampleMode> = {
  name: "nn/upsample-gradient",
  run: (call, mode) => [upsample3dGradient(call.gpu, { gradient: call.tensor("dy"), mode })],
};

/**
 * Interpolation to twice the size, on the tape.
 *
 * @param tape Where.
 * @param x [batch, z, y, x, channel].
 * @param mode How.
 * @returns The output.
 */
export function upsample(tape: Tape, x: Tensor, mode: UpsampleMode): Tensor {
  return tape.op([x], () => ({
    value: tape.run(upsampled, { x }, mode)[0]!,
    gradient: (dy) => tape.run(upsampledGradient, { dy }, mode),
  }));
}
