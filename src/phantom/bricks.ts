import { modeTables } from "./modes.ts";
import { MODES, MOST_TERMS, RIGID, type Scene, TERM_FLOATS, WEIGHT_FLOATS } from "./scene.ts";
import type { Vec3 } from "../volume/mod.ts";

/** Voxels along each side of a brick. */
export const BRICK = 4;

/** Bricks along each side of a block, within which candidates are gathered first. */
const BLOCK = 4;

/** Room for the rounding of f32 coordinates and terms, mm. */
const ROUNDING = 0.01;

/** A box of voxels of a scene's picture. */
export interface SceneGrid {
  /** Voxels along x, y, z. */
  readonly dims: Vec3;
  /** mm between voxels. */
  readonly spacing: Vec3;
  /** Where the middle of voxel (0, 0, 0) lies in the scanner, mm. */
  readonly origin: Vec3;
}

/** Which objects may be met in each brick. */
export interface BrickLists {
  /** Bricks along x, y, z. */
  readonly bricks: Vec3;
  /** First entry of each brick, x fastest, and one more for the end. */
  readonly starts: Uint32Array<ArrayBuffer>;
  /**
   * Object times 256, plus a bit for each of its terms that must be looked at; the rest hold in the whole brick. From the last painted object
   * to the first one that fills the brick.
   */
  readonly entries: Uint32Array<ArrayBuffer>;
  /** The longest brick's evaluations of terms. */
  readonly most: number;
}

/** A box in the body: middle and half-lengths, mm. */
interface Box {
  readonly middle: [number, number, number];
  readonly half: [number, number, number];
}

/**
 * Lists, for each brick of 4 x 4 x 4 voxels, the objects that some point of its voxels may lie in, by interval arithmetic: no object
 * is left out that could be met.
 *
 * @param scene The body.
 * @param grid The voxels.
 * @returns The lists.
 */
export function listBricks(scene: Scene, grid: SceneGrid): BrickLists {
  const bricks = grid.dims.map((n) => Math.ceil(n / BRICK)) as unknown as Vec3;
  const blocks = bricks.map((n) => Math.ceil(n / BLOCK)) as unknown as Vec3;
  const boxOf = boxes(scene, grid, BRICK);
  const blockOf = boxes(scene, grid, BRICK * BLOCK);
  const bumps = largestBumps(scene);
  const voxel = Math.max(...grid.spacing);
  const lists: Uint32Array[] = new Array(bricks[0] * bricks[1] * bricks[2]);
  let total = 0;
  let most = 0;
  const all = Array.from(bumps, (_, i) => (bumps.length - 1 - i) * 256 + 255);
  forEach(blocks, (bx, by, bz) => {
    const candidates = meet(scene, { bumps, voxel, candidates: all }, blockOf(bx, by, bz)).entries;
    const last = (axis: 0 | 1 | 2, block: number) => Math.min(bricks[axis], (block + 1) * BLOCK);
    for (let z = bz * BLOCK; z < last(2, bz); z++) {
      for (let y = by * BLOCK; y < last(1, by); y++) {
        for (let x = bx * BLOCK; x < last(0, bx); x++) {
          const { entries, terms } = meet(scene, { bumps, voxel, candidates }, boxOf(x, y, z));
          lists[x + bricks[0] * (y + bricks[1] * z)] = Uint32Array.from(entries);
          total += entries.length;
          most = Math.max(most, terms + entries.length);
        }
      }
    }
  });
  const starts = new Uint32Array(lists.length + 1);
  const entries = new Uint32Array(total);
  let end = 0;
  lists.forEach((list, i) => {
    entries.set(list, end);
    end += list.length;
    starts[i + 1] = end;
  });
  return { bricks, starts, entries, most };
}

function forEach([nx, ny, nz]: Vec3, visit: (x: number, y: number, z: number) => void): void {
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++) visit(x, y, z);
    }
  }
}

/** Where in the scanner and in the body the middles of the cube of `side` voxels number (x, y, z) lie. */
function boxes(scene: Scene, { dims, spacing, origin }: SceneGrid, side: number) {
  const half = spacing.map((mm) => mm * (side - 1) / 2 + ROUNDING) as unknown as Vec3;
  const middles = dims.map((n, axis) =>
    Float64Array.from(
      { length: Math.ceil(n / side) },
      (_, i) => origin[axis]! + ((i + 0.5) * side - 0.5) * spacing[axis]!,
    )
  );
  const [tx, ty, tz] = modeTables(scene, middles) as [Float64Array, Float64Array, Float64Array];
  const { pose, weights, waves } = scene;
  const bodyHalf = [0, 1, 2].map((i) => {
    let sum = 0;
    for (let axis = 0; axis < 3; axis++) sum += Math.abs(pose[4 * i + axis]!) * half[axis]!;
    for (let m = 0; m < MODES; m++) {
      let change = 0;
      for (let axis = 0; axis < 3; axis++) change += Math.abs(waves[6 * m + axis]!) * half[axis]!;
      // A product of cosines changes by no more than its phases do, and by 2 at most.
      sum += Math.abs(weights[WEIGHT_FLOATS * m + i]!) * Math.min(2, change);
    }
    return sum + ROUNDING;
  }) as [number, number, number];
  return (x: number, y: number, z: number): { body: Box; scanner: Box } => {
    const p = [middles[0]![x]!, middles[1]![y]!, middles[2]![z]!] as [number, number, number];
    const q: [number, number, number] = [0, 0, 0];
    for (let i = 0; i < 3; i++) {
      q[i] = pose[4 * i]! * p[0] + pose[4 * i + 1]! * p[1] + pose[4 * i + 2]! * p[2] +
        pose[4 * i + 3]!;
    }
    for (let m = 0; m < MODES; m++) {
      const product = tx[MODES * x + m]! * ty[MODES * y + m]! * tz[MODES * z + m]!;
      for (let i = 0; i < 3; i++) q[i]! += weights[WEIGHT_FLOATS * m + i]! * product;
    }
    return {
      body: { middle: q, half: bodyHalf },
      scanner: { middle: p, half: [half[0], half[1], half[2]] },
    };
  };
}

/** How far the surface fields can move each object's surface, mm. */
function largestBumps({ tissues, weights, kinds }: Scene): Float64Array {
  const largest = [0, 0, 0, 0];
  for (let m = 0; m < MODES; m++) {
    for (let f = 0; f < 4; f++) largest[f]! += Math.abs(weights[WEIGHT_FLOATS * m + 3 + f]!);
  }
  return Float64Array.from(kinds, (_, object) => {
    let sum = 0;
    for (let f = 0; f < 4; f++) sum += Math.abs(tissues[8 * object + f]!) * largest[f]!;
    return sum;
  });
}

/** Of entries in order, those that a box may meet, up to the first that fills it. */
function meet(
  { terms, firstTerms, kinds, boxes }: Scene,
  { bumps, candidates, voxel }: {
    readonly bumps: Float64Array;
    readonly candidates: ArrayLike<number>;
    /** The longest side of a voxel, mm. */
    readonly voxel: number;
  },
  { body, scanner }: { readonly body: Box; readonly scanner: Box },
): { entries: number[]; terms: number } {
  const entries: number[] = [];
  let evaluations = 0;
  for (let c = 0; c < candidates.length; c++) {
    const entry = candidates[c]!;
    const object = entry >>> 8;
    const box = kinds[object]! & RIGID ? scanner : body;
    const bump = bumps[object]!;
    // Beside a long thin shape its gradient is short, and what counts as half a voxel is more than one.
    if (apart(boxes, 6 * object, box, 3 * voxel)) continue;
    let mask = 0;
    let missed = false;
    const first = firstTerms[object]!;
    const count = firstTerms[object + 1]! - first;
    for (let t = 0; t < count; t++) {
      if (!(entry >>> t & 1)) continue;
      bound(terms, TERM_FLOATS * (first + t), box);
      // The largest distance at which a surface still cuts a voxel.
      const reach = voxel / 2 * steepest + bump + ROUNDING;
      if (lowest > reach) {
        missed = true;
        break;
      }
      if (highest > -reach) mask |= 1 << t;
    }
    if (missed) continue;
    entries.push(object * 256 + mask);
    for (let t = 0; t < MOST_TERMS; t++) evaluations += mask >>> t & 1;
    if (mask === 0) break;
  }
  return { entries, terms: evaluations };
}

function apart(boxes: Float32Array, at: number, { middle, half }: Box, more: number): boolean {
  for (let axis = 0; axis < 3; axis++) {
    const reach = half[axis]! + more;
    if (middle[axis]! + reach < boxes[at + axis]!) return true;
    if (middle[axis]! - reach > boxes[at + 3 + axis]!) return true;
  }
  return false;
}

/** Bounds that {@linkcode bound} found, and the most that s changes by over a mm. */
let lowest = 0;
let highest = 0;
let steepest = 1;

/** Bounds of a term's s in a box, by interval arithmetic, into `lowest`, `highest` and `steepest`. */
function bound(terms: Float32Array, at: number, { middle: [x, y, z], half: [hx, hy, hz] }: Box) {
  const low = [0, 0, 0];
  const high = [0, 0, 0];
  for (let i = 0; i < 3; i++) {
    const k = at + 4 * i;
    const [a, b, c] = [terms[k]!, terms[k + 1]!, terms[k + 2]!];
    const value = a * x + b * y + c * z + terms[k + 3]!;
    const reach = Math.abs(a) * hx + Math.abs(b) * hy + Math.abs(c) * hz;
    low[i] = value - reach;
    high[i] = value + reach;
  }
  const taper = terms[at + 16]!;
  const barrel = terms[at + 17]!;
  const bend = terms[at + 18]!;
  steepest = 1;
  if (taper !== 0 || barrel !== 0 || bend !== 0) {
    const end = terms[at + 14]! + 1;
    const z0 = Math.min(end, Math.max(-end, low[2]!));
    const z1 = Math.min(end, Math.max(-end, high[2]!));
    const straddles = z0 < 0 && z1 > 0;
    const [s0, s1] = [straddles ? 0 : Math.min(z0 * z0, z1 * z1), Math.max(z0 * z0, z1 * z1)];
    low[0]! += Math.min(bend * s0, bend * s1);
    high[0]! += Math.max(bend * s0, bend * s1);
    const at0 = 1 + z0 * (taper + barrel * z0);
    const at1 = 1 + z1 * (taper + barrel * z1);
    let [k0, k1] = [Math.min(at0, at1), Math.max(at0, at1)];
    const turn = -taper / (2 * barrel);
    if (barrel !== 0 && turn > z0 && turn < z1) {
      const there = 1 + turn * (taper + barrel * turn);
      [k0, k1] = [Math.min(k0, there), Math.max(k1, there)];
    }
    steepest = Math.max(1, Math.abs(k0), Math.abs(k1));
    for (let i = 0; i < 2; i++) {
      const [a, b] = [low[i]!, high[i]!];
      low[i] = Math.min(a * k0, a * k1, b * k0, b * k1);
      high[i] = Math.max(a * k0, a * k1, b * k0, b * k1);
    }
  }
  let [near, far] = [0, 0];
  for (let i = 0; i < 3; i++) {
    const h = terms[at + 12 + i]!;
    const above = Math.max(0, low[i]! - h, -high[i]! - h);
    const below = Math.max(0, high[i]! - h, -low[i]! - h);
    near += above * above;
    far += below * below;
  }
  const scale = terms[at + 15]!;
  const radius = terms[at + 19]!;
  const [a, b] = [Math.sqrt(near) * scale - radius, Math.sqrt(far) * scale - radius];
  lowest = Math.min(a, b);
  highest = Math.max(a, b);
}
