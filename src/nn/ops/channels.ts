import { defineKernel, filled, type Gpu, memo, uniforms } from "../../gpu/mod.ts";
import {
  allocateTensor,
  elementCount,
  type GpuTensor,
  type Precision,
  type TensorShape,
} from "../tensor.ts";
import { checkShape } from "./convolution.ts";
import { copyChannelsWgsl } from "./copy_channels.wgsl.ts";

const copyKernel = memo(
  (
    source: number,
    target: number,
    run: number,
    from: number,
    to: number,
    width: 1 | 4,
    precision: Precision,
  ) =>
    defineKernel({
      label: "nn/copy-channels",
      code: copyChannelsWgsl([source, target, run], [from, to], width, precision),
      bindings: { items: "uniform", source: "read", copied: "write" },
    }),
);

/**
 * Records putting the channels of two activations behind each other, as a skip connection does.
 *
 * @param gpu Where they are.
 * @param a The first channels.
 * @param b The others.
 * @returns All channels of `a`, then all of `b`.
 * @throws {TypeError} If their batches or voxels differ.
 */
export function concatChannels<P extends Precision>(
  gpu: Gpu,
  a: GpuTensor<P>,
  b: GpuTensor<P>,
): GpuTensor<P> {
  const [batch, nz, ny, nx, first] = a.shape;
  const second = b.shape[4];
  checkShape("the second activation", b.shape, [batch, nz, ny, nx, second]);
  const shape: TensorShape = [batch, nz, ny, nx, first + second];
  return filled(allocateTensor(gpu, shape, "activations put together", a.precision), (all) => {
    copy(gpu, a, all, { from: 0, to: 0, run: first });
    copy(gpu, b, all, { from: 0, to: first, run: second });
  });
}

/**
 * Records taking some channels of an activation; the gradient of {@linkcode concatChannels} is two of them.
 *
 * @param gpu Where it is.
 * @param tensor The activation.
 * @param from The first channel.
 * @param count How many channels.
 * @returns The channels.
 * @throws {RangeError} If the activation has no such channels.
 */
export function sliceChannels(
  gpu: Gpu,
  tensor: GpuTensor,
  from: number,
  count: number,
): GpuTensor {
  const [batch, nz, ny, nx, channels] = tensor.shape;
  const whole = Number.isInteger(from) && Number.isInteger(count);
  if (!whole || from < 0 || count < 1 || from + count > channels) {
    throw new RangeError(
      `Cannot take ${count} channels from channel ${from}: the activation has ${channels}`,
    );
  }
  const shape: TensorShape = [batch, nz, ny, nx, count];
  return filled(allocateTensor(gpu, shape, "channels of an activation"), (some) => {
    copy(gpu, tensor, some, { from, to: 0, run: count });
  });
}

function copy(
  gpu: Gpu,
  source: GpuTensor<Precision>,
  target: GpuTensor<Precision>,
  { from, to, run }: { readonly from: number; readonly to: number; readonly run: number },
): void {
  const numbers = [source.shape[4], target.shape[4], run, from, to] as const;
  const width = numbers.every((n) => n % 4 === 0) ? 4 : 1;
  const [a, b, c, d, e] = numbers.map((n) => n / width) as [number, number, number, number, number];
  const items = elementCount(source.shape.slice(0, 4)) * c;
  gpu.dispatch(copyKernel(a, b, c, d, e, width, source.precision), {
    items: uniforms({ u32: [items] }),
    source: source.array,
    copied: target.array,
  }, gpu.workgroups(items, 64));
}
