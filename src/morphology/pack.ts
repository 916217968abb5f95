import { defineKernel, filled, type Gpu, uniforms } from "../gpu/mod.ts";
import { type Vec3, voxelCount } from "../volume/mod.ts";
import { type Slab, slabsOf } from "./_slabs.ts";
import { allocateMask, type PackedMask, wordCount, wordsPerRow } from "./mask.ts";
import packWgsl from "./pack.wgsl" with { type: "text" };
import unpackWgsl from "./unpack.wgsl" with { type: "text" };

const pack = defineKernel({
  label: "morphology/pack",
  code: packWgsl,
  bindings: { p: "uniform", bytes: "read", words: "write" },
});

const unpack = defineKernel({
  label: "morphology/unpack",
  code: unpackWgsl,
  bindings: { p: "uniform", words: "read", bytes: "write" },
});

/**
 * Brings a mask to the GPU.
 *
 * @param gpu Where to.
 * @param data One byte a voxel, x fastest; every value but 0 is inside.
 * @param dims Voxels along x, y, z.
 * @returns The mask.
 * @throws {TypeError} If `data` has another length than `dims` say.
 */
export function packMask(gpu: Gpu, data: Uint8Array<ArrayBuffer>, dims: Vec3): PackedMask {
  if (data.length !== voxelCount(dims)) {
    throw new TypeError(
      `Cannot pack a mask of ${dims.join(" x ")} voxels: it has ${data.length} values`,
    );
  }
  const slice = dims[0] * dims[1];
  return filled(allocateMask(gpu, dims), ({ words }) => {
    for (const { first, dims: part } of slabsOf(gpu, dims, 1)) {
      using bytes = gpu.upload(
        data.subarray(first * slice, (first + part[2]) * slice),
        "mask bytes",
      );
      const count = wordCount(part);
      const start = wordCount([dims[0], dims[1], first]);
      gpu.dispatch(pack, {
        p: uniforms({ u32: [dims[0], wordsPerRow(dims[0]), count, start] }),
        bytes,
        words,
      }, gpu.workgroups(count, 128));
    }
  });
}

/**
 * Brings a mask back.
 *
 * @param gpu Where it is.
 * @param mask The mask.
 * @param options Ends the wait.
 * @returns One byte a voxel, 0 or 1, x fastest.
 */
export async function unpackMask(
  gpu: Gpu,
  mask: PackedMask,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { dims } = mask;
  const slabs = slabsOf(gpu, dims, 1);
  if (slabs.length === 1) return await unpackSlab(gpu, mask, slabs[0]!, options);
  const data = new Uint8Array(voxelCount(dims));
  for (const slab of slabs) {
    data.set(await unpackSlab(gpu, mask, slab, options), slab.first * dims[0] * dims[1]);
  }
  return data;
}

async function unpackSlab(
  gpu: Gpu,
  { words }: PackedMask,
  { first, dims }: Slab,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<Uint8Array<ArrayBuffer>> {
  const voxels = voxelCount(dims);
  using bytes = gpu.allocate(voxels, "mask bytes");
  const start = wordCount([dims[0], dims[1], first]);
  gpu.dispatch(unpack, {
    p: uniforms({ u32: [dims[0], wordsPerRow(dims[0]), voxels, start] }),
    words,
    bytes,
  }, gpu.workgroups(Math.ceil(voxels / 32), 128));
  return await gpu.read(bytes, Uint8Array, { length: voxels, ...options });
}
