import type { Vec3 } from "../../src/volume/mod.ts";

/** Steps to the neighbours of a voxel, straight from the definition of 6, 18 and 26. */
export function neighbourSteps(connectivity: 6 | 18 | 26, slices?: 0 | 1 | 2): Vec3[] {
  const most = { 6: 1, 18: 2, 26: 3 }[connectivity];
  const steps: Vec3[] = [];
  for (let dz = -1; dz <= 1; dz++) {
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const step: Vec3 = [dx, dy, dz];
        const moved = Math.abs(dx) + Math.abs(dy) + Math.abs(dz);
        if (moved === 0 || moved > most) continue;
        if (slices !== undefined && step[slices] !== 0) continue;
        steps.push(step);
      }
    }
  }
  return steps;
}

/** Breadth-first flood from one voxel through voxels that `passes` allows; coordinates are checked one by one. */
export function flood(
  from: number,
  dims: Vec3,
  steps: readonly Vec3[],
  passes: (index: number) => boolean,
): number[] {
  const [nx, ny, nz] = dims;
  const seen = new Set([from]);
  const queue = [from];
  for (const index of queue) {
    const x = index % nx;
    const y = Math.floor(index / nx) % ny;
    const z = Math.floor(index / (nx * ny));
    for (const [dx, dy, dz] of steps) {
      const [u, v, w] = [x + dx, y + dy, z + dz];
      if (u < 0 || v < 0 || w < 0 || u >= nx || v >= ny || w >= nz) continue;
      const next = u + nx * (v + ny * w);
      if (seen.has(next) || !passes(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return [...seen];
}

/** The regions of voxels with `value` (0 or 1), in the order of their first voxel. */
export function regions(
  data: Uint8Array,
  dims: Vec3,
  value: 0 | 1,
  steps: readonly Vec3[],
): number[][] {
  const done = new Uint8Array(data.length);
  const found: number[][] = [];
  for (let index = 0; index < data.length; index++) {
    if (done[index] || data[index] !== value) continue;
    const region = flood(index, dims, steps, (i) => data[i] === value);
    for (const i of region) done[i] = 1;
    found.push(region);
  }
  return found;
}

/** True if the voxel lies on a face of the volume, faces across `slices` left out. */
export function onBorder(index: number, dims: Vec3, slices?: 0 | 1 | 2): boolean {
  const [nx, ny] = dims;
  const at: Vec3 = [index % nx, Math.floor(index / nx) % ny, Math.floor(index / (nx * ny))];
  return ([0, 1, 2] as const).some((axis) =>
    axis !== slices && (at[axis] === 0 || at[axis] === dims[axis] - 1)
  );
}

/** Parses a mask drawn as slices of rows: `#` is 1; rows run along x, the first row is y = 0, slices along z. */
export function draw(...slices: string[][]): { data: Uint8Array<ArrayBuffer>; dims: Vec3 } {
  const dims: Vec3 = [slices[0]![0]!.length, slices[0]!.length, slices.length];
  return { data: Uint8Array.from(slices.flat().join(""), (c) => c === "#" ? 1 : 0), dims };
}
