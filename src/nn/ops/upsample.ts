import { defineKernel, filled, type Gpu, memo } from "../../gpu/mod.ts";
import {
  allocateTensor,
  elementCount,
  type GpuTensor,
  type Precision,
  type TensorShape,
} from "../tensor.ts";
import { itemsOf } from "./_items.ts";
import {
  tiledAxes,
  type UpsampleMode,
  upsampleNearestGradientWgsl,
  upsampleNearestWgsl,
  upsampleTrilinearGradientWgsl,
  upsampleTrilinearWgsl,
} from "./upsample.wgsl.ts";

const forward = memo((
  shape: TensorShape,
  width: 1 | 4,
  mode: UpsampleMode,
  precision: Precision,
) =>
  defineKernel({
    label: `nn/upsample ${mode}`,
    code: (mode === "nearest" ? upsampleNearestWgsl : upsampleTrilinearWgsl)(
      shape,
      width,
      precision,
    ),
    bindings: { source: "read", result: "write" },
  })
);

const backward = memo((shape: TensorShape, width: 1 | 4, mode: UpsampleMode) =>
  defineKernel({
    label: `nn/upsample-gradient ${mode}`,
    code: (mode === "nearest" ? upsampleNearestGradientWgsl : upsampleTrilinearGradientWgsl)(
      shape,
      width,
    ),
    bindings: { gradient: "read", result: "write" },
  })
);

/** What {@linkcode upsample3d} takes. */
export interface UpsampleOptions<P extends Precision = "f32"> {
  /** The activation. */
  readonly input: GpuTensor<P>;
  /** How new voxels come from old ones. */
  readonly mode: UpsampleMode;
}

/**
 * Records upsampling to twice as many voxels along each axis, as PyTorch's `interpolate(x, scale_factor=2, mode, align_corners=False)`:
 * voxels are boxes whose outer faces keep their place.
 *
 * @param gpu Where the input is.
 * @param options The input and the mode.
 * @returns The activation.
 */
export function upsample3d<P extends Precision>(
  gpu: Gpu,
  { input, mode }: UpsampleOptions<P>,
): GpuTensor<P> {
  const { precision } = input;
  const [batch, nz, ny, nx, channels] = input.shape;
  const shape: TensorShape = [batch, 2 * nz, 2 * ny, 2 * nx, channels];
  const { width, items } = itemsOf(input.shape);
  // The trilinear kernel takes cells between voxels, one more along each axis.
  const cells = batch * (nz + 1) * (ny + 1) * (nx + 1) * channels / width;
  return filled(allocateTensor(gpu, shape, "upsampled activation", precision), (result) => {
    gpu.dispatch(
      forward(input.shape, width, mode, precision),
      { source: input.array, result: result.array },
      gpu.workgroups(mode === "nearest" ? items : cells, 64),
    );
  });
}

/** What {@linkcode upsample3dGradient} takes. */
export interface UpsampleGradientOptions {
  /** Of the loss by the output: all axes of z, y, x even. */
  readonly gradient: GpuTensor;
  /** As given to {@linkcode upsample3d}. */
  readonly mode: UpsampleMode;
}

/**
 * Records the gradient of {@linkcode upsample3d}, its transpose.
 *
 * @param gpu Where the gradient is.
 * @param options The gradient and the mode.
 * @returns The gradient by the input, half as many voxels along each axis.
 * @throws {TypeError} If an axis of the gradient is odd.
 */
export function upsample3dGradient(
  gpu: Gpu,
  { gradient, mode }: UpsampleGradientOptions,
): GpuTensor {
  const [batch, nz, ny, nx, channels] = gradient.shape;
  if ([nz, ny, nx].some((n) => n % 2 !== 0)) {
    throw new TypeError(
      `Cannot take the gradient of an upsampling: ${nz} x ${ny} x ${nx} voxels are not all even`,
    );
  }
  const shape: TensorShape = [batch, nz / 2, ny / 2, nx / 2, channels];
  const { width, items } = itemsOf(shape);
  // The trilinear kernel takes 2 x 2 x 2 voxels at a time.
  const tiles = elementCount(tiledAxes(shape)) / width;
  return filled(allocateTensor(gpu, shape, "gradient of an upsampling's input"), (result) => {
    gpu.dispatch(
      backward(shape, width, mode),
      { gradient: gradient.array, result: result.array },
      gpu.workgroups(mode === "nearest" ? items : tiles, 64),
    );
  });
}
