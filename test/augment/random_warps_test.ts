import { assert, assertEquals, assertGreater, fail } from "@std/assert";
import { warpLabelsReference, warpReference } from "../../reference/mod.ts";
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
function drawTransform(random: RandomStream, dims: Vec3): Transform {
  const shape = drawDims(random, 64);
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
function slopes({ data, dims: [nx, ny, nz] }: Volume): Vec3 {
  const most: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const place = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny)];
    [nx, ny, nz].forEach((n, axis) => {
      if (place[axis]! + 1 >= n) return;
      const next = data[i + [1, nx, nx * ny][axis]!]!;
      most[axis] = Math.max(most[axis]!, Math.abs(next - data[i]!));
    });
  }
  return most;
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

/**
 * Every voxel of a result against the oracle. The bound on the image comes from the coordinates: a sum of four products in f32 is off by
 * four roundings of the sum of their magnitudes at most, which the image's slope turns into HU; then come the roundings of the
 * interpolation itself, and the noise's.
 */
function check(
  { transform, image, labels }: Augmented,
  volume: Volume,
  labelVolume: Volume<Uint8Array<ArrayBuffer>>,
  slope: Vec3,
  fraction: number,
  tally: Tally,
): void {
  const { matrix: m, shape, noise, window } = transform;
  const { data, dims } = volume;
  const outside = window ? OUTSIDE_WINDOWED : OUTSIDE_HU;
  const expected = warpReference({
    data,
    dims,
    matrix: m,
    shape,
    interpolation: "linear",
    outside,
    ...noise && { noise: { sigma: noise.sigma, ...noise.key } },
    ...window && { window },
  });
  const nearest = warpLabelsReference({
    data: labelVolume.data,
    dims,
    matrix: m,
    shape,
    outside: OUTSIDE_LABEL,
  });
  assertEquals([image.length, labels!.length], [expected.length, nearest.length]);
  const sigma = noise?.sigma ?? 0;
  const scale = window ? 1 / (window.high - window.low) : 1;
  const magnitude = 1000 + 7 * sigma + (window ? Math.abs(window.low) : 0);
  const rest = 16 * ROUNDING * magnitude + 1e-5 * sigma +
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
        // Near a face the value outside is excused, and so is a value where the oracle has none.
        if (!(nearFace && (image[i] === outside || !inside))) {
          const off = Math.abs(image[i]! - expected[i]!);
          const allowed = inside ? bound * scale + 4 * ROUNDING : 0;
          if (!(off <= allowed)) {
            fail(`image: ${image[i]}, expected ${expected[i]} within ${allowed}, ${where(i)}`);
          }
        }
        if (!(nearMiddle || labels![i] === nearest[i])) {
          fail(`labels: ${labels![i]}, expected ${nearest[i]}, ${where(i)}`);
        }
      }
    }
  }
}

async function checkAll(
  gpu: Gpu,
  { volumes, each, filter, make }: {
    volumes: number;
    each: number;
    filter: Filter;
    make: (dims: Vec3, number: number) => Volume;
  },
): Promise<Tally> {
  const tally = { voxels: 0, inside: 0, nearFaces: 0, nearMiddles: 0 };
  const random = new RandomStream({ seed: 20, stream: filter === "exact" ? 0 : 1 });
  for (let number = 0; number < volumes; number++) {
    const dims = number === 0 ? [64, 64, 64] as const : drawDims(random, 64);
    const volume = make(dims, number);
    const labels = noiseLabels(dims, number);
    const transforms = Array.from({ length: each }, () => drawTransform(random, dims));
    const slope = slopes(volume);
    // The sampler's fractions have eight bits at least: one step along each axis.
    const fraction = filter === "fast" ? 1 / 256 : 0;
    const results = await augment(gpu, { volume, labels, transforms, filter });
    assertEquals(results.map((result) => result.transform), transforms);
    for (const result of results) check(result, volume, labels, slope, fraction, tally);
    assertEquals(gpu.memory.inUse, 0);
  }
  return tally;
}

Deno.test(
  "220 random transforms of int16 and float volumes agree with the oracle, voxel by voxel",
  withGpu(async (gpu) => {
    const tally = await checkAll(gpu, {
      volumes: 44,
      each: 5,
      filter: "exact",
      make: (dims, number) => {
        const image = noiseImage(dims, number);
        return number % 2 === 0 ? image : createVolume(Int16Array.from(image.data), image);
      },
    });
    // The transforms look at enough inside, and excuse next to nothing.
    assertGreater(tally.inside, 300_000);
    assertGreater(tally.voxels - tally.inside, 300_000);
    assert(tally.nearFaces < 2e-3 * tally.voxels, `${tally.nearFaces} near faces`);
    assert(tally.nearMiddles < 2e-3 * tally.voxels, `${tally.nearMiddles} near middles`);
  }),
);

const { info } = await selectAdapter(testAdapter());

testUnless(
  "the fast filter stays within a step of its fractions along each axis",
  info.features.includes("float32-filterable")
    ? undefined
    : `${info.description} does not filter 32-bit floats`,
  withGpu(async (gpu) => {
    const tally = await checkAll(gpu, {
      volumes: 10,
      each: 4,
      filter: "fast",
      make: (dims, number) =>
        imageOf(dims, (x, y, z) => 400 * Math.sin(0.2 * x + 0.3 * y - 0.1 * z + number)),
    });
    assertGreater(tally.inside, 30_000);
  }),
);

Deno.test("slopes() and toMiddle() measure what the bounds stand on", () => {
  const volume = imageOf([3, 2, 2], (x, y, z) => 5 * x * x - 7 * y + 100 * z);
  assertEquals(slopes(volume), [15, 7, 100]);
  assertEquals([0.5, -0.5, 2.25, -1].map(toMiddle), [0, 0, 0.25, 0.5]);
  assertEquals(voxelCount(volume.dims), 12);
});
