import {
  checkIterations,
  defineKernel,
  type Gpu,
  type GpuArray,
  memo,
  uniforms,
} from "../../gpu/mod.ts";
import { columnSums } from "../ops/channel_sums.ts";
import { allocateTensor, type GpuTensor } from "../tensor.ts";
import { lossCoefficientsWgsl } from "./loss_coefficients.wgsl.ts";
import { lossGradientWgsl } from "./loss_gradient.wgsl.ts";
import { lossSumsWgsl } from "./loss_sums.wgsl.ts";
import { coefficientCount, type GpuLoss, programOf, sumCount } from "./program.ts";
import { checkLoss, formatLoss, LOSS_NAMES, type LossSpec } from "./spec.ts";
import { LOSS_WORKGROUP, type Width } from "./voxel.wgsl.ts";

/** What {@linkcode lossAndGradient} takes. */
export interface LossOptions {
  /** [batch, z, y, x, class], 2 to 32 classes. */
  readonly logits: GpuTensor;
  /** One byte a voxel, x fastest, each image padded to whole words of 4 bytes; what is no class, e.g. 255, is ignored. */
  readonly labels: GpuArray;
  /** Any loss but Lovász-softmax. */
  readonly loss: LossSpec;
}

/** A loss on the GPU; both parts are the caller's to dispose of. */
export interface LossOnGpu {
  /** One 32-bit float. */
  readonly value: GpuArray;
  /** By logits, of their shape. */
  readonly gradient: GpuTensor;
}

const FEWEST_CLASSES = 2;
const MOST_CLASSES = 32;

/** Invocations of an image that sum: enough for any GPU, few enough that their sums stay small beside the logits. */
const MOST_LANES = 16_384;
const ITEMS_A_LANE = 8;

/**
 * Records a loss and its gradient by logits, softmax included: the mean over images of `lossOfLogits`. Nothing of the size of the logits
 * is held but the gradient. Sums are taken in an order that depends on shapes alone, so the same input gives the same bits.
 *
 * @param gpu Where.
 * @param options Logits, labels and the loss.
 * @returns Value and gradient.
 * @throws {RangeError} If there are fewer than 2 or more than 32 classes, the loss has parameters that make none, or is Lovász-softmax: it
 * needs all voxels sorted.
 * @throws {TypeError} If there are fewer labels than voxels.
 */
export function lossAndGradient(gpu: Gpu, { logits, labels, loss }: LossOptions): LossOnGpu {
  checkLoss(loss);
  checkGpuLoss(loss);
  const [images, nz, ny, nx, classes] = logits.shape;
  const voxels = nz * ny * nx;
  const words = Math.ceil(voxels / 4);
  if (classes < FEWEST_CLASSES || classes > MOST_CLASSES) {
    throw new RangeError(
      `Cannot take the loss over ${classes} classes: the kernels take ${FEWEST_CLASSES} to ${MOST_CLASSES}`,
    );
  }
  if (labels.byteLength < 4 * words * images) {
    throw new TypeError(
      `Cannot take the loss of ${images} images of ${nx} x ${ny} x ${nz} voxels: they need ` +
        `${4 * words * images} bytes of labels, found ${labels.byteLength}`,
    );
  }
  const kernels = kernelsOf(loss, images, classes, voxels % 4 === 0 ? 4 : 1);
  const items = voxels / kernels.width;
  const groups = Math.ceil(Math.min(MOST_LANES, items / ITEMS_A_LANE) / LOSS_WORKGROUP);
  const lanes = groups * LOSS_WORKGROUP;
  checkIterations(kernels.sums.label, Math.ceil(items / lanes) + 1);
  checkIterations(kernels.coefficients.label, images * (2 * classes + 3) + 1);

  const p = uniforms({ u32: [items, words, lanes, images] });
  const sources = { p, logits: logits.array, labels };
  const columns = images * classes * kernels.sumCount;
  using ofLanes = gpu.allocate(4 * lanes * columns, "loss sums of lanes");
  gpu.dispatch(kernels.sums, { ...sources, sums: ofLanes }, [groups, images]);
  using sums = columnSums(gpu, ofLanes, lanes, columns);
  using coefficients = gpu.allocate(
    4 * images * classes * kernels.coefficientCount,
    "loss coefficients",
  );
  using held = new DisposableStack();
  const value = held.use(gpu.allocate(4, "loss"));
  const gradient = held.use(allocateTensor(gpu, logits.shape, "loss gradient"));
  gpu.dispatch(kernels.coefficients, { sums, coefficients, value }, [1]);
  const size = gpu.workgroups(items * images, LOSS_WORKGROUP);
  gpu.dispatch(kernels.gradient, { ...sources, coefficients, gradient: gradient.array }, size);
  held.move();
  return { value, gradient };
}

/** Made once for each loss, number of images and classes, and width. */
const kernelsOf = memo((loss: GpuLoss, images: number, classes: number, width: Width) => {
  const program = programOf(loss);
  const voxels = { p: "uniform", logits: "read", labels: "read" } as const;
  return {
    width,
    sumCount: sumCount(program),
    coefficientCount: coefficientCount(program),
    sums: defineKernel({
      label: "nn/loss-sums",
      code: lossSumsWgsl(program, classes, width),
      bindings: { ...voxels, sums: "write" },
    }),
    coefficients: defineKernel({
      label: "nn/loss-coefficients",
      code: lossCoefficientsWgsl(loss, program, classes, images),
      bindings: { sums: "read", coefficients: "write", value: "write" },
    }),
    gradient: defineKernel({
      label: "nn/loss-gradient",
      code: lossGradientWgsl(program, classes, width),
      bindings: { ...voxels, coefficients: "read", gradient: "write" },
    }),
  };
});

/**
 * Refuses a loss that the GPU does not take.
 *
 * @param loss Any loss.
 * @throws {RangeError} If it needs all voxels sorted: Lovász-softmax.
 */
export function checkGpuLoss(loss: LossSpec): asserts loss is GpuLoss {
  if (loss.name !== "lovasz") return;
  const others = LOSS_NAMES.filter((name) => name !== "lovasz").join(", ");
  throw new RangeError(
    `Cannot train with loss ${
      formatLoss(loss)
    }: it needs all voxels sorted, which is not built on the GPU; ` +
      `use one of ${others}`,
  );
}
