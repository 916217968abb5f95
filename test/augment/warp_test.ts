import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import {
  augment,
  OUTSIDE_HU,
  OUTSIDE_LABEL,
  OUTSIDE_WINDOWED,
  type Transform,
  warpImage,
  warpLabels,
} from "../../src/augment/mod.ts";
import type { Gpu } from "../../src/gpu/mod.ts";
import { normalAt, RandomStream } from "../../src/random/mod.ts";
import { createVolume, type Vec3, type Volume, voxelCount } from "../../src/volume/mod.ts";
import { withGpu } from "../_gpu.ts";
import { composed, IDENTITY, imageOf, noiseImage, noiseLabels, source } from "./_volumes.ts";

const SHAPES: readonly Vec3[] = [[7, 5, 3], [1, 9, 4], [33, 1, 2], [2, 3, 1], [1, 1, 1], [
  16,
  8,
  4,
]];

/** Image and labels of one transform. */
async function warped(
  gpu: Gpu,
  volume: Volume,
  labels: Volume<Uint8Array<ArrayBuffer>>,
  transform: Transform,
) {
  const [result] = await augment(gpu, { volume, labels, transforms: [transform] });
  return { image: result!.image, labels: result!.labels! };
}

/** Turns and reflections of the axes: the output's axis `a` runs along the input's axis `from[a]`, backwards where `flip`. */
function permutation(
  dims: Vec3,
  from: readonly number[],
  flip: readonly boolean[],
): { transform: Transform; place: (p: readonly number[]) => number[] } {
  const shape = from.map((axis) => dims[axis]!) as unknown as Vec3;
  const matrix = [0, 1, 2].flatMap((axis) => {
    const a = from.indexOf(axis);
    const row = [0, 0, 0, flip[a] ? dims[axis]! - 1 : 0];
    row[a] = flip[a] ? -1 : 1;
    return row;
  });
  const place = (p: readonly number[]) => {
    const at = [0, 0, 0];
    from.forEach((axis, a) => at[axis] = flip[a] ? dims[axis]! - 1 - p[a]! : p[a]!);
    return at;
  };
  return { transform: { shape, matrix }, place };
}

Deno.test(
  "the identity is exact, for the image and the labels",
  withGpu(async (gpu) => {
    for (const dims of SHAPES) {
      const [volume, labels] = [noiseImage(dims, 1), noiseLabels(dims, 2)];
      const got = await warped(gpu, volume, labels, { shape: dims, matrix: IDENTITY });
      assertEquals(got.image, volume.data);
      assertEquals(got.labels, labels.data);
    }
  }),
);

Deno.test(
  "a reflection along each axis reverses it, and done twice is exact",
  withGpu(async (gpu) => {
    for (const dims of SHAPES) {
      const [volume, labels] = [noiseImage(dims, 3), noiseLabels(dims, 4)];
      for (const axis of [0, 1, 2]) {
        const flip = [0, 1, 2].map((a) => a === axis);
        const { transform } = permutation(dims, [0, 1, 2], flip);
        const once = await warped(gpu, volume, labels, transform);
        const last = dims[axis]! - 1;
        // The first voxel comes from the far end of the axis.
        assertEquals(once.image[0], volume.data[last * [1, dims[0], dims[0] * dims[1]][axis]!]);
        const twice = await warped(
          gpu,
          createVolume(once.image, volume),
          createVolume(once.labels, labels),
          transform,
        );
        assertEquals(twice.image, volume.data);
        assertEquals(twice.labels, labels.data);
      }
    }
  }),
);

Deno.test(
  "quarter turns about each axis permute the voxels exactly, four of them are the identity",
  withGpu(async (gpu) => {
    for (const dims of [[7, 5, 3], [1, 6, 9], [12, 4, 1]] as Vec3[]) {
      for (const [a, b] of [[0, 1], [1, 2], [2, 0]] as const) {
        for (const forward of [true, false]) {
          let volume: Volume<Float32Array<ArrayBuffer>> = noiseImage(dims, 5);
          let labels: Volume<Uint8Array<ArrayBuffer>> = noiseLabels(dims, 6);
          const first = { image: volume.data, labels: labels.data };
          for (let turn = 0; turn < 4; turn++) {
            const from = [0, 1, 2];
            [from[a], from[b]] = [b, a];
            const flip = [0, 1, 2].map((axis) => axis === (forward ? a : b));
            const { transform, place } = permutation(volume.dims, from, flip);
            const got = await warped(gpu, volume, labels, transform);
            const { shape } = transform;
            const [nx, ny] = volume.dims;
            for (let z = 0, i = 0; z < shape[2]; z++) {
              for (let y = 0; y < shape[1]; y++) {
                for (let x = 0; x < shape[0]; x++, i++) {
                  const [sx, sy, sz] = place([x, y, z]);
                  const at = sx! + nx * (sy! + ny * sz!);
                  assertEquals(got.image[i], volume.data[at]);
                  assertEquals(got.labels[i], labels.data[at]);
                }
              }
            }
            volume = createVolume(got.image, { dims: shape, spacing: [3, 3, 3] });
            labels = createVolume(got.labels, { dims: shape, spacing: [3, 3, 3] });
          }
          assertEquals({ image: volume.data, labels: labels.data }, first);
        }
      }
    }
  }),
);

Deno.test(
  "composing then warping equals warping by the composed map, within the interpolation's error",
  withGpu(async (gpu) => {
    const random = new RandomStream({ seed: 7, stream: 0 });
    // A sum of waves: the second derivative along a direction a of voxels is at most sum of amplitude (w . a)^2.
    const waves = Array.from({ length: 3 }, () => ({
      w: [0, 1, 2].map(() => random.uniform(-0.12, 0.12)),
      phase: random.uniform(0, 6),
      amplitude: 200,
    }));
    const bend = (a: readonly number[]) =>
      waves.reduce(
        (sum, { w, amplitude }) => sum + amplitude * w.reduce((s, wk, k) => s + wk * a[k]!, 0) ** 2,
        0,
      );
    const dims: Vec3 = [40, 33, 27];
    const volume = imageOf(dims, (x, y, z) =>
      waves.reduce(
        (sum, { w, phase, amplitude }) =>
          sum + amplitude * Math.sin(w[0]! * x + w[1]! * y + w[2]! * z + phase),
        0,
      ));
    /** Linear interpolation is off by an eighth of the second derivative along each axis it works along. */
    const error = (axes: readonly (readonly number[])[]) =>
      axes.reduce((sum, axis) => sum + bend(axis) / 8, 0);
    const unit = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
    let compared = 0;
    for (let trial = 0; trial < 10; trial++) {
      const draw = (size: Vec3) => {
        const linear = unit.map((row) => row.map((v) => v + random.uniform(-0.15, 0.15)));
        return linear.flatMap((row, axis) => [
          ...row,
          (dims[axis]! - 1) / 2 - row.reduce((sum, v, k) => sum + v * (size[k]! - 1) / 2, 0),
        ]).map(Math.fround);
      };
      const middle: Vec3 = [37, 36, 30];
      const shape: Vec3 = [21, 18, 15];
      const inner = { shape: middle, matrix: draw(middle) };
      const outer = {
        shape,
        matrix: draw(shape).map((v, i) =>
          i % 4 === 3 ? v + (middle[i >> 2]! - dims[i >> 2]!) / 2 : v
        ),
      };
      const [once] = await augment(gpu, { volume, transforms: [inner] });
      const between = createVolume(once!.image, { dims: middle, spacing: [3, 3, 3] });
      const [twice] = await augment(gpu, { volume: between, transforms: [outer] });
      const both = { shape, matrix: composed(inner.matrix, outer.matrix) };
      const [direct] = await augment(gpu, { volume, transforms: [both] });
      // The image between is the wave along the inner map's columns.
      const columns = [0, 1, 2].map((k) => [0, 4, 8].map((row) => inner.matrix[row + k]!));
      const bound = 2 * error(unit) + error(columns) + 0.1;
      assertLess(bound, 8);
      for (let i = 0; i < voxelCount(shape); i++) {
        // Only where all that is interpolated lies within the volume's outermost voxels.
        const [x, y, z] = source(outer, i);
        const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((c) =>
          Math.floor(x) + (c & 1) + middle[0] *
            (Math.floor(y) + (c >> 1 & 1) + middle[1] * (Math.floor(z) + (c >> 2)))
        );
        const within = (p: readonly number[], n: Vec3) =>
          p.every((v, axis) => v >= 0.01 && v <= n[axis]! - 1.01);
        if (!within([x, y, z], middle)) continue;
        if (!corners.every((at) => within(source(inner, at), dims))) continue;
        compared++;
        const off = Math.abs(twice!.image[i]! - direct!.image[i]!);
        assert(off <= bound, `trial ${trial}, voxel ${i}: ${off} HU, bound ${bound}`);
      }
    }
    // Most of 10 x 5,670 voxels.
    assert(compared > 30_000, `${compared} voxels compared`);
  }),
);

Deno.test(
  "a voxel is outside exactly where its index is below -0.5 or from n - 0.5 on, along any axis",
  withGpu(async (gpu) => {
    const dims: Vec3 = [5, 4, 3];
    const volume = imageOf(dims, () => 100);
    const labels = createVolume(new Uint8Array(60).fill(4), volume);
    const window = { low: 0, high: 200 };
    const noise = { sigma: 3, key: { seed: 1, stream: 0 } };
    for (const axis of [0, 1, 2]) {
      const n = dims[axis]!;
      // Indices -2, -1.75, ... n + 2 along the axis, all of them exact in f32; the other axes at their faces' last inside places.
      const shape = [1, 1, 1].map((_, a) => a === axis ? 4 * (n + 4) : 1) as unknown as Vec3;
      for (const other of [0, -0.5, -0.5000001, 10]) {
        const matrix = [0, 1, 2].flatMap((row) => [
          ...[0, 1, 2].map((column) => row === axis && column === axis ? 0.25 : 0),
          row === axis ? -2 : other,
        ]);
        const transforms = [{ shape, matrix }, { shape, matrix, noise, window }];
        const [plain, fused] = await augment(gpu, { volume, labels, transforms });
        for (let i = 0; i < shape[axis]!; i++) {
          const index = i / 4 - 2;
          const inside = index >= -0.5 && index < n - 0.5 && (other === 0 || other === -0.5);
          const label = `index ${index} of ${n} along ${axis}, ${other} along the others`;
          assertEquals(plain!.image[i], inside ? 100 : OUTSIDE_HU, label);
          assertEquals(plain!.labels![i], inside ? 4 : OUTSIDE_LABEL, label);
          assertEquals(fused!.labels![i], plain!.labels![i], label);
          // Half a window of 200 HU is 33 sigma: noise cannot reach the value outside.
          assertEquals(fused!.image[i] === OUTSIDE_WINDOWED, !inside, label);
        }
      }
    }
  }),
);

Deno.test("the values outside are those of the original: air, 0 once windowed, an ignored label", () => {
  assertEquals([OUTSIDE_HU, OUTSIDE_WINDOWED, OUTSIDE_LABEL], [-1024, 0, 255]);
});

Deno.test(
  "labels are those of the nearest voxel, halves rounded up, and no others",
  withGpu(async (gpu) => {
    const labels = createVolume(Uint8Array.of(7, 200, 9), { dims: [3, 1, 1], spacing: [3, 3, 3] });
    const volume = imageOf([3, 1, 1], () => 0);
    // Indices -0.75, -0.5, ... 2.5.
    const transform: Transform = {
      shape: [14, 1, 1],
      matrix: [0.25, 0, 0, -0.75, 0, 1, 0, 0, 0, 0, 1, 0],
    };
    const got = await warped(gpu, volume, labels, transform);
    assertEquals([...got.labels], [255, 7, 7, 7, 7, 200, 200, 200, 200, 9, 9, 9, 9, 255]);
  }),
);

Deno.test(
  "noise is the output voxel's own number of the field, whatever the shape and the order",
  withGpu(async (gpu) => {
    // Every output voxel samples the same input voxel.
    const matrix = new Array(12).fill(0);
    const volume = imageOf([1, 1, 1], () => 0);
    const sigma = 5;
    const keys = [
      { seed: 15, stream: 3 },
      { seed: 2n ** 64n - 1n, stream: 2n ** 63n + 7n },
      { seed: 2 ** 40 + 1, stream: 0 },
    ];
    for (const key of keys) {
      const noise = { sigma, key };
      const shapes: Vec3[] = [[105, 1, 1], [7, 5, 3], [3, 5, 7], [1, 1, 105], [35, 3, 1], [
        103,
        1,
        1,
      ]];
      const transforms = shapes.map((shape) => ({ shape, matrix, noise }));
      const results = await augment(gpu, { volume, transforms });
      const reversed = await augment(gpu, { volume, transforms: transforms.toReversed() });
      const field = results[0]!.image;
      results.forEach(({ image, transform }, k) => {
        assertEquals(image, field.slice(0, voxelCount(transform.shape)));
        assertEquals(reversed.at(-1 - k)!.image, image);
      });
      for (let i = 0; i < field.length; i++) {
        const expected = sigma * normalAt(key, i);
        // 1e-5 sigma of the kernel's own numbers, and one rounding of sigma times it.
        const bound = 1e-5 * sigma + 2 ** -23 * Math.abs(expected);
        assert(Math.abs(field[i]! - expected) <= bound, `voxel ${i}: ${field[i]}, ${expected}`);
      }
    }
  }),
);

Deno.test(
  "noise of sigma 0 is none, and noise is added to the sample",
  withGpu(async (gpu) => {
    const volume = noiseImage([9, 5, 3], 8);
    const key = { seed: 4, stream: 5 };
    const [none, some] = await augment(gpu, {
      volume,
      transforms: [0, 8].map((sigma) => ({
        shape: volume.dims,
        matrix: IDENTITY,
        noise: { sigma, key },
      })),
    });
    assertEquals(none!.image, volume.data);
    some!.image.forEach((value, i) => {
      const expected = volume.data[i]! + 8 * normalAt(key, i);
      assertLess(Math.abs(value - expected), 8e-5 + 2 ** -22 * 1100);
    });
  }),
);

Deno.test(
  "a window maps its limits to 0 and 1, linearly between, and clamps beyond",
  withGpu(async (gpu) => {
    const values = [-1024, -201, -200, -72, 56, 184, 311, 312, 313, 3071];
    const volume = imageOf([10, 1, 1], (x) => values[x]!);
    const shape = volume.dims;
    const [powers, paper] = await augment(gpu, {
      volume,
      transforms: [
        // 512 HU wide: exact.
        { shape, matrix: IDENTITY, window: { low: -200, high: 312 } },
        { shape, matrix: IDENTITY, window: { low: -200, high: 400 } },
      ],
    });
    assertEquals([...powers!.image], [0, 0, 0, 0.25, 0.5, 0.75, 511 / 512, 1, 1, 1]);
    const expected = [0, 0, 0, 128 / 600, 256 / 600, 384 / 600, 511 / 600, 512 / 600, 513 / 600, 1];
    paper!.image.forEach((value, i) => {
      // 1 / 600, the product and the result are each rounded once.
      assertLess(Math.abs(value - expected[i]!), 3 * 2 ** -23);
    });
    assertEquals([paper!.image[0], paper!.image[2], paper!.image[9]], [0, 0, 1]);
  }),
);

Deno.test(
  "noise comes before the window: what it lifts over a limit is clamped",
  withGpu(async (gpu) => {
    const volume = imageOf([64, 8, 1], () => 100);
    const key = { seed: 9, stream: 9 };
    const window = { low: 0, high: 128 };
    const [got] = await augment(gpu, {
      volume,
      transforms: [{ shape: volume.dims, matrix: IDENTITY, noise: { sigma: 40, key }, window }],
    });
    const clamped = [0, 0];
    got!.image.forEach((value, i) => {
      const exact = (100 + 40 * normalAt(key, i)) / 128;
      const expected = Math.min(Math.max(exact, 0), 1);
      assertLess(Math.abs(value - expected), 40e-5 / 128 + 2 ** -20);
      if (value === 0) clamped[0]!++;
      if (value === 1) clamped[1]!++;
    });
    // 2.5 sigma below and 0.7 above: 3 and 124 of 512 voxels on average.
    assert(clamped[0]! > 0 && clamped[1]! > 60, `${clamped} clamped`);
  }),
);

Deno.test(
  "warpImage() and warpLabels() refuse a buffer that holds fewer voxels than the dims, and keep no memory",
  withGpu((gpu) => {
    const transform = { shape: [2, 2, 2], matrix: IDENTITY } as const;
    using image = gpu.upload(new Float32Array(59));
    using labels = gpu.upload(new Uint8Array(56));
    const before = gpu.memory.inUse;
    const dims = [5, 4, 3] as const;
    assertThrows(
      () => warpImage(gpu, { values: image, dims }, transform),
      TypeError,
      "5 x 4 x 3 voxels: there are 59 values",
    );
    assertThrows(
      () => warpLabels(gpu, { values: labels, dims }, transform),
      TypeError,
      "5 x 4 x 3 voxels: there are 56 values",
    );
    assertEquals(gpu.memory.inUse, before);
    return Promise.resolve();
  }),
);
