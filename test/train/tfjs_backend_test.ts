import * as tf from "@tensorflow/tfjs-core";
import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { defineKernel, type Gpu, type GpuArray } from "../../src/gpu/mod.ts";
import { TapeBackend } from "../../src/train/_tfjs_backend.ts";
import { withGpu } from "../_gpu.ts";

const NAME = "tape-backend-test";

/** A body with the backend under tfjs, and tfjs's stock kernels copied to it. */
function withBackend(fn: (backend: TapeBackend, gpu: Gpu) => Promise<void> | void) {
  return withGpu(async (gpu) => {
    const backend = new TapeBackend(gpu);
    tf.registerBackend(NAME, () => backend);
    tf.copyRegisteredKernels("webgpu", NAME);
    try {
      tf.setBackend(NAME);
      assertStrictEquals(tf.backend(), backend);
      await fn(backend, gpu);
    } finally {
      tf.removeBackend(NAME);
      for (const { kernelName } of tf.getKernelsForBackend(NAME)) {
        tf.unregisterKernel(kernelName, NAME);
      }
    }
  });
}

const double = defineKernel({
  label: "test/double",
  code: `@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&y)) { y[id.x] *= 2; }
}`,
  bindings: { y: "write" },
});

function doubleInPlace(gpu: Gpu, y: GpuArray): void {
  gpu.dispatch(double, { y }, gpu.workgroups(y.byteLength / 4, 64));
}

/** Members that the backend relies on and tfjs's types hide. */
interface Hidden {
  commandEncoder: unknown;
  tensorMap: { get(id: object): { resource?: unknown; external?: boolean; values?: unknown } };
}

Deno.test("the pinned version of tfjs is the one the backend was written for", async () => {
  assertEquals(tf.version_core, "4.22.0");
  const { imports } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  assertEquals(imports["@tensorflow/tfjs-core"], "npm:@tensorflow/tfjs-core@4.22.0");
  assertEquals(
    imports["@tensorflow/tfjs-backend-webgpu"],
    "npm:@tensorflow/tfjs-backend-webgpu@4.22.0",
  );
});

Deno.test("WebGPUBackend has every method that TapeBackend overrides, and stock kernels call them", () => {
  const stock = WebGPUBackend.prototype;
  for (
    const name of [
      "disposeData",
      "memory",
      "read",
      "readSync",
      "submitQueue",
      "uploadToGPU",
      "endComputePassEncoder",
      "createTensorFromGPUData",
      "dispose",
      "refCount",
    ] as const
  ) {
    assertEquals(typeof stock[name], "function", name);
  }
  assert(stock.runWebGPUProgram.toString().includes("this.uploadToGPU("));
  assert(
    (stock as unknown as Record<string, unknown>).recordAndSubmit!.toString().includes(
      "this.submitQueue()",
    ),
  );
});

Deno.test(
  "a tensor on an array is the array itself, and goes back to the pool with its last handle",
  withBackend(async (backend, gpu) => {
    const before = gpu.memory.inUse;
    const array = gpu.upload(new Float32Array([1, 2, 3, 4, 5, 6]));
    const taken = gpu.memory.inUse;
    const tensor = backend.adopt(array, [2, 3]);
    const data = (backend as unknown as Hidden).tensorMap.get(tensor.dataId);
    assertStrictEquals(data.resource, array.buffer);
    assertEquals([data.external, data.values, gpu.memory.inUse], [true, null, taken]);
    assertStrictEquals(backend.arrayOf(tensor), array);
    const clone = tf.clone(tensor);
    tensor.dispose();
    assertEquals(gpu.memory.inUse, taken);
    assertEquals(await clone.array(), [[1, 2, 3], [4, 5, 6]]);
    clone.dispose();
    assertEquals(gpu.memory.inUse, before);
    assertThrows(() => array.buffer, ReferenceError);
  }),
);

Deno.test(
  "a borrowed array outlives its tensor",
  withBackend(async (backend, gpu) => {
    using array = gpu.upload(new Float32Array([1, 2]));
    backend.borrow(array, [2]).dispose();
    assertEquals(await gpu.read(array, Float32Array), new Float32Array([1, 2]));
  }),
);

Deno.test(
  "take() hands the array over, unless others refer to it",
  withBackend(async (backend, gpu) => {
    const tensor = backend.adopt(gpu.upload(new Float32Array([7])), [1]);
    const clone = tf.clone(tensor);
    assertThrows(() => backend.take(tensor), ReferenceError, "others refer to it");
    clone.dispose();
    using array = backend.take(tensor);
    assert(tensor.isDisposed);
    assertEquals(await gpu.read(array, Float32Array), new Float32Array([7]));
    using mine = gpu.upload(new Float32Array([8]));
    const borrowed = backend.borrow(mine, [1]);
    assertThrows(() => backend.take(borrowed), ReferenceError);
    borrowed.dispose();
  }),
);

Deno.test(
  "stock kernels see what was recorded before them, and ours see what they wrote",
  withBackend(async (backend, gpu) => {
    const before = gpu.memory.inUse;
    const length = 100_000;
    for (let round = 0; round < 20; round++) {
      const x = backend.adopt(gpu.upload(new Float32Array(length).fill(1)), [length]);
      doubleInPlace(gpu, backend.arrayOf(x)); // 2
      const y = tf.add(x, 1); // 3
      assert(
        (backend as unknown as Hidden).commandEncoder,
        "a stock kernel waits in tfjs's encoder",
      );
      doubleInPlace(gpu, backend.arrayOf(y)); // 6
      assertEquals((backend as unknown as Hidden).commandEncoder, null);
      const z = tf.mul(y, x); // 12
      doubleInPlace(gpu, backend.arrayOf(x)); // too late for z
      const values = await z.data();
      assertEquals([values[0], values[length - 1]], [12, 12]);
      tf.dispose([x, y, z]);
    }
    assertEquals(gpu.memory.inUse, before);
  }),
);

Deno.test(
  "memory that a recorded stock kernel still reads is not overwritten by its next owner",
  withBackend(async (backend, gpu) => {
    const length = 50_000;
    const x = backend.adopt(gpu.upload(new Float32Array(length).fill(1)), [length]);
    const y = tf.add(x, 1);
    x.dispose();
    using next = gpu.allocate(4 * length, "next owner");
    gpu.clear(next);
    doubleInPlace(gpu, next);
    gpu.flush();
    assertEquals((await y.data())[length - 1], 2);
    y.dispose();
  }),
);

Deno.test(
  "tensors from the host lie in the pool once they are used, whatever their type",
  withBackend(async (backend, gpu) => {
    const before = gpu.memory.inUse;
    const tensors = [
      tf.tensor1d([1.5, 2]),
      tf.tensor1d([3, -4], "int32"),
      tf.tensor1d([true, false], "bool"),
    ];
    assertEquals(gpu.memory.inUse, before);
    assertEquals(Array.from(backend.hostValues(tensors[0]!)!), [1.5, 2]);
    for (const tensor of tensors) backend.arrayOf(tensor);
    assertEquals(backend.hostValues(tensors[0]!), null);
    assert(gpu.memory.inUse > before);
    assertEquals(backend.memory().numBytesInGPU, gpu.memory.inUse);
    assertEquals(await tensors[0]!.data(), new Float32Array([1.5, 2]));
    assertEquals(await tensors[1]!.data(), new Int32Array([3, -4]));
    assertEquals([...await tensors[2]!.data()], [1, 0]);
    tf.dispose(tensors);
    assertEquals(gpu.memory.inUse, before);
  }),
);

Deno.test(
  "dataSync() is refused in one line",
  withBackend((backend, gpu) => {
    const tensor = backend.adopt(gpu.upload(new Float32Array([1])), [1]);
    assertThrows(() => tensor.dataSync(), TypeError, "use await data()");
    tensor.dispose();
  }),
);

Deno.test(
  "dispose() gives all memory back",
  withGpu((gpu) => {
    const backend = new TapeBackend(gpu);
    tf.registerBackend(NAME, () => backend);
    tf.setBackend(NAME);
    const before = gpu.memory.inUse;
    backend.adopt(gpu.allocate(1000), [250]);
    backend.arrayOf(tf.scalar(3));
    assert(gpu.memory.inUse > before);
    tf.removeBackend(NAME);
    assertEquals(gpu.memory.inUse, before);
  }),
);

Deno.test(
  "a fault of a kernel on the tape reaches the next read",
  withBackend(async (backend, gpu) => {
    const broken = defineKernel({
      label: "test/broken",
      code: "fn main() { nonsense }",
      bindings: {},
    });
    const tensor = backend.adopt(gpu.upload(new Float32Array([1])), [1]);
    gpu.dispatch(broken, {}, [1]);
    await assertRejects(() => tensor.data(), SyntaxError, "test/broken");
    tensor.dispose();
  }),
);
