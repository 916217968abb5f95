import type { Vec3 } from "../src/volume/mod.ts";
import { checkVoxels } from "./_check.ts";

/** A field of widths and where a front begins. */
export interface WidestPathsOf {
  /** 0 or more a voxel, x fastest. */
  readonly data: Float32Array;
  readonly dims: Vec3;
  /** Indices of voxels. */
  readonly seeds: readonly number[];
}

/**
 * The widest way from the seeds to every voxel by Dijkstra's algorithm on a heap, the widest first: the largest width that no voxel of a path
 * through faces falls below.
 *
 * @param paths Widths and seeds.
 * @returns The way's width for each voxel, 0 where there is none.
 */
export function widestPathsReference({ data, dims, seeds }: WidestPathsOf): Float32Array {
  checkVoxels("find the widest paths", data, dims);
  const [nx, ny, nz] = dims;
  const level = new Float32Array(data.length);
  const heap = new Heap();
  const reach = (voxel: number, from: number) => {
    const width = Math.min(data[voxel]!, from);
    if (width <= level[voxel]!) return;
    level[voxel] = width;
    heap.push(voxel, width);
  };
  for (const seed of seeds) reach(seed, Infinity);
  for (let next = heap.pop(); next; next = heap.pop()) {
    const [voxel, width] = next;
    if (width < level[voxel]!) continue;
    const [x, y, z] = [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / (nx * ny))];
    if (x > 0) reach(voxel - 1, width);
    if (x < nx - 1) reach(voxel + 1, width);
    if (y > 0) reach(voxel - nx, width);
    if (y < ny - 1) reach(voxel + nx, width);
    if (z > 0) reach(voxel - nx * ny, width);
    if (z < nz - 1) reach(voxel + nx * ny, width);
  }
  return level;
}

/** A binary heap, the widest on top. */
class Heap {
  readonly #voxels: number[] = [];
  readonly #widths: number[] = [];

  push(voxel: number, width: number): void {
    let at = this.#voxels.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#widths[above]! >= width) break;
      this.#put(at, this.#voxels[above]!, this.#widths[above]!);
      at = above;
    }
    this.#put(at, voxel, width);
  }

  pop(): readonly [voxel: number, width: number] | undefined {
    if (this.#voxels.length === 0) return undefined;
    const top = [this.#voxels[0]!, this.#widths[0]!] as const;
    const [voxel, width] = [this.#voxels.pop()!, this.#widths.pop()!];
    const size = this.#voxels.length;
    let at = 0;
    for (let below = 1; below < size; below = 2 * at + 1) {
      if (below + 1 < size && this.#widths[below + 1]! > this.#widths[below]!) below++;
      if (this.#widths[below]! <= width) break;
      this.#put(at, this.#voxels[below]!, this.#widths[below]!);
      at = below;
    }
    if (size > 0) this.#put(at, voxel, width);
    return top;
  }

  #put(at: number, voxel: number, width: number): void {
    this.#voxels[at] = voxel;
    this.#widths[at] = width;
  }
}
