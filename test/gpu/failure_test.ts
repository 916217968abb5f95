import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { defineKernel, type Gpu, ShaderError } from "../../src/gpu/mod.ts";
import { withGpu } from "../_gpu.ts";
import { step } from "./_kernels.ts";

const broken = defineKernel({
  label: "test/broken",
  code: "@compute @workgroup_size(1) fn main() { nonsense }",
  bindings: {},
});

Deno.test(
  "every read that began before a failure was thrown rejects with it",
  withGpu(async (gpu) => {
    using a = gpu.upload(new Uint32Array([1, 2]));
    using b = gpu.upload(new Uint32Array([3, 4]));
    gpu.dispatch(broken, {}, [1]);
    gpu.dispatch(step, { to: a }, [1]);
    gpu.dispatch(step, { to: b }, [1]);
    const results = await Promise.allSettled([
      gpu.read(a, Uint32Array),
      gpu.read(b, Uint32Array),
      gpu.done(),
    ]);
    for (const result of results) {
      assertEquals(result.status, "rejected");
      if (result.status === "rejected") assertInstanceOf(result.reason, ShaderError);
    }
  }),
);

Deno.test(
  "a read that begins after a failure was thrown knows nothing of it",
  withGpu(async (gpu) => {
    using a = gpu.upload(new Uint32Array([1, 2]));
    gpu.dispatch(broken, {}, [1]);
    await assertRejects(() => gpu.done(), ShaderError);
    assertEquals(await gpu.read(a, Uint32Array), new Uint32Array([1, 2]));
  }),
);

Deno.test(
  "a second failure is thrown too, however long the GPU idles between dispatch and read",
  withGpu(async (gpu) => {
    const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    for (const ms of [0, 5, 30]) {
      gpu.dispatch(broken, {}, [1]);
      gpu.flush();
      await wait(ms);
      await assertRejects(() => gpu.done(), ShaderError);
    }
    await gpu.done();
  }),
);

Deno.test(
  "arrays and textures of ever other sizes do not pile up",
  withGpu(async (gpu: Gpu) => {
    const dispose = (bytes: number) => {
      using _array = gpu.allocate(bytes);
    };
    for (let k = 0; k < 24; k++) {
      dispose(2 ** 25 + k * 2 ** 22);
      assertEquals(gpu.memory.inUse, 0);
    }
    // What may lie idle, and the array that was asked for last.
    const most = 2 ** 28 + 2 ** 27;
    assertEquals(gpu.memory.allocated <= most, true, `${gpu.memory.allocated} bytes are held`);
    await gpu.done();
  }),
);

Deno.test(
  "memory that is given back to the driver was handed over with the work that uses it",
  withGpu(async (gpu) => {
    using kept = gpu.upload(new Uint32Array([5, 6]));
    {
      using brief = gpu.upload(new Uint32Array([1, 2]));
      gpu.dispatch(step, { to: brief }, [1]);
    }
    // Recorded, not yet submitted: the trim that this allocation causes must submit it first.
    for (const bytes of [2 ** 26, 2 ** 26 + 2 ** 25, 2 ** 27 - 4]) {
      using _large = gpu.allocate(bytes);
      gpu.dispatch(step, { to: kept }, [1]);
    }
    await gpu.done();
  }),
);
