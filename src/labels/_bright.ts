import { components } from "../morphology/mod.ts";
import type { Vec3 } from "../volume/mod.ts";
import type { Mask } from "./_work.ts";

/** HU: blood with contrast agent is below, except in the arteries for seconds; solid bone is above. */
const SOLID_BONE = 345;
/** mm from a core to look for the bone's cortex. */
const RING = 7;
/** HU that cortex is brighter than the marrow. */
const BRIGHTER = 50;
/** Share of what lies around marrow that is cortex, at least. */
const SHELL = 0.1;
/** HU of cortex, also where a thin one fills a part of its voxels. */
const CORTEX = 300;
/** Share of cortex in a bone, at least: noise alone makes less. */
const CORTEX_SHARE = 0.1;
/** mL: smaller pieces are chalk, clips and noise. */
const SMALLEST = 0.05;
/** mL: a kidney's rim and a vessel of some length are larger. */
const SPLINTER = 3;

interface Grid {
  readonly dims: Vec3;
  readonly spacing: Vec3;
}

/**
 * Which of the thick bright places are contrast agent: no brighter than blood can be, and without a shell that is brighter than the
 * middle.
 *
 * @param cores Middles of thick bright places.
 * @param hu The CT, x fastest.
 * @param grid Voxels and mm along x, y, z.
 * @returns Those cores that are contrast agent.
 */
export function contrastPools(cores: Mask, hu: ArrayLike<number>, grid: Grid): Mask {
  const { labels, sizes } = components(cores, grid.dims, { connectivity: 26 });
  const values = sizes.map((size) => new Float32Array(size));
  const filled = new Int32Array(sizes.length);
  for (let i = 0; i < cores.length; i++) {
    const k = labels[i]! - 1;
    if (k >= 0) values[k]![filled[k]!++] = hu[i]!;
  }
  const medians = values.map((own) => own.sort()[own.length >> 1]!);
  const around = new Float64Array(sizes.length);
  const shell = new Float64Array(sizes.length);
  eachAround(labels, grid, (i, k) => {
    around[k]!++;
    if (hu[i]! > medians[k]! + BRIGHTER) shell[k]!++;
  });
  const pool = medians.map((hu, k) => hu < SOLID_BONE && shell[k]! < SHELL * around[k]!);
  return cores.map((on, i) => on && pool[labels[i]! - 1] ? 1 : 0);
}

/** Calls for the voxels outside each region that axis-parallel rays from its surface meet within {@linkcode RING}. */
function eachAround(
  labels: Int32Array,
  { dims, spacing }: Grid,
  call: (voxel: number, region: number) => void,
): void {
  const strides = [1, dims[0], dims[0] * dims[1]];
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 0) continue;
    for (const axis of [0, 1, 2] as const) {
      const place = Math.floor(i / strides[axis]!) % dims[axis];
      const steps = Math.max(1, Math.floor(RING / spacing[axis]));
      for (const side of [-1, 1]) {
        for (let n = 1; n <= steps; n++) {
          const at = place + side * n;
          const voxel = i + side * n * strides[axis]!;
          if (at < 0 || at >= dims[axis] || labels[voxel] !== 0) break;
          call(voxel, labels[i]! - 1);
        }
      }
    }
  }
}

/**
 * Sorts bright regions (6-connected): bones are the largest, and all others with cortex; of the rest, what is small may be a splinter
 * of bone that thin cortex cuts off.
 *
 * @param bright The regions.
 * @param hu The CT, x fastest.
 * @param grid Voxels and mm along x, y, z.
 * @returns The bones' voxels, and those of bones and splinters.
 */
export function bonesAndSplinters(
  bright: Mask,
  hu: ArrayLike<number>,
  { dims, spacing }: Grid,
): { bones: Mask; both: Mask } {
  const { labels, sizes } = components(bright, dims, { connectivity: 6 });
  const cortex = new Float64Array(sizes.length);
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== 0 && hu[i]! >= CORTEX) cortex[labels[i]! - 1]!++;
  }
  const millilitres = sizes.map((size) => size * spacing[0] * spacing[1] * spacing[2] / 1000);
  const bone = sizes.map((size, k) =>
    k === 0 || millilitres[k]! >= SMALLEST && cortex[k]! >= CORTEX_SHARE * size
  );
  return {
    bones: bright.map((on, i) => on && bone[labels[i]! - 1] ? 1 : 0),
    both: bright.map((on, i) => {
      const k = labels[i]! - 1;
      return on && (bone[k] || millilitres[k]! <= SPLINTER) ? 1 : 0;
    }),
  };
}
