import { checkIterations, defineKernel, type Gpu, uniforms } from "../gpu/mod.ts";
import { type Vec3, voxelCount } from "../volume/mod.ts";
import code from "./widest_paths.wgsl" with { type: "text" };

const kernel = defineKernel({
  label: "morphology/widest-paths",
  code,
  bindings: { p: "uniform", width: "read", level: "write", changed: "write" },
});

/** Larger than any width; WGSL leaves open what becomes of an infinity. */
const OPEN = 3e38;

/** Rounds of sweeps before the host looks whether any changed a level. */
const ROUNDS = 4;

/**
 * How wide the widest way from some voxels to every other one is: the largest width that no voxel of a path through faces, both ends included,
 * falls below. A front that begins at the seeds and passes narrow places last; where widths are distances to the outside of a
 * mask, the voxels above a level are those that a ball of that radius reaches from the seeds. Whole sweeps along the axes until nothing
 * changes; the fixed point depends on nothing else, so that it is the same on every adapter.
 *
 * @param gpu Where to work; all memory taken is given back.
 * @param widths 0 or more, x fastest, and voxels along x, y, z.
 * @param options Indices of the seeds, at least one; a signal.
 * @returns The width of the way to each voxel, x fastest; 0 where there is none.
 * @throws {RangeError} If a seed is no voxel, there is none, or a line is longer than a software adapter can loop.
 * @throws {TypeError} If there are more or fewer widths than dims say.
 * @throws {GpuMemoryError} If the adapter cannot hold 4 bytes a voxel in one binding.
 */
export async function widestPaths(
  gpu: Gpu,
  { data, dims }: { readonly data: Float32Array<ArrayBuffer>; readonly dims: Vec3 },
  { seeds, signal }: {
    readonly seeds: readonly number[];
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Float32Array<ArrayBuffer>> {
  const count = voxelCount(dims);
  if (data.length !== count) {
    throw new TypeError(
      `Cannot find the widest paths in ${dims.join(" x ")} voxels: there are ${data.length} widths`,
    );
  }
  if (seeds.length === 0) throw new RangeError("Cannot find the widest paths without a seed");
  const begin = new Float32Array(count);
  for (const seed of seeds) {
    if (!(Number.isInteger(seed) && seed >= 0 && seed < count)) {
      throw new RangeError(`Cannot find the widest paths from voxel ${seed}: there are ${count}`);
    }
    begin[seed] = OPEN;
  }
  checkIterations(kernel.label, 2 * Math.max(...dims) + 2);
  using width = gpu.upload(data, "widths");
  using level = gpu.upload(begin, "levels of a front");
  for (let going = true; going;) {
    signal?.throwIfAborted();
    using changed = gpu.upload(new Uint32Array(1), "whether a front moved");
    for (let round = 0; round < ROUNDS; round++) {
      if (round === ROUNDS - 1) gpu.clear(changed);
      for (const { count, lines, ...steps } of sweepsOf(dims)) {
        gpu.dispatch(kernel, {
          p: uniforms({
            u32: [lines, steps.inner, steps.innerStep, steps.outerStep, count, steps.step],
          }),
          ...{ width, level, changed },
        }, gpu.workgroups(lines, 64));
      }
    }
    const [flag] = await gpu.read(changed, Uint32Array, { length: 1, signal });
    going = flag !== 0;
  }
  return await gpu.read(level, Float32Array, { length: count, signal });
}

/** The lines of each axis. */
function sweepsOf([nx, ny, nz]: Vec3) {
  return [
    { count: nx, step: 1, inner: ny, innerStep: nx, outerStep: nx * ny, lines: ny * nz },
    { count: ny, step: nx, inner: nx, innerStep: 1, outerStep: nx * ny, lines: nx * nz },
    { count: nz, step: nx * ny, inner: nx, innerStep: 1, outerStep: nx, lines: nx * ny },
  ];
}
