type Triple = readonly [number, number, number];

/**
 * Labels of a finer grid from class sums of a coarse one, in f64: the oracle of the kernel `nn/interpolate-labels`. Each voxel's sums are
 * divided by their total, interpolated linearly between voxels' middles, beyond the outer ones the edge's; the first of the largest wins.
 *
 * @param sums [z, y, x, class] of the coarse grid.
 * @param dims Voxels of the coarse grid along x, y, z.
 * @param classes Sums a voxel.
 * @param fine Voxels of the finer grid along x, y, z, the place of the first one on the coarse grid, and the step from one to the next.
 * @returns One label a voxel, x fastest.
 */
export function interpolateLabelsReference(
  sums: Float32Array,
  dims: Triple,
  classes: number,
  fine: { readonly dims: Triple; readonly first: Triple; readonly step: Triple },
): Uint8Array<ArrayBuffer> {
  const [nx, ny] = dims;
  const [mx, my, mz] = fine.dims;
  const [alongX, alongY, alongZ] = [0, 1, 2].map((axis) =>
    neighbours(fine.dims[axis]!, fine.first[axis]!, fine.step[axis]!, dims[axis]!)
  ) as [Neighbour[][], Neighbour[][], Neighbour[][]];
  const labels = new Uint8Array(mx * my * mz);
  const means = new Float64Array(classes);
  let to = 0;
  for (const zs of alongZ) {
    for (const ys of alongY) {
      for (const xs of alongX) {
        means.fill(0);
        for (const z of zs) {
          for (const y of ys) {
            for (const x of xs) {
              const at = classes * (x.index + nx * (y.index + ny * z.index));
              const own = sums.subarray(at, at + classes);
              const total = own.reduce((sum, value) => sum + value, 0);
              const weight = x.weight * y.weight * z.weight / total;
              own.forEach((value, c) => means[c]! += weight * value);
            }
          }
        }
        labels[to++] = means.indexOf(Math.max(...means));
      }
    }
  }
  return labels;
}

interface Neighbour {
  readonly index: number;
  readonly weight: number;
}

/** The coarse voxels on both sides of each fine one along an axis. */
function neighbours(count: number, first: number, step: number, n: number): Neighbour[][] {
  return Array.from({ length: count }, (_, i) => {
    const at = Math.min(n - 1, Math.max(0, first + i * step));
    const low = Math.floor(at);
    const high = { index: low + 1, weight: at - low };
    return [{ index: low, weight: 1 - high.weight }, ...high.weight > 0 ? [high] : []];
  });
}
