import type { Scene, SceneGrid } from "../src/phantom/mod.ts";
import { normalAt } from "../src/random/mod.ts";
import { voxelCount } from "../src/volume/mod.ts";

/** Voxels along each side of the blocks whose objects are looked up together. */
const BLOCK = 8;

/** A point in the scanner and in the body, mm, and the four surface fields there. */
interface Place {
  readonly scanner: readonly number[];
  readonly body: readonly number[];
  readonly fields: readonly number[];
}

/** A scene's picture. */
export interface PictureReference {
  /** HU, x fastest. */
  readonly ct: Int16Array<ArrayBuffer>;
  /** Labels at the voxels' middles. */
  readonly labels: Uint8Array<ArrayBuffer>;
}

/**
 * Scans a scene in f64, the oracle of the phantom's kernels: cover of each voxel from the distance to each object and its gradient, labels from
 * the last object over a voxel's middle, texture, noise, streaks, blur, rounding.
 *
 * @param scene The body, see `Scene`.
 * @param grid Voxels.
 * @returns HU and labels.
 */
export function phantomReference(scene: Scene, grid: SceneGrid): PictureReference {
  const [nx, ny, nz] = grid.dims;
  const values = new Float64Array(voxelCount(grid.dims));
  const labels = new Uint8Array(values.length);
  for (let z0 = 0; z0 < nz; z0 += BLOCK) {
    for (let y0 = 0; y0 < ny; y0 += BLOCK) {
      for (let x0 = 0; x0 < nx; x0 += BLOCK) paintBlock(scene, grid, [x0, y0, z0], values, labels);
    }
  }
  addNoise(scene, grid, values);
  const blurred = [0, 1, 2].reduce((field, axis) => blur(field, scene, grid, axis), values);
  const ct = Int16Array.from(
    blurred,
    (value) => Math.min(3071, Math.max(-1024, Math.floor(value + 0.5))),
  );
  return { ct, labels };
}

function placeOf({ pose, waves, weights }: Scene, p: readonly number[]): Place {
  const body = [0, 1, 2].map((i) =>
    pose[4 * i]! * p[0]! + pose[4 * i + 1]! * p[1]! + pose[4 * i + 2]! * p[2]! + pose[4 * i + 3]!
  );
  const fields = [0, 0, 0, 0];
  for (let m = 0; m < waves.length / 6; m++) {
    let factor = 1;
    for (let axis = 0; axis < 3; axis++) {
      factor *= Math.cos(waves[6 * m + axis]! * p[axis]! + waves[6 * m + 3 + axis]!);
    }
    for (let i = 0; i < 3; i++) body[i]! += weights[8 * m + i]! * factor;
    for (let f = 0; f < 4; f++) fields[f]! += weights[8 * m + 3 + f]! * factor;
  }
  return { scanner: p, body, fields };
}

function paintBlock(
  scene: Scene,
  { dims, spacing, origin }: SceneGrid,
  first: readonly number[],
  values: Float64Array,
  labels: Uint8Array,
): void {
  const last = first.map((n, axis) => Math.min(dims[axis]!, n + BLOCK));
  const places: [index: number, place: Place][] = [];
  for (let z = first[2]!; z < last[2]!; z++) {
    for (let y = first[1]!; y < last[1]!; y++) {
      for (let x = first[0]!; x < last[0]!; x++) {
        const p = [x, y, z].map((n, axis) => origin[axis]! + n * spacing[axis]!);
        places.push([x + dims[0] * (y + dims[1] * z), placeOf(scene, p)]);
      }
    }
  }
  const objects = objectsNear(scene, places.map(([, place]) => place), 3 * Math.max(...spacing));
  for (const [index, place] of places) {
    let left = 1;
    let value = 0;
    let texture = 0;
    let label: number | undefined;
    for (const object of objects) {
      const { far, cover } = lookAt(scene, object, place, spacing);
      const share = left * cover;
      const { kinds, tissues } = scene;
      const y = (kinds[object]! >= 256 ? place.scanner : place.body)[1]!;
      value += share * (tissues[8 * object + 4]! + tissues[8 * object + 5]! * y);
      texture += share * tissues[8 * object + 6]!;
      left -= share;
      if (far <= 0) label ??= kinds[object]! & 255;
      if (label !== undefined && left === 0) break;
    }
    labels[index] = label ?? 0;
    values[index] = value - 1000 * left + texture * 0.8 * tileAt(scene.tile, place.body) +
      streaks(scene.metals, place.scanner);
    // The fine part of the texture is added with the noise, from the same block of words.
    values[index]! += 0.5 * texture * fineTexture(scene, dims, index);
  }
}

/** Which normal of the scene's key a voxel's noise is; its texture's is the next. */
function normalOf(dims: SceneGrid["dims"], index: number): number {
  const x = index % dims[0];
  const row = Math.floor(index / dims[0]);
  const block = Math.floor(x / 2) + 2 * Math.ceil(dims[0] / 4) * row;
  return 4 * block + 2 * (x % 2);
}

function fineTexture({ scanner }: Scene, dims: SceneGrid["dims"], index: number): number {
  return normalAt(scanner.key, normalOf(dims, index) + 1);
}

/** Objects whose boxes any of some places is in, or nearly so, the last painted first. */
function objectsNear(
  { boxes, kinds }: Scene,
  places: readonly Place[],
  margin: number,
): number[] {
  const bounds = (of: (place: Place) => readonly number[]) =>
    [0, 1, 2].map((axis) => {
      let [low, high] = [Infinity, -Infinity];
      for (const place of places) {
        low = Math.min(low, of(place)[axis]!);
        high = Math.max(high, of(place)[axis]!);
      }
      return [low - margin, high + margin] as const;
    });
  const body = bounds(({ body }) => body);
  const scanner = bounds(({ scanner }) => scanner);
  const near: number[] = [];
  for (let object = kinds.length - 1; object >= 0; object--) {
    const where = kinds[object]! >= 256 ? scanner : body;
    const meets = where.every(([low, high], axis) =>
      boxes[6 * object + axis]! <= high && boxes[6 * object + 3 + axis]! >= low
    );
    if (meets) near.push(object);
  }
  return near;
}

/** The largest distance to an object's terms, and how much of the voxel it covers. */
function lookAt(
  { terms, firstTerms, tissues, kinds }: Scene,
  object: number,
  place: Place,
  spacing: readonly number[],
): { far: number; cover: number } {
  const at = kinds[object]! >= 256 ? place.scanner : place.body;
  let bump = 0;
  for (let f = 0; f < 4; f++) bump += tissues[8 * object + f]! * place.fields[f]!;
  let far = -Infinity;
  let cover = 1;
  for (let t = firstTerms[object]!; t < firstTerms[object + 1]!; t++) {
    const { s, slope } = distance(terms.subarray(20 * t, 20 * t + 20), at, spacing);
    far = Math.max(far, s - bump);
    cover = Math.min(cover, Math.max(0, 0.5 - (s - bump) / Math.max(slope, 1e-6)));
  }
  return { far, cover };
}

function distance(
  term: Float32Array,
  at: readonly number[],
  spacing: readonly number[],
): { s: number; slope: number } {
  // In scalars: arrays here, in the innermost loop, take ten times as long.
  const along = within(rowOf(term, 8, at), term[14]! + 1);
  const width = 1 + along * (term[16]! + term[17]! * along);
  const dx = beyond((rowOf(term, 0, at) + term[18]! * along * along) * width, term[12]!);
  const dy = beyond(rowOf(term, 4, at) * width, term[13]!);
  const dz = beyond(rowOf(term, 8, at), term[14]!);
  const n = Math.sqrt(dx * dx + dy * dy + dz * dz);
  const scale = term[15]!;
  const steepness = scale / Math.max(n, 1e-6);
  let squares = 0;
  for (let axis = 0; axis < 3; axis++) {
    const change = width * (dx * term[axis]! + dy * term[4 + axis]!) + dz * term[8 + axis]!;
    squares += (spacing[axis]! * steepness * change) ** 2;
  }
  return { s: n * scale - term[19]!, slope: Math.sqrt(squares) };
}

/** A row of a term's affine map. */
function rowOf(term: Float32Array, row: number, [x, y, z]: readonly number[]): number {
  return term[row]! * x! + term[row + 1]! * y! + term[row + 2]! * z! + term[row + 3]!;
}

function within(value: number, most: number): number {
  return Math.min(most, Math.max(-most, value));
}

function beyond(value: number, most: number): number {
  return value - within(value, most);
}

/** Trilinear between the tile's places, 6 mm apart. */
function tileAt(tile: Float32Array, body: readonly number[]): number {
  const low = body.map((mm) => Math.floor(mm / 6));
  const t = body.map((mm, axis) => mm / 6 - low[axis]!);
  const wrap = (n: number) => (n % 32 + 32) % 32;
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) {
    const step = [corner & 1, corner >> 1 & 1, corner >> 2];
    const weight = step.reduce((w, s, axis) => w * (s ? t[axis]! : 1 - t[axis]!), 1);
    const [i, j, k] = step.map((s, axis) => wrap(low[axis]! + s)) as [number, number, number];
    sum += weight * tile[i + 32 * (j + 32 * k)]!;
  }
  return sum;
}

/** Streaks around metal, from the angle itself. */
function streaks(metals: Float32Array, [x, y, z]: readonly number[]): number {
  let sum = 0;
  for (let m = 0; m < metals.length; m += 8) {
    const [mx, my, low, high, hu, radius, cos, sin] = metals.subarray(
      m,
      m + 8,
    ) as unknown as number[];
    const [dx, dy] = [x! - mx!, y! - my!];
    const r = Math.hypot(dx, dy);
    const two = 2 * Math.atan2(dy, dx) + Math.atan2(sin!, cos!);
    // Nearer than 1 mm the waves lose height with the powers of the distance.
    const height = Math.min(1, r);
    const pattern = 0.5 * height ** 2 * Math.cos(two) + 0.4 * height ** 4 * Math.sin(2 * two) +
      0.6 * height ** 8 * Math.cos(4 * two) + 0.6 * height ** 16 * Math.sin(8 * two);
    const inside = Math.min(1, Math.max(0, Math.min(z! - low!, high! - z!) / 12 + 1));
    sum += hu! * pattern * inside * radius! / (radius! + r);
  }
  return sum;
}

function taps(sd: number, spacing: number): number[] {
  const radius = Math.min(16, Math.ceil(3 * sd / spacing));
  const weights = Array.from(
    { length: 2 * radius + 1 },
    (_, k) => radius === 0 ? 1 : Math.exp(-(((k - radius) * spacing / sd) ** 2) / 2),
  );
  const total = weights.reduce((sum, w) => sum + w, 0);
  return weights.map((w) => w / total);
}

function addNoise({ scanner }: Scene, grid: SceneGrid, values: Float64Array): void {
  const { dims, spacing, origin } = grid;
  let left = 1;
  for (const mm of spacing) left *= Math.hypot(...taps(scanner.blur, mm));
  for (let i = 0; i < values.length; i++) {
    const x = (origin[0] + i % dims[0] * spacing[0]) / scanner.reach[0];
    const y = (origin[1] + Math.floor(i / dims[0]) % dims[1] * spacing[1]) / scanner.reach[1];
    const sigma = scanner.noise / left * (0.6 + 0.4 * Math.max(0, 1 - x * x - y * y));
    values[i]! += sigma * normalAt(scanner.key, normalOf(dims, i));
  }
}

function blur(
  field: Float64Array<ArrayBuffer>,
  { scanner }: Scene,
  { dims, spacing }: SceneGrid,
  axis: number,
): Float64Array<ArrayBuffer> {
  const weights = taps(scanner.blur, spacing[axis]!);
  const radius = (weights.length - 1) / 2;
  const step = dims.slice(0, axis).reduce((product, n) => product * n, 1);
  const length = dims[axis]!;
  return field.map((_, i) => {
    const place = Math.floor(i / step) % length;
    let sum = 0;
    weights.forEach((w, k) => {
      const other = Math.min(length - 1, Math.max(0, place + k - radius));
      sum += w * field[i + (other - place) * step]!;
    });
    return sum;
  });
}
