import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import { PassTimer } from "../../src/gpu/timing.ts";
import { withGpu } from "../_gpu.ts";
import { step } from "./_kernels.ts";

const stampsOf = (...stamps: bigint[]) => new BigUint64Array(stamps);

Deno.test("PassTimer.sum() adds up passes and counts those whose clock did not advance", () => {
  // Passes of 10 ns, 0 ns, -10 ns and 1000 ns.
  const time = PassTimer.sum(stampsOf(10n, 20n, 30n, 30n, 50n, 40n, 100n, 1100n));
  assertEquals(time, { kernelMs: 1010 / 1e6, dropped: 2 });
});

Deno.test("PassTimer.sum() gives no time when no pass has one", () => {
  assertEquals(PassTimer.sum(stampsOf()), { dropped: 0 });
  assertEquals(PassTimer.sum(stampsOf(7n, 7n, 0n, 0n)), { dropped: 2 });
});

Deno.test("PassTimer.sum() is exact for stamps beyond 2^53 and wrap-around", () => {
  assertEquals(PassTimer.sum(stampsOf(2n ** 60n, 2n ** 60n + 5n)).kernelMs, 5e-6);
  assertEquals(PassTimer.sum(stampsOf(2n ** 64n - 1n, 3n)), { dropped: 1 });
});

Deno.test(
  "profile() gives the work's value and, where there are timestamps, a positive time",
  withGpu(async (gpu) => {
    using array = gpu.upload(new Uint32Array(1 << 18));
    const result = await gpu.profile(async () => {
      for (let i = 0; i < 4; i++) gpu.dispatch(step, { to: array }, [1 << 12]);
      return await gpu.read(array, Uint32Array, { length: 2 });
    });
    assertEquals(result.value, new Uint32Array([40, 40]));
    assertEquals(result.dropped, 0);
    if (gpu.device.features.has("timestamp-query")) assertGreater(result.kernelMs, 0);
    else assert(!("kernelMs" in result));
  }),
);

Deno.test(
  "profile() leaves out work recorded before it and keeps none recorded after it",
  withGpu(async (gpu) => {
    using array = gpu.upload(new Uint32Array(2));
    gpu.dispatch(step, { to: array }, [1]);
    assertEquals(await gpu.profile(() => Promise.resolve("nothing")), {
      value: "nothing",
      dropped: 0,
    });
    gpu.dispatch(step, { to: array }, [1]);
    assertEquals(await gpu.read(array, Uint32Array), new Uint32Array([4, 4]));
  }),
);

Deno.test(
  "profile() passes on what the work throws, and what it recorded still runs",
  withGpu(async (gpu) => {
    using array = gpu.upload(new Uint32Array(2));
    const reason = new Error("stopped");
    const work = () => {
      gpu.dispatch(step, { to: array }, [1]);
      return Promise.reject(reason);
    };
    assertEquals(await assertRejects(() => gpu.profile(work)), reason);
    gpu.dispatch(step, { to: array }, [1]);
    assertEquals(await gpu.read(array, Uint32Array), new Uint32Array([4, 4]));
  }),
);

Deno.test(
  "profile() refuses more than 1024 passes",
  withGpu(async (gpu) => {
    using array = gpu.allocate(4);
    // Clearing ends a pass.
    const passes = (n: number) => async () => {
      for (let i = 0; i < n; i++) {
        gpu.clear(array);
        gpu.dispatch(step, { to: array }, [1]);
      }
      return (await gpu.read(array, Uint32Array))[0];
    };
    assertEquals((await gpu.profile(passes(1024))).value, 1);
    if (gpu.device.features.has("timestamp-query")) {
      const error = await assertRejects(() => gpu.profile(passes(1025)), RangeError);
      assertEquals(error.message, "Cannot time more than 1024 passes at once: profile less work");
    }
    assertEquals(await passes(1)(), 1);
  }),
);
