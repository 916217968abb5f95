import { type Gpu, pooledBytes } from "../gpu/mod.ts";
import { elementCount, inferenceMemory, type Model } from "../nn/mod.ts";
import { type Vec3, voxelCount } from "../volume/mod.ts";
import { ringDepth } from "./_class_sums.ts";
import { tilesOf } from "./segment.ts";

/** What a forecast of memory depends on. */
export type Adapter = Pick<Gpu, "largestArray"> & {
  readonly info: Pick<Gpu["info"], "software">;
};

/**
 * What `segmentResident` takes of GPU memory at most, with 32-bit activations and its own choice of tiles: the network, the volume, the sums
 * over its cross-section, and the activations of a tile.
 *
 * @param gpu Where it would run.
 * @param options Voxels of the volume along x, y, z, and the model.
 * @returns Bytes.
 * @throws {RangeError} If no tile fits the adapter.
 */
export function segmentationMemory(
  gpu: Adapter,
  { dims, model }: { readonly dims: Vec3; readonly model: Pick<Model, "config" | "crop"> },
): number {
  const { config } = model;
  const [x, y, z] = tilesOf(gpu, { dims, model, precision: "f32" });
  const depth = ringDepth({ dims, tile: [x.size, y.size, z.size] });
  const sums = elementCount([dims[0], dims[1], depth, config.classes]);
  const image = [1, z.size, y.size, x.size, config.inputChannels] as const;
  const tile = inferenceMemory(config, image, gpu.info);
  return tile.peak + pooledBytes(4 * sums) +
    config.inputChannels * pooledBytes(4 * voxelCount(dims));
}
