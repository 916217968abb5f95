import {
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { defineKernel, type Gpu, GpuMemoryError } from "../../src/gpu/mod.ts";
import { withGpu } from "../_gpu.ts";

/** A body that needs textures which can be filtered; says so where there are none. */
function withTextures(fn: (gpu: Gpu) => Promise<void>): () => Promise<void> {
  return withGpu(async (gpu) => {
    if (gpu.device.features.has("float32-filterable")) await fn(gpu);
    else console.log(`skip: textures: ${gpu.info.description} has no float32-filterable`);
  });
}

const DIMS = [5, 4, 3] as const;

/** A number that tells x, y and z apart, and steps by 1 along x. */
function valueAt(x: number, y: number, z: number): number {
  return x + 10 * y + 100 * z - 150.5;
}

function voxels(): Float32Array<ArrayBuffer> {
  const [nx, ny] = DIMS;
  return Float32Array.from(
    { length: DIMS[0] * DIMS[1] * DIMS[2] },
    (_, i) => valueAt(i % nx, Math.floor(i / nx) % ny, Math.floor(i / nx / ny)),
  );
}

const load = defineKernel({
  label: "test/texture-load",
  code: `@group(0) @binding(0) var image: texture_3d<f32>;
@group(0) @binding(1) var<storage, read_write> to: array<f32>;
@compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3u) {
  let size = textureDimensions(image);
  to[id.x + size.x * (id.y + size.y * id.z)] = textureLoad(image, id, 0).x;
}`,
  bindings: { image: "texture-3d", to: "write" },
});

const sample = defineKernel({
  label: "test/texture-sample",
  code: `@group(0) @binding(0) var image: texture_3d<f32>;
@group(0) @binding(1) var filtered: sampler;
@group(0) @binding(2) var<storage, read> places: array<vec4f>; // voxels, 0 in the middle of the first
@group(0) @binding(3) var<storage, read_write> to: array<f32>;
@compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3u) {
  let place = (places[id.x].xyz + 0.5) / vec3f(textureDimensions(image));
  to[id.x] = textureSampleLevel(image, filtered, place, 0.0).x;
}`,
  bindings: { image: "texture-3d", filtered: "sampler", places: "read", to: "write" },
});

Deno.test(
  "uploadTexture() puts every voxel in its place",
  withTextures(async (gpu) => {
    const data = voxels();
    using image = gpu.uploadTexture(data, DIMS);
    using array = gpu.allocate(data.byteLength);
    gpu.dispatch(load, { image: image.view, to: array }, [...DIMS]);
    assertEquals(await gpu.read(array, Float32Array), data);
  }),
);

Deno.test(
  "uploadTexture() takes the part of a buffer that a view shows",
  withTextures(async (gpu) => {
    const data = voxels();
    const wider = new Float32Array(data.length + 7).fill(-1);
    wider.set(data, 3);
    using image = gpu.uploadTexture(wider.subarray(3, 3 + data.length), DIMS);
    using array = gpu.allocate(data.byteLength);
    gpu.dispatch(load, { image: image.view, to: array }, [...DIMS]);
    assertEquals(await gpu.read(array, Float32Array), data);
  }),
);

Deno.test(
  "a kernel samples a texture between voxels, and clamps at the faces",
  withTextures(async (gpu) => {
    const places: [number, number, number][] = [
      [0, 0, 0],
      [4, 3, 2],
      [1.5, 2, 1],
      [2, 1.25, 1],
      [3, 2, 0.5],
      [0.25, 0.75, 1.5],
      [-0.4, 0, 0],
      [4.4, 3.4, 2.4],
    ];
    using image = gpu.uploadTexture(voxels(), DIMS);
    using input = gpu.upload(new Float32Array(places.flatMap((place) => [...place, 0])));
    using array = gpu.allocate(4 * places.length);
    const filtered = gpu.device.createSampler({ magFilter: "linear", minFilter: "linear" });
    const resources = { image: image.view, filtered, places: input, to: array };
    gpu.dispatch(sample, resources, [places.length]);
    const values = await gpu.read(array, Float32Array);
    const inside = (p: number, n: number) => Math.min(Math.max(p, 0), n - 1);
    places.forEach(([x, y, z], i) => {
      // The values are linear in x, y and z, so interpolation gives the same formula. Hardware weighs in steps of 1/256 along
      // each axis, half a step off at most: (1 + 10 + 100) / 512.
      const expected = valueAt(inside(x, DIMS[0]), inside(y, DIMS[1]), inside(z, DIMS[2]));
      assertAlmostEquals(values[i]!, expected, 111 / 512, `at ${x}, ${y}, ${z}`);
    });
  }),
);

Deno.test(
  "uploadTexture() gives two live textures two places, also after one was disposed of twice",
  withTextures(async (gpu) => {
    const data = voxels();
    const twice = gpu.uploadTexture(data, DIMS);
    twice[Symbol.dispose]();
    twice[Symbol.dispose]();
    using first = gpu.uploadTexture(data, DIMS);
    using _second = gpu.uploadTexture(new Float32Array(data.length), DIMS);
    using array = gpu.allocate(data.byteLength);
    gpu.dispatch(load, { image: first.view, to: array }, [...DIMS]);
    assertEquals(await gpu.read(array, Float32Array), data);
  }),
);

Deno.test(
  "uploadTexture() refuses what does not fit",
  withTextures(async (gpu) => {
    const most = gpu.device.limits.maxTextureDimension3D;
    const large = assertThrows(
      () => gpu.uploadTexture(new Float32Array(8), [most + 1, 1, 1]),
      GpuMemoryError,
    );
    assertStringIncludes(large.message, `${most + 1} x 1 x 1`);
    assertStringIncludes(large.message, `takes ${most}`);
    const few = assertThrows(() => gpu.uploadTexture(new Float32Array(7), [2, 2, 2]), TypeError);
    assertEquals(few.message, "Cannot make a 3-D texture of 2 x 2 x 2 voxels from 7 values");
    await gpu.done();
  }),
);

Deno.test(
  "done() throws GpuMemoryError when the driver refuses a texture, and the next one is sound",
  withTextures(async (gpu) => {
    const { device } = gpu;
    const create = device.createTexture;
    const push = device.pushErrorScope;
    // As for buffers: an invalid texture whose error the scope for memory gets to see.
    device.pushErrorScope = (filter) =>
      push.call(device, filter === "out-of-memory" ? "validation" : filter);
    device.createTexture = (descriptor) => {
      device.createTexture = create;
      device.pushErrorScope = push;
      return create.call(device, { ...descriptor, usage: 0 });
    };
    gpu.uploadTexture(voxels(), DIMS)[Symbol.dispose]();
    const error = await assertRejects(() => gpu.done(), GpuMemoryError);
    assertStringIncludes(error.message, "5 x 4 x 3 voxels");
    using image = gpu.uploadTexture(voxels(), DIMS);
    using array = gpu.allocate(voxels().byteLength);
    gpu.dispatch(load, { image: image.view, to: array }, [...DIMS]);
    assertEquals(await gpu.read(array, Float32Array), voxels());
  }),
);
