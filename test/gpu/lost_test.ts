import { assertEquals, assertInstanceOf, assertMatch, assertRejects } from "@std/assert";
import { type Gpu, GpuLostError } from "../../src/gpu/mod.ts";
import { Failures } from "../../src/gpu/failures.ts";
import { withGpu } from "../_gpu.ts";
import { step } from "./_kernels.ts";
import { within } from "./_within.ts";

const awaits: Record<string, (gpu: Gpu) => Promise<unknown>> = {
  "done()": (gpu) => gpu.done(),
  "read()": (gpu) => gpu.read(gpu.allocate(8), Uint32Array),
  "upload(), dispatch() and read()": (gpu) => {
    const array = gpu.upload(new Uint32Array([1, 2]));
    gpu.dispatch(step, { to: array }, [1]);
    gpu.clear(array);
    gpu.flush();
    return gpu.read(array, Uint32Array);
  },
  "uploadTexture()": (gpu) => {
    gpu.uploadTexture(new Float32Array(8), [2, 2, 2]);
    return gpu.done();
  },
  "profile()": (gpu) => gpu.profile(() => gpu.done()),
};

for (const [name, call] of Object.entries(awaits)) {
  Deno.test(
    `${name} throws GpuLostError after the device was destroyed, each time`,
    withGpu(async (gpu) => {
      await gpu.done();
      gpu.device.destroy();
      for (let round = 0; round < 3; round++) {
        const error = await assertRejects(() => within(call(gpu)), GpuLostError);
        assertMatch(error.message, /^Cannot go on: the GPU device was lost[^\n]*$/);
      }
    }),
  );
}

Deno.test(
  "read() throws GpuLostError for an array from before the loss",
  withGpu(async (gpu) => {
    using array = gpu.upload(new Uint32Array([1]));
    gpu.dispatch(step, { to: array }, [1]);
    gpu.device.destroy();
    await assertRejects(() => within(gpu.read(array, Uint32Array)), GpuLostError);
  }),
);

Deno.test(
  "read() under way when the device is destroyed gives the right values or GpuLostError",
  withGpu(async (gpu) => {
    using array = gpu.upload(new Uint32Array([1, 2]));
    gpu.dispatch(step, { to: array }, [1]);
    const pending = gpu.read(array, Uint32Array);
    gpu.device.destroy();
    const result = await within(pending).catch((reason: unknown) => reason);
    if (result instanceof Uint32Array) assertEquals(result, new Uint32Array([4, 7]));
    else assertInstanceOf(result, GpuLostError);
    await assertRejects(() => within(gpu.done()), GpuLostError);
  }),
);

/** Makes mapped memory out of reach until its promise has resolved, as browsers do; Deno hands it out at once. */
async function whereMappingTakesTime(work: () => Promise<void>): Promise<void> {
  const { mapAsync, getMappedRange } = GPUBuffer.prototype;
  const mapping = new WeakSet<GPUBuffer>();
  GPUBuffer.prototype.mapAsync = async function (...args) {
    mapping.add(this);
    await mapAsync.apply(this, args);
    mapping.delete(this);
  };
  GPUBuffer.prototype.getMappedRange = function (...args) {
    if (mapping.has(this)) throw new DOMException("Not mapped yet", "OperationError");
    return getMappedRange.apply(this, args);
  };
  try {
    await work();
  } finally {
    Object.assign(GPUBuffer.prototype, { mapAsync, getMappedRange });
  }
}

Deno.test(
  "read() waits for memory that is mapped later",
  withGpu((gpu) =>
    whereMappingTakesTime(async () => {
      using array = gpu.upload(new Uint32Array([1, 2]));
      gpu.dispatch(step, { to: array }, [1]);
      assertEquals(await within(gpu.read(array, Uint32Array)), new Uint32Array([4, 7]));
      const both = [gpu.read(array, Uint32Array), gpu.read(array, Uint32Array)];
      for (const value of await within(Promise.all(both))) {
        assertEquals(value, new Uint32Array([4, 7]));
      }
    })
  ),
);

Deno.test(
  "read() that waits for memory does not outlive its device",
  withGpu((gpu) =>
    whereMappingTakesTime(async () => {
      using array = gpu.upload(new Uint32Array([1, 2]));
      const pending = gpu.read(array, Uint32Array);
      gpu.device.destroy();
      const result = await within(pending).catch((reason: unknown) => reason);
      if (result instanceof Uint32Array) assertEquals(result, new Uint32Array([1, 2]));
      else assertInstanceOf(result, GpuLostError);
    })
  ),
);

Deno.test("Failures.wait() ends when the device is lost, before or meanwhile", async () => {
  const lost = Promise.withResolvers<GPUDeviceLostInfo>();
  const device = { addEventListener() {}, lost: lost.promise } as unknown as GPUDevice;
  const failures = new Failures(device);
  const never = new Promise<void>(() => {});
  assertEquals(await failures.wait(Promise.resolve(5)), 5);
  const waiting = [failures.wait(never), failures.wait(never)];
  lost.resolve({ reason: "destroyed", message: "driver reset\nmore" } as GPUDeviceLostInfo);
  for (const wait of [...waiting, failures.wait(never)]) {
    const error = await assertRejects(() => within(wait, 5), GpuLostError);
    assertEquals(error.message, "Cannot go on: the GPU device was lost (driver reset)");
  }
  await assertRejects(() => within(failures.wait(never), 5), GpuLostError);
});

Deno.test(
  "a GPU that was closed throws GpuLostError and may be closed again",
  withGpu(async (gpu) => {
    await within(gpu[Symbol.asyncDispose]());
    await assertRejects(() => within(gpu.done()), GpuLostError);
    await within(gpu[Symbol.asyncDispose]());
  }),
);
