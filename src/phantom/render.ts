import {
  checkIterations,
  defineKernel,
  type Gpu,
  type GpuArray,
  type Kernel,
  uniforms,
} from "../gpu/mod.ts";
import { keyWords, philoxWgsl } from "../random/mod.ts";
import type { Vec3 } from "../volume/mod.ts";
import blurWgsl from "./blur.wgsl" with { type: "text" };
import { listBricks, type SceneGrid } from "./bricks.ts";
import { modeTables } from "./modes.ts";
import renderWgsl from "./render.wgsl" with { type: "text" };
import { METAL_FLOATS, MODES, MOST_METALS, type Scene, WEIGHT_FLOATS } from "./scene.ts";
import { blurTaps, MOST_TAPS, noiseLeft } from "./taps.ts";

const paint = defineKernel({
  label: "phantom/render",
  code: philoxWgsl + renderWgsl,
  bindings: {
    frame: "uniform",
    columns: "read",
    rows: "read",
    terms: "read",
    objects: "read",
    starts: "read",
    entries: "read",
    tile: "read",
    hu: "write",
    labels: "write",
  },
});

const [blur, blurAndRound] = [0, 1].map((last) =>
  defineKernel({
    label: "phantom/blur",
    code: blurWgsl,
    bindings: { frame: "uniform", input: "read", output: "write" },
    constants: { last },
  })
) as [BlurKernel, BlurKernel];

type BlurKernel = Kernel<{ frame: "uniform"; input: "read"; output: "write" }>;

/** Voxels of a slab: a larger picture is made slab by slab. */
const LARGEST_SLAB = 2 ** 24;

/** A scene's picture. */
export interface Picture {
  /** HU, x fastest. */
  readonly ct: Int16Array<ArrayBuffer>;
  /** Labels at the voxels' middles. */
  readonly labels: Uint8Array<ArrayBuffer>;
}

/**
 * Scans a scene.
 *
 * HU: what covers each voxel (see render.wgsl); plus texture times 0.8 of the tile and 0.5 of a normal, plus noise, full on the body's axis and 0.6
 * of it outside, plus streaks; blurred along x, y, z; rounded and clamped to -1024 to 3071. Normals come from Philox: block
 * floor(x / 2) + 2 ceil(nx / 4) (y + ny z) of the scene's key gives voxels x and x + 1 noise (normals 0 and 2 of the block) and texture (1 and
 * 3). Labels are exact: the last object painted over the voxel's middle.
 *
 * @param gpu Where.
 * @param scene What.
 * @param grid Voxels; any size, made in slabs.
 * @returns HU and labels.
 * @throws {RangeError} If a brick's list is too long for a software adapter, or a slice too large for the GPU.
 */
export async function renderScene(gpu: Gpu, scene: Scene, grid: SceneGrid): Promise<Picture> {
  const [nx, ny, nz] = grid.dims;
  const slice = nx * ny;
  const ct = new Int16Array(slice * nz);
  const labels = new Uint8Array(slice * nz);
  const halo = blurTaps(scene.scanner.blur, grid.spacing[2]).length - 1;
  const thick = Math.max(1, Math.floor(LARGEST_SLAB / slice) - 2 * halo);
  for (let first = 0; first < nz; first += thick) {
    const end = Math.min(nz, first + thick);
    const from = Math.max(0, first - halo);
    const slab = { from, slices: Math.min(nz, end + halo) - from, first, end };
    const part = await renderSlab(gpu, scene, grid, slab);
    ct.set(part.ct, slice * first);
    labels.set(part.labels, slice * first);
  }
  return { ct, labels };
}

/** Slices that are sampled, and those of them that come out. */
interface Slab {
  readonly from: number;
  readonly slices: number;
  readonly first: number;
  readonly end: number;
}

async function renderSlab(
  gpu: Gpu,
  scene: Scene,
  grid: SceneGrid,
  slab: Slab,
): Promise<Picture> {
  const { spacing } = grid;
  const dims: Vec3 = [grid.dims[0], grid.dims[1], slab.slices];
  const fours = Math.ceil(dims[0] / 4);
  const all = fours * dims[1] * dims[2];
  using held = new DisposableStack();
  const [one, two] = [0, 1].map(() => held.use(gpu.allocate(16 * all, "phantom"))) as [
    GpuArray,
    GpuArray,
  ];
  const kinds = held.use(gpu.allocate(4 * all, "phantom's labels"));
  paintSlab(gpu, scene, { grid, dims, slab }, { hu: one, labels: kinds, held });
  let [input, output] = [one, two];
  for (const axis of [0, 1, 2] as const) {
    const taps = blurTaps(scene.scanner.blur, spacing[axis]);
    const step = [1, 4 * fours, 4 * fours * dims[1]][axis]!;
    gpu.dispatch(axis === 2 ? blurAndRound : blur, {
      frame: uniforms(
        {
          u32: [
            all,
            step,
            dims[axis],
            axis === 0 ? 4 * fours : dims[axis],
            taps.length - 1,
            0,
            0,
            0,
          ],
        },
        { f32: Array.from({ length: 4 * MOST_TAPS }, (_, i) => i % 4 ? 0 : taps[i / 4] ?? 0) },
      ),
      input,
      output,
    }, gpu.workgroups(all, 64));
    [input, output] = [output, input];
  }
  const staged = gpu.stage(input, Int16Array, 4 * all);
  const labels = await gpu.read(kinds, Uint8Array);
  await staged.ready();
  const rows = dims[1] * (slab.end - slab.first);
  const first = dims[1] * (slab.first - slab.from);
  return {
    ct: unpadded(await staged.take(), dims[0], { first, rows }),
    labels: unpadded(labels, dims[0], { first, rows }),
  };
}

/** Some of the rows of a picture without the padding that makes each a whole number of fours. */
function unpadded<A extends Int16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>(
  padded: A,
  length: number,
  { first, rows }: { readonly first: number; readonly rows: number },
): A {
  const stride = 4 * Math.ceil(length / 4);
  if (stride === length) return padded.subarray(first * stride, (first + rows) * stride) as A;
  const values = new (padded.constructor as new (length: number) => A)(rows * length);
  for (let row = 0; row < rows; row++) {
    const start = (first + row) * stride;
    values.set(padded.subarray(start, start + length), row * length);
  }
  return values;
}

function paintSlab(
  gpu: Gpu,
  scene: Scene,
  { grid, dims, slab }: {
    readonly grid: SceneGrid;
    readonly dims: Vec3;
    readonly slab: Slab;
  },
  { hu, labels, held }: {
    readonly hu: GpuArray;
    readonly labels: GpuArray;
    readonly held: DisposableStack;
  },
): void {
  const { spacing, origin } = grid;
  const low: Vec3 = [origin[0], origin[1], origin[2] + slab.from * spacing[2]];
  const lists = listBricks(scene, { dims, spacing, origin: low });
  checkIterations(paint.label, 2 * lists.most + 30);
  const places = grid.dims.map((n, axis) =>
    Float64Array.from({ length: n }, (_, i) => origin[axis]! + i * spacing[axis]!)
  );
  const [alongX, alongY, alongZ] = modeTables(scene, places) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const fours = Math.ceil(dims[0] / 4);
  const columns = new Float32Array(4 * fours * MODES);
  alongX.forEach((factor, i) => {
    columns[4 * fours * (i % MODES) + Math.floor(i / MODES)] = factor;
  });
  const rows = new Float32Array(alongY.length + alongZ.length);
  rows.set(alongY);
  rows.set(alongZ, alongY.length);
  const upload = (data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>) =>
    held.use(gpu.upload(data, "phantom's scene"));
  gpu.dispatch(paint, {
    frame: frameOf(scene, grid, { dims, firstSlice: slab.from }),
    columns: upload(columns),
    rows: upload(rows),
    terms: upload(scene.terms),
    objects: upload(objectsOf(scene)),
    starts: upload(lists.starts),
    entries: upload(lists.entries),
    tile: upload(scene.tile),
    hu,
    labels,
  }, lists.bricks);
}

function frameOf(
  { pose, weights, metals, scanner }: Scene,
  { origin, spacing }: SceneGrid,
  { dims, firstSlice }: { readonly dims: Vec3; readonly firstSlice: number },
): Uint8Array<ArrayBuffer> {
  const { seedLow, seedHigh, streamLow, streamHigh } = keyWords(scanner.key);
  const left = spacing.reduce((share, mm) => share * noiseLeft(blurTaps(scanner.blur, mm)), 1);
  const metal = new Float32Array(METAL_FLOATS * MOST_METALS);
  metal.set(metals);
  const perMode = new Float32Array(8 * MODES);
  for (let m = 0; m < MODES; m++) {
    const [start, end] = [WEIGHT_FLOATS * m, WEIGHT_FLOATS * m + 7];
    perMode.set(weights.subarray(start, start + 3), 8 * m);
    perMode.set(weights.subarray(start + 3, end), 8 * m + 4);
  }
  return uniforms(
    { f32: [...pose, ...origin] },
    { u32: [firstSlice] },
    { f32: [...spacing, 0] },
    { u32: [...dims, Math.ceil(dims[0] / 4), seedLow, seedHigh, streamLow, streamHigh] },
    { f32: [...scanner.reach, scanner.noise / left] },
    { u32: [metals.length / METAL_FLOATS] },
    { f32: metal },
    { f32: perMode },
  );
}

/** Objects as the kernel's struct: 12 words, four of bump, HU, slope, texture, kind, first term, padding. */
function objectsOf({ tissues, kinds, firstTerms }: Scene): Float32Array<ArrayBuffer> {
  const objects = new Float32Array(12 * kinds.length);
  const words = new Uint32Array(objects.buffer);
  kinds.forEach((kind, i) => {
    objects.set(tissues.subarray(8 * i, 8 * i + 7), 12 * i);
    words[12 * i + 7] = kind;
    words[12 * i + 8] = firstTerms[i]!;
  });
  return objects;
}
