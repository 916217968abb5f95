import { assert, assertEquals, assertGreater, fail } from "@std/assert";
import { type AugmentedReference, augmentReference, itkAugment } from "../../reference/mod.ts";
import {
  augment,
  type Augmented,
  type Filter,
  OUTSIDE_HU,
  OUTSIDE_LABEL,
  OUTSIDE_WINDOWED,
  type Transform,
} from "../../src/augment/mod.ts";
import { type Gpu, selectAdapter } from "../../src/gpu/mod.ts";
import { RandomStream } from "../../src/random/mod.ts";
import { createVolume, type Vec3, type Volume, voxelCount } from "../../src/volume/mod.ts";
import { testAdapter, withGpu } from "../_gpu.ts";
import { testUnless } from "../_skip.ts";
import { imageOf, noiseImage, noiseLabels, source } from "./_volumes.ts";

/** A coordinate this near a face, or for labels near the middle between two voxels, may fall on either side. */
const NEAR = 1e-4;

/** One rounding of f32, in whichever direction the adapter rounds. */
const ROUNDING = 2 ** -23;

function drawDims(random: RandomStream, most: number): Vec3 {
  const draw = () => random.integer(6) === 0 ? 1 : 1 + random.integer(most);
  return [draw(), draw(), draw()];
}

/** Turns, reflections, scaling and shears about the middle, now and then far away or of very different scale. */
function drawTransform(
  random: RandomStream,
  dims: Vec3,
  shape: Vec3 = drawDims(random, 64),
): Transform {
  const kind = random.integer(8);
  const scale = kind === 0 ? random.uniform(0.02, 0.3) : kind === 1 ? random.uniform(1.5, 4) : 1;
  const turn = [0, 1, 2].map(() => random.uniform(-0.8, 0.8));
  const [cx, cy, cz] = turn.map(Math.cos) as [number, number, number];
  const [sx, sy, sz] = turn.map(Math.sin) as [number, number, number];
  const rotation = [
    [cy * cz, sx * sy * cz - cx * sz, cx * sy * cz + sx * sz],
    [cy * sz, sx * sy * sz + cx * cz, cx * sy * sz - sx * cz],
    [-sy, sx * cy, cx * cy],
  ];
  const matrix = rotation.flatMap((row, axis) => {
    const sign = random.integer(4) === 0 ? -1 : 1;
    const entries = row.map((v) => sign * scale * (v + random.uniform(-0.05, 0.05)));
    const middle = entries.reduce((sum, v, k) => sum + v * (shape[k]! - 1) / 2, 0);
    const away = kind === 2 ? 10 ** random.uniform(2, 8) : random.uniform(-4, 4);
    return [...entries, (dims[axis]! - 1) / 2 + away - middle];
  }).map(Math.fround);
  const key = { seed: random.uint32(), stream: random.uint32() };
  const low = random.uniform(-300, -100);
  return {
    shape,
    matrix,
    ...random.integer(2) === 0 && { noise: { sigma: random.uniform(0, 8), key } },
    ...random.integer(2) === 0 && { window: { low, high: low + random.uniform(300, 800) } },
  };
}

/** The largest difference between neighbours along each axis: what a voxel's shift along it can change at most. */
function slopes({ data, dims }: Volume): Vec3 {
  const [nx, ny] = dims;
  const along = (axis: 0 | 1 | 2) => {
    const stride = [1, nx, nx * ny][axis]!;
    let most = 0;
    for (let i = 0; i + stride < data.length; i++) {
      if (Math.floor(i / stride) % dims[axis] + 1 === dims[axis]) continue;
      most = Math.max(most, Math.abs(data[i + stride]! - data[i]!));
    }
    return most;
  };
  return [along(0), along(1), along(2)];
}

/** How far a coordinate is from the nearest middle between two voxels. */
function toMiddle(v: number): number {
  return Math.abs(v - Math.floor(v) - 0.5);
}

interface Tally {
  voxels: number;
  inside: number;
  nearFaces: number;
  nearMiddles: number;
}

/** What the references say of a result. */
type References = Readonly<Record<string, AugmentedReference>>;

/** The oracle's result, and ITK's where it is the same interpolation. */
async function referencesOf(
  transform: Transform,
  volume: Volume,
  labels: Uint8Array,
  filter: Filter,
): Promise<References> {
  const { matrix, shape, noise, window } = transform;
  const { data, dims } = volume;
  const options = {
    ...{ data, labels, dims, matrix, shape },
    ...noise && { noise: { sigma: noise.sigma, ...noise.key } },
    ...window && { window },
    outside: window ? OUTSIDE_WINDOWED : OUTSIDE_HU,
    outsideLabel: OUTSIDE_LABEL,
  };
  const oracle = augmentReference(options);
  return filter === "exact" ? { oracle, itk: await itkAugment(options) } : { oracle };
}

/**
 * Every voxel of a result against the references. The bound on the image comes from the coordinates: a sum of four products in f32 is
 * off by four roundings of the sum of their magnitudes at most, which the image's slope turns into HU; then come the roundings of the
 * interpolation itself, ITK's before the noise, and the noise's.
 */
function check(
  { transform, image, labels }: Augmented,
  references: References,
  dims: Vec3,
  slope: Vec3,
  fraction: number,
  tally: Tally,
): void {
  const { matrix: m, shape, noise, window } = transform;
  const outside = window ? OUTSIDE_WINDOWED : OUTSIDE_HU;
  const named = Object.entries(references);
  for (const [, expected] of named) {
    assertEquals([image.length, labels!.length], [expected.image.length, expected.labels.length]);
  }
  const sigma = noise?.sigma ?? 0;
  const scale = window ? 1 / (window.high - window.low) : 1;
  const magnitude = 1000 + 7 * sigma + (window ? Math.abs(window.low) : 0);
  const rest = 17 * ROUNDING * magnitude + 1e-5 * sigma +
    fraction * (slope[0] + slope[1] + slope[2]);
  const where = (i: number) =>
    `voxel ${i}, from (${source(transform, i)}) of ${dims}, ${JSON.stringify(transform)}`;
  for (let z = 0, i = 0; z < shape[2]; z++) {
    for (let y = 0; y < shape[1]; y++) {
      for (let x = 0; x < shape[0]; x++, i++) {
        let bound = rest;
        let nearFace = false;
        let nearMiddle = false;
        let inside = true;
        for (let axis = 0; axis < 3; axis++) {
          const r = 4 * axis;
          const v = m[r]! * x + m[r + 1]! * y + m[r + 2]! * z + m[r + 3]!;
          const sizes = Math.abs(m[r]! * x) + Math.abs(m[r + 1]! * y) + Math.abs(m[r + 2]! * z) +
            Math.abs(m[r + 3]!);
          bound += 4 * ROUNDING * sizes * slope[axis]!;
          inside &&= v >= -0.5 && v < dims[axis]! - 0.5;
          nearFace ||= Math.min(Math.abs(v + 0.5), Math.abs(v - dims[axis]! + 0.5)) < NEAR;
          nearMiddle ||= toMiddle(v) < NEAR;
        }
        tally.voxels++;
        tally.inside += Number(inside);
        tally.nearFaces += Number(nearFace);
        tally.nearMiddles += Number(nearMiddle);
        const allowed = inside ? bound * scale + 4 * ROUNDING : 0;
        for (const [name, { image: values, labels: nearest }] of named) {
          const expected = values[i]!;
          // Near a face the value outside is excused, on either side.
          if (!(nearFace && (image[i] === outside || expected === outside))) {
            if (!(Math.abs(image[i]! - expected) <= allowed)) {
              fail(`image: ${image[i]}, ${name} ${expected} within ${allowed}, ${where(i)}`);
            }
          }
          if (!(nearMiddle || labels![i] === nearest[i])) {
            fail(`labels: ${labels![i]}, ${name} ${nearest[i]}, ${where(i)}`);
          }
        }
      }
    }
  }
}

/** Augments a volume by each transform and checks the results. */
async function checkVolume(
  gpu: Gpu,
  volume: Volume,
  transforms: readonly Transform[],
  filter: Filter,
  tally: Tally,
): Promise<void> {
  const { dims } = volume;
  const labels = noiseLabels(dims, 7);
  const slope = slopes(volume);
  // The sampler's fractions have eight bits at least: one step along each axis.
  const fraction = filter === "fast" ? 1 / 256 : 0;
  const results = await augment(gpu, { volume, labels, transforms, filter });
  assertEquals(results.map((result) => result.transform), transforms);
  for (const result of results) {
    const references = await referencesOf(result.transform, volume, labels.data, filter);
    check(result, references, dims, slope, fraction, tally);
  }
  assertEquals(gpu.memory.inUse, 0);
}

function emptyTally(): Tally {
  return { voxels: 0, inside: 0, nearFaces: 0, nearMiddles: 0 };
}

function int16(image: Volume): Volume {
  return createVolume(Int16Array.from(image.data), image);
}

Deno.test(
  "220 random transforms of int16 and float volumes agree with the oracle and with ITK, voxel by voxel",
  withGpu(async (gpu) => {
    const tally = emptyTally();
    const drawn: { dims: Vec3; transform: Transform }[] = [];
    const random = new RandomStream({ seed: 20, stream: 0 });
    for (let number = 0; number < 44; number++) {
      const dims = number === 0 ? [64, 64, 64] as const : drawDims(random, 64);
      const transforms = Array.from({ length: 5 }, () => drawTransform(random, dims));
      const image = noiseImage(dims, number);
      await checkVolume(gpu, number % 2 === 0 ? image : int16(image), transforms, "exact", tally);
      drawn.push(...transforms.map((transform) => ({ dims, transform })));
    }
    // The transforms look at enough inside, and excuse next to nothing.
    assertGreater(tally.inside, 300_000);
    assertGreater(tally.voxels - tally.inside, 300_000);
    assert(tally.nearFaces < 2e-3 * tally.voxels, `${tally.nearFaces} near faces`);
    assert(tally.nearMiddles < 2e-3 * tally.voxels, `${tally.nearMiddles} near middles`);
    // And there is enough of what could go wrong.
    const least = {
      "not cubic": ({ dims: [nx, ny, nz] }) => nx !== ny || ny !== nz,
      "one voxel along an axis": ({ dims, transform: { shape } }) =>
        [...dims, ...shape].includes(1),
      "crop larger than the input": ({ dims, transform: { shape } }) =>
        shape.every((n, axis) => n > dims[axis]!),
      "far outside": ({ transform: { matrix } }) =>
        [3, 7, 11].some((k) => Math.abs(matrix[k]!) > 1e4),
      noise: ({ transform }) => transform.noise !== undefined,
      window: ({ transform }) => transform.window !== undefined,
    } satisfies Record<string, (one: typeof drawn[number]) => boolean>;
    for (const [what, is] of Object.entries(least)) {
      assertGreater(drawn.filter(is).length, 10, what);
    }
  }),
);

Deno.test(
  "two random transforms of a whole torso agree with the oracle and with ITK, voxel by voxel",
  withGpu(async (gpu) => {
    const tally = emptyTally();
    const random = new RandomStream({ seed: 21, stream: 0 });
    const dims = [160, 160, 130] as const;
    const image = noiseImage(dims, 50);
    for (const volume of [image, int16(image)]) {
      const transform = drawTransform(random, dims, [120, 120, 160]);
      await checkVolume(gpu, volume, [transform], "exact", tally);
    }
    assertGreater(tally.inside, 1_000_000);
  }),
);

const { info } = await selectAdapter(testAdapter());

testUnless(
  "the fast filter stays within a step of its fractions along each axis",
  info.features.includes("float32-filterable")
    ? undefined
    : `${info.description} does not filter 32-bit floats`,
  withGpu(async (gpu) => {
    const tally = emptyTally();
    const random = new RandomStream({ seed: 20, stream: 1 });
    for (let number = 0; number < 10; number++) {
      const dims = drawDims(random, 64);
      const transforms = Array.from({ length: 4 }, () => drawTransform(random, dims));
      const value = (x: number, y: number, z: number) =>
        400 * Math.sin(0.2 * x + 0.3 * y - 0.1 * z + number);
      await checkVolume(gpu, imageOf(dims, value), transforms, "fast", tally);
    }
    assertGreater(tally.inside, 30_000);
  }),
);

Deno.test("slopes() and toMiddle() measure what the bounds stand on", () => {
  const volume = imageOf([3, 2, 2], (x, y, z) => 5 * x * x - 7 * y + 100 * z);
  assertEquals(slopes(volume), [15, 7, 100]);
  assertEquals([0.5, -0.5, 2.25, -1].map(toMiddle), [0, 0, 0.25, 0.5]);
  assertEquals(voxelCount(volume.dims), 12);
});
