import {
  type ConnectedComponents,
  connectedComponents,
  type PackedMask,
  threshold,
} from "../morphology/mod.ts";
import type { Vec3 } from "../volume/mod.ts";
import type { Work } from "./_work.ts";

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

/**
 * Which of the thick bright places are contrast agent: no brighter than blood can be, and without a shell that is brighter than the
 * middle.
 *
 * @param work The CT.
 * @param cores Middles of thick bright places.
 * @returns Those cores that are contrast agent.
 */
export async function contrastPools(
  { gpu, hu, spacing }: Work,
  cores: PackedMask,
): Promise<PackedMask> {
  using regions = await connectedComponents(gpu, cores);
  const labels = await regions.readLabels();
  const isPool = Array.from(regions.sizes, (size, k) => {
    const voxels = voxelsOf(regions, k, labels, cores.dims, size);
    const median = Float32Array.from(voxels, (voxel) => hu[voxel]!).sort()[size >> 1]!;
    if (median >= SOLID_BONE) return false;
    let around = 0;
    let shell = 0;
    eachAround(voxels, labels, { dims: cores.dims, spacing }, (voxel) => {
      around++;
      if (hu[voxel]! > median + BRIGHTER) shell++;
    });
    return shell < SHELL * around;
  });
  return regions.select((k) => isPool[k]!);
}

type Box = [x0: number, y0: number, z0: number, x1: number, y1: number, z1: number];

/** The voxels of region k. */
function voxelsOf(
  { boxes }: ConnectedComponents,
  k: number,
  labels: Uint32Array,
  [nx, ny]: Vec3,
  size: number,
): Int32Array {
  const [x0, y0, z0, x1, y1, z1] = [0, 1, 2, 3, 4, 5].map((n) => boxes[6 * k + n]!) as Box;
  const voxels = new Int32Array(size);
  let found = 0;
  for (let z = z0; z <= z1; z++) {
    for (let y = y0; y <= y1; y++) {
      const row = nx * (y + ny * z);
      for (let x = x0; x <= x1; x++) if (labels[row + x] === k + 1) voxels[found++] = row + x;
    }
  }
  return voxels;
}

/** Calls for the voxels outside all regions that axis-parallel rays from some of their voxels meet within {@linkcode RING}. */
function eachAround(
  voxels: Int32Array,
  labels: Uint32Array,
  { dims, spacing }: { readonly dims: Vec3; readonly spacing: Vec3 },
  call: (voxel: number) => void,
): void {
  const strides = [1, dims[0], dims[0] * dims[1]];
  for (const i of voxels) {
    for (const axis of [0, 1, 2] as const) {
      const place = Math.floor(i / strides[axis]!) % dims[axis];
      const steps = Math.max(1, Math.floor(RING / spacing[axis]));
      for (const side of [-1, 1]) {
        for (let n = 1; n <= steps; n++) {
          const at = place + side * n;
          const voxel = i + side * n * strides[axis]!;
          if (at < 0 || at >= dims[axis] || labels[voxel] !== 0) break;
          call(voxel);
        }
      }
    }
  }
}

/**
 * Sorts bright regions (6-connected): bones are the largest, and all others with cortex; of the rest, what is small may be a splinter
 * of bone that thin cortex cuts off.
 *
 * @param work The CT.
 * @param bright The regions.
 * @returns The bones' voxels, and those of bones and splinters.
 */
export async function bonesAndSplinters(
  { gpu, image, spacing }: Work,
  bright: PackedMask,
): Promise<{ bones: PackedMask; both: PackedMask }> {
  using regions = await connectedComponents(gpu, bright, { connectivity: 6 });
  using dense = threshold(gpu, image, { min: CORTEX });
  const cortex = await regions.countIn(dense);
  const millilitres = Array.from(
    regions.sizes,
    (size) => size * spacing[0] * spacing[1] * spacing[2] / 1000,
  );
  const isBone = Array.from(
    regions.sizes,
    (size, k) => k === 0 || millilitres[k]! >= SMALLEST && cortex[k]! >= CORTEX_SHARE * size,
  );
  return {
    bones: regions.select((k) => isBone[k]!),
    both: regions.select((k) => isBone[k]! || millilitres[k]! <= SPLINTER),
  };
}
