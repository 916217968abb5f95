import { assertEquals, fail } from "@std/assert";
import { defineKernel, type Gpu, openGpu } from "../../src/gpu/mod.ts";
import { philox4x32, philoxWgsl, RandomStream } from "../../src/random/mod.ts";
import { normalOf } from "../../src/random/normal.ts";
import { VECTORS } from "./_vectors.ts";

const philoxKernel = defineKernel({
  label: "random/philox-test",
  code: `${philoxWgsl}
@group(0) @binding(0) var<storage, read> counters: array<vec4u>;
@group(0) @binding(1) var<storage, read> keys: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> words: array<vec4u>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&keys)) { words[id.x] = philox(counters[id.x], keys[id.x]); }
}`,
  bindings: { counters: "read", keys: "read", words: "write" },
});

const normalKernel = defineKernel({
  label: "random/normal-test",
  code: `${philoxWgsl}
@group(0) @binding(0) var<storage, read> bits: array<vec2u>;
@group(0) @binding(1) var<storage, read_write> normals: array<vec2f>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&bits)) { normals[id.x] = normal_pair(bits[id.x]); }
}`,
  bindings: { bits: "read", normals: "write" },
});

Deno.test("philox() in WGSL equals philox4x32() bit for bit", async () => {
  const random = new RandomStream({ seed: 11, stream: 0 });
  const n = 100_000;
  const counters = Uint32Array.from({ length: 4 * n }, () => random.uint32());
  const keys = Uint32Array.from({ length: 2 * n }, () => random.uint32());
  VECTORS.forEach(({ counter, key }, i) => {
    counters.set(counter, 4 * i);
    keys.set(key, 2 * i);
  });
  await using gpu = await openGpu();
  using counterArray = gpu.upload(counters);
  using keyArray = gpu.upload(keys);
  using wordArray = gpu.allocate(counters.byteLength);
  const resources = { counters: counterArray, keys: keyArray, words: wordArray };
  gpu.dispatch(philoxKernel, resources, [Math.ceil(n / 64)]);
  const words = await gpu.read(wordArray, Uint32Array);
  VECTORS.forEach((vector, i) => assertEquals([...words.slice(4 * i, 4 * i + 4)], vector.words));
  const expected = new Uint32Array(4 * n);
  for (let i = 0; i < n; i++) {
    const counter = counters.slice(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
    expected.set(philox4x32(counter, [keys[2 * i]!, keys[2 * i + 1]!]), 4 * i);
  }
  assertEquals(words, expected);
});

Deno.test("normal_pair() in WGSL is within 1e-5 of f64 for a million random pairs of words", async () => {
  const random = new RandomStream({ seed: 12, stream: 0 });
  const bits = Uint32Array.from({ length: 2_000_000 }, () => random.uint32());
  await using gpu = await openGpu();
  await checkNormals(gpu, bits);
});

Deno.test("normal_pair() in WGSL is within 1e-5 of f64 for hostile words", async () => {
  const edges = new Set<number>();
  const centres = [0, 0xb504f334]; // sqrt(1/2), where the logarithm's branches meet
  for (let k = 0; k < 32; k++) {
    // Powers of two and, as the mantissa wraps there, sqrt(2) times them; and their complements.
    centres.push(2 ** k, Math.floor(2 ** k * Math.SQRT2));
  }
  for (let octant = 1; octant < 8; octant++) centres.push(octant * 2 ** 29);
  for (const centre of centres) {
    for (let d = -3; d <= 3; d++) {
      edges.add((centre + d) >>> 0);
      edges.add(~(centre + d) >>> 0);
    }
  }
  const words = [...edges];
  const bits = Uint32Array.from(
    words.flatMap((first) => words.flatMap((second) => [first, second])),
  );
  await using gpu = await openGpu();
  await checkNormals(gpu, bits);
});

async function checkNormals(gpu: Gpu, bits: Uint32Array<ArrayBuffer>): Promise<void> {
  using bitArray = gpu.upload(bits);
  using normalArray = gpu.allocate(bits.byteLength);
  const workgroups = Math.ceil(bits.length / 2 / 64);
  gpu.dispatch(normalKernel, { bits: bitArray, normals: normalArray }, [workgroups]);
  const normals = await gpu.read(normalArray, Float32Array);
  for (let i = 0; i < bits.length; i++) {
    const [first, second] = [bits[i & ~1]!, bits[i | 1]!];
    const error = Math.abs(normals[i]! - normalOf(first, second, i & 1));
    // Written so that NaN fails.
    if (!(error < 1e-5)) fail(`words ${first} and ${second}, lane ${i & 1}: error ${error}`);
  }
}
