import { defineKernel, filled, type Gpu, memo } from "../../gpu/mod.ts";
import {
  allocateTensor,
  elementCount,
  type GpuTensor,
  type Precision,
  type TensorShape,
} from "../tensor.ts";
import { itemsOf } from "./_items.ts";
import { checkShape } from "./convolution.ts";
import {
  maxPoolGradientWgsl,
  maxPoolWgsl,
  maxPoolWinnerWgsl,
  pooledShape,
  type PoolSize,
} from "./max_pool.wgsl.ts";

const pool = memo((shape: TensorShape, width: 1 | 4, size: PoolSize, precision: Precision) =>
  defineKernel({
    label: "nn/max-pool",
    code: maxPoolWgsl(shape, width, size, precision),
    bindings: { source: "read", pooled: "write" },
  })
);

const winners = memo((shape: TensorShape, width: 1 | 4, size: PoolSize) =>
  defineKernel({
    label: "nn/max-pool winners",
    code: maxPoolWinnerWgsl(shape, width, size),
    bindings: { source: "read", winner: "write" },
  })
);

const gathered = memo((shape: TensorShape, width: 1 | 4, size: PoolSize) =>
  defineKernel({
    label: "nn/max-pool-gradient",
    code: maxPoolGradientWgsl(shape, width, size),
    bindings: { winner: "read", gradient: "read", dx: "write" },
  })
);

/** What {@linkcode maxPool3d} takes. */
export interface MaxPoolOptions<P extends Precision = "f32"> {
  /** The activation. */
  readonly input: GpuTensor<P>;
  /** Edge of a window: 2, or 3 with one voxel of padding. */
  readonly size: PoolSize;
}

/**
 * Records max-pooling with stride 2, as PyTorch's `max_pool3d(x, size, stride=2, padding=(size - 1) // 2)`: nothing outside of the volume
 * counts.
 *
 * @param gpu Where the input is.
 * @param options The input and the window.
 * @returns floor(n / 2) voxels along each axis for windows of 2, ceil(n / 2) for windows of 3.
 * @throws {RangeError} If no window fits: an axis of one voxel with windows of 2.
 */
export function maxPool3d<P extends Precision>(
  gpu: Gpu,
  { input, size }: MaxPoolOptions<P>,
): GpuTensor<P> {
  const { precision } = input;
  const shape = outputShape(input.shape, size);
  const { width, items } = itemsOf(shape);
  return filled(allocateTensor(gpu, shape, "pooled activation", precision), (pooled) => {
    gpu.dispatch(
      pool(input.shape, width, size, precision),
      { source: input.array, pooled: pooled.array },
      gpu.workgroups(items, 64),
    );
  });
}

/** What {@linkcode maxPool3dGradient} takes. */
export interface MaxPoolGradientOptions extends MaxPoolOptions {
  /** Of the loss by the output. */
  readonly gradient: GpuTensor;
}

/**
 * Records the gradient of {@linkcode maxPool3d}: each output's goes to its window's maximum, of equal ones to the first in scan order, as in
 * PyTorch.
 *
 * @param gpu Where the input is.
 * @param options The input, the window and the output's gradient.
 * @returns The gradient by the input.
 * @throws {TypeError} If the gradient has not the output's shape.
 * @throws {RangeError} If no window fits.
 */
export function maxPool3dGradient(
  gpu: Gpu,
  { input, size, gradient }: MaxPoolGradientOptions,
): GpuTensor {
  const shape = outputShape(input.shape, size);
  checkShape("the gradient of a max-pool", gradient.shape, shape);
  const { width, items } = itemsOf(shape);
  using winner = gpu.allocate(4 * elementCount(shape), "winners of a max-pool");
  gpu.dispatch(
    winners(input.shape, width, size),
    { source: input.array, winner },
    gpu.workgroups(items, 64),
  );
  const [batch, nz, ny, nx, channels] = input.shape;
  const cells = batch * Math.ceil(nz / 2) * Math.ceil(ny / 2) * Math.ceil(nx / 2) * channels /
    width;
  return filled(allocateTensor(gpu, input.shape, "gradient of a max-pool's input"), (dx) => {
    gpu.dispatch(
      gathered(input.shape, width, size),
      { winner, gradient: gradient.array, dx: dx.array },
      gpu.workgroups(cells, 64),
    );
  });
}

function outputShape(shape: TensorShape, size: PoolSize): TensorShape {
  if (size !== 2 && size !== 3) {
    throw new RangeError(`Cannot max-pool: windows are of 2 or 3 voxels, found ${size}`);
  }
  const pooled = pooledShape(shape, size);
  if (pooled.every((n) => n > 0)) return pooled;
  throw new RangeError(
    `Cannot max-pool ${
      shape.slice(1, 4).join(" x ")
    } voxels: an axis is shorter than the window of ${size}`,
  );
}
