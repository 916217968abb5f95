import { defineKernel, type Gpu, type GpuArray, uniforms } from "../gpu/mod.ts";
import { elementCount, type GpuTensor } from "../nn/mod.ts";
import type { Vec3 } from "../volume/mod.ts";
import accumulateWgsl from "./accumulate.wgsl" with { type: "text" };

const kernel = defineKernel({
  label: "nn/accumulate",
  code: accumulateWgsl,
  bindings: { p: "uniform", sums: "write", logits: "read", weights: "read" },
});

/** Where a tile's probabilities go. */
export interface TileTarget {
  /** Sums [1, slice, y, x, channel] over the volume's whole cross-section; slices are a ring along z. */
  readonly sums: GpuTensor;
  /** Voxel of the volume along x, y at which the tile begins; along z the ring's slice. */
  readonly origin: Vec3;
  /** Voxels of the tile along x, y, z that lie in the volume. */
  readonly inside: Vec3;
  /** 32-bit floats: the weights along x, then y, then z of the tile. */
  readonly weights: GpuArray;
}

/**
 * Records adding the softmax of a tile's logits, weighted voxel by voxel, to a volume's sums.
 *
 * @param gpu Where.
 * @param logits [1, z, y, x, class].
 * @param target Where they go.
 * @throws {TypeError} If channels differ, there is more than one image, or a weight is missing.
 * @throws {RangeError} If the tile reaches beyond the sums.
 */
export function accumulateTile(gpu: Gpu, logits: GpuTensor, target: TileTarget): void {
  const [images, tz, ty, tx, channels] = logits.shape;
  const { sums, origin, inside, weights } = target;
  const [copies, depth, ny, nx, classes] = sums.shape;
  if (images !== 1 || copies !== 1 || channels !== classes) {
    throw new TypeError(
      `Cannot add a tile of ${logits.shape.join(" x ")} to sums of ${sums.shape.join(" x ")}`,
    );
  }
  if (weights.byteLength !== 4 * (tx + ty + tz)) {
    throw new TypeError(
      `Cannot add a tile of ${tx} x ${ty} x ${tz} voxels with ${weights.byteLength / 4} weights`,
    );
  }
  const fits = origin[0] + inside[0] <= nx && origin[1] + inside[1] <= ny && origin[2] < depth &&
    inside[0] <= tx && inside[1] <= ty && inside[2] <= Math.min(tz, depth);
  if (!fits) {
    throw new RangeError(
      `Cannot add ${inside.join(" x ")} voxels of a tile at ${origin.join(", ")} to sums of ${
        sums.shape.join(" x ")
      }`,
    );
  }
  gpu.dispatch(kernel, {
    p: uniforms(
      { u32: [tx, ty, tz, channels, nx, ny, depth, origin[2]] },
      { u32: [...inside, origin[0], origin[1]] },
    ),
    sums: sums.array,
    logits: logits.array,
    weights,
  }, gpu.workgroups(elementCount([tx, ty, tz]), 64));
}
