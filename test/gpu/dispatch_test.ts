import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  checkIterations,
  defineKernel,
  type Gpu,
  GpuValidationError,
  type Kernel,
  openGpu,
  ShaderError,
} from "../../src/gpu/mod.ts";
import { testAdapter, withGpu } from "../_gpu.ts";
import { broken, copy, put, putting, step } from "./_kernels.ts";

/** Fails unless the GPU still does what it is told and holds back no further error. */
async function assertWorks(gpu: Gpu): Promise<void> {
  await gpu.done();
  using array = gpu.upload(new Uint32Array([1, 2]));
  gpu.dispatch(step, { to: array }, [1]);
  assertEquals(await gpu.read(array, Uint32Array), new Uint32Array([4, 7]));
}

Deno.test(
  "read() throws ShaderError with the kernel, the line and the numbered source",
  withGpu(async (gpu) => {
    // Twice: the second dispatch must not find a compiled kernel.
    for (let round = 0; round < 2; round++) {
      using array = gpu.allocate(4);
      gpu.dispatch(broken, { to: array }, [1]);
      const error = await assertRejects(() => gpu.read(array, Uint32Array), ShaderError);
      assertMatch(error.message, /^Cannot compile kernel "test\/broken": .*unheardOf.*line 3/);
      assertEquals(error.message.split("\n").length, 1);
      assertStringIncludes(error.detail, "   3    to[0] = unheardOf;");
      assertStringIncludes(error.detail, "   1  @group(0) @binding(0)");
      await assertWorks(gpu);
    }
  }),
);

Deno.test(
  "done() throws ShaderError for WGSL that does not parse, lacks main or contradicts its bindings",
  withGpu(async (gpu) => {
    const kernels: [Kernel, RegExp][] = [
      [{ label: "test/parse", code: "fn main( {", bindings: {} }, /line 1/],
      [
        { label: "test/main", code: "@compute @workgroup_size(1) fn other() {}", bindings: {} },
        /main/,
      ],
      [{ ...step, label: "test/kind", bindings: { to: "read" } }, /"test\/kind": .{20}/],
      [{ ...step, label: "test/constant", constants: { n: 1 } }, /"test\/constant": .*n/],
    ];
    for (const [kernel, expected] of kernels) {
      using to = gpu.allocate(4);
      gpu.dispatch(kernel, Object.hasOwn(kernel.bindings, "to") ? { to } : {}, [1]);
      const error = await assertRejects(() => gpu.done(), ShaderError);
      assertMatch(error.message, /^Cannot compile kernel "test\/[^\n]*$/);
      assertMatch(error.message, expected);
      await assertWorks(gpu);
    }
  }),
);

Deno.test(
  "dispatch() compiles a source once, and anew for other constants",
  withGpu(async (gpu) => {
    let compiled = 0;
    const create = gpu.device.createComputePipeline.bind(gpu.device);
    gpu.device.createComputePipeline = (descriptor) => {
      compiled++;
      return create(descriptor);
    };
    const scale = (label: string, by: number) =>
      defineKernel({
        label,
        code: `override by: u32 = 1u;
@group(0) @binding(0) var<storage, read_write> to: array<u32>;
@compute @workgroup_size(1) fn main() { to[0] *= by; }`,
        bindings: { to: "write" },
        constants: { by },
      });
    using array = gpu.upload(new Uint32Array([1]));
    const double = scale("test/double", 2);
    gpu.dispatch(double, { to: array }, [1]);
    gpu.dispatch(double, { to: array }, [1]);
    gpu.dispatch(scale("test/double again", 2), { to: array }, [1]);
    gpu.dispatch(scale("test/five", 5), { to: array }, [1]);
    assertEquals(await gpu.read(array, Uint32Array), new Uint32Array([40]));
    assertEquals(compiled, 2);
  }),
);

Deno.test(
  "dispatch() refuses missing and unknown bindings by name",
  withGpu(async (gpu) => {
    using array = gpu.allocate(4);
    const lax = gpu.dispatch.bind(gpu) as (
      kernel: Kernel,
      resources: object,
      workgroups: [number],
    ) => void;
    const wrong: [object, string][] = [
      [{ to: array }, 'binding "p" is missing'],
      [{ p: putting(0, 1) }, 'binding "to" is missing'],
      [{ p: putting(0, 1), to: undefined }, 'binding "to" is missing'],
      [{ p: putting(0, 1), to: array, from: array }, 'it has no binding "from"'],
    ];
    for (const [resources, fault] of wrong) {
      const error = assertThrows(() => lax(put, resources, [1]), GpuValidationError);
      assertEquals(error.message, `Cannot dispatch kernel "test/put": ${fault}`);
    }
    await assertWorks(gpu);
  }),
);

Deno.test(
  "read() throws one error that names the kernel when a binding is too small",
  withGpu(async (gpu) => {
    const whole = defineKernel({
      label: "test/whole",
      code: `@group(0) @binding(0) var<storage, read_write> to: array<u32, 16>;
@compute @workgroup_size(1) fn main() { to[15] = 1u; }`,
      bindings: { to: "write" },
    });
    using array = gpu.allocate(16);
    gpu.dispatch(step, { to: array }, [1]);
    gpu.dispatch(step, { to: array }, [1]);
    gpu.dispatch(whole, { to: array }, [1]);
    const storage = await assertRejects(() => gpu.read(array, Uint32Array), GpuValidationError);
    assertMatch(storage.message, /^Cannot run "test\/step, test\/whole": [^\n]*\b16\b[^\n]*\b64\b/);
    await assertWorks(gpu);

    gpu.dispatch(put, { p: new Uint32Array(1), to: array }, [1]);
    const uniform = await assertRejects(() => gpu.read(array, Uint32Array), GpuValidationError);
    assertMatch(uniform.message, /^Cannot run "test\/put": [^\n]*\b4\b[^\n]*\b16\b/);
    await assertWorks(gpu);
  }),
);

Deno.test(
  "read() throws an error that names the kernel when an array is read and written at once",
  withGpu(async (gpu) => {
    using array = gpu.allocate(16);
    gpu.dispatch(copy, { source: array, to: array }, [1]);
    const error = await assertRejects(() => gpu.read(array, Uint32Array), GpuValidationError);
    assertMatch(error.message, /^Cannot run "test\/copy": [^\n]+$/);
    await assertWorks(gpu);
  }),
);

Deno.test(
  "dispatch() refuses a disposed array, and later errors are still noticed",
  withGpu(async (gpu) => {
    const array = gpu.allocate(4, "gone");
    array[Symbol.dispose]();
    const error = assertThrows(() => gpu.dispatch(step, { to: array }, [1]), ReferenceError);
    assertEquals(error.message, 'Cannot use GPU array "gone": it was disposed of');
    await assertRejects(() => gpu.read(array, Uint32Array), ReferenceError);
    await assertWorks(gpu);
    // A buffer that may be used for nothing: an error beside any call of this library.
    gpu.device.createBuffer({ size: 4, usage: 0 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await assertRejects(() => gpu.done(), GpuValidationError);
    await assertWorks(gpu);
  }),
);

Deno.test(
  "dispatch() refuses workgroups that are too many or no numbers",
  withGpu(async (gpu) => {
    const most = gpu.device.limits.maxComputeWorkgroupsPerDimension;
    using array = gpu.allocate(4);
    for (const n of [most + 1, -1, 1.5, NaN, Infinity]) {
      for (const workgroups of [[n], [1, n], [1, 1, n]] as [number, number?, number?][]) {
        const error = assertThrows(
          () => gpu.dispatch(step, { to: array }, workgroups),
          RangeError,
        );
        assertEquals(
          error.message,
          `Cannot dispatch kernel "test/step": ${
            workgroups.join(" x ")
          } workgroups, the adapter takes 0 to ${most} along an axis`,
        );
      }
    }
    await assertWorks(gpu);
  }),
);

Deno.test(
  "dispatch() of no workgroups changes nothing",
  withGpu(async (gpu) => {
    using array = gpu.upload(new Uint32Array([5]));
    gpu.dispatch(step, { to: array }, [0]);
    assertEquals(await gpu.read(array, Uint32Array), new Uint32Array([5]));
  }),
);

Deno.test(
  "dispatch() refuses a uniform over 64 KiB",
  withGpu(async (gpu) => {
    using array = gpu.allocate(4);
    const p = new Uint8Array((1 << 16) + 4);
    const error = assertThrows(() => gpu.dispatch(put, { p, to: array }, [1]), RangeError);
    assertMatch(error.message, /"test\/put": uniform "p" has 65540 bytes/);
    await assertWorks(gpu);
  }),
);

const sliced = defineKernel({
  label: "test/sliced",
  code: `@group(0) @binding(0) var<uniform> p: array<vec4u, 2>;
@group(0) @binding(1) var<storage, read_write> to: array<vec4u>;
@compute @workgroup_size(1) fn main() { to[0] = p[1]; }`,
  bindings: { p: "uniform-slice", to: "write" },
});

Deno.test(
  "dispatch() gives a kernel a slice of an array as a uniform, with what earlier kernels wrote there",
  withGpu(async (gpu) => {
    using array = gpu.upload(Uint32Array.from({ length: 128 }, (_, i) => i));
    using to = gpu.allocate(16);
    gpu.dispatch(put, { p: putting(70, 1000), to: array }, [1]);
    gpu.dispatch(sliced, { p: { array, offset: 256, byteLength: 32 }, to }, [1]);
    assertEquals(await gpu.read(to, Uint32Array), new Uint32Array([68, 69, 1000, 71]));
  }),
);

Deno.test(
  "dispatch() refuses a slice that starts elsewhere than at 256 bytes, leaves its array or passes 64 KiB",
  withGpu(async (gpu) => {
    using array = gpu.allocate(1 << 17, "sliced");
    using to = gpu.allocate(16);
    const dispatch = (offset: number, byteLength: number) =>
      assertThrows(
        () => gpu.dispatch(sliced, { p: { array, offset, byteLength }, to }, [1]),
        RangeError,
      ).message;
    assertMatch(
      dispatch(32, 32),
      /uniform "p" is 32 bytes from 32 of "sliced" with 131072; a slice/,
    );
    assertMatch(dispatch(-256, 32), /32 bytes from -256/);
    assertMatch(dispatch((1 << 17) - 256, 260), /260 bytes from 130816/);
    assertMatch(dispatch(0, (1 << 16) + 4), /uniform "p" has 65540 bytes, at most 65536 fit/);
    await assertWorks(gpu);
  }),
);

Deno.test("openGpu() opens two GPUs that work at the same time", async () => {
  await using first = await openGpu({ adapter: testAdapter() });
  await using second = await openGpu({ adapter: testAdapter() });
  using one = first.upload(new Uint32Array([1]));
  using two = second.upload(new Uint32Array([2]));
  for (let i = 0; i < 3; i++) {
    first.dispatch(step, { to: one }, [1]);
    second.dispatch(step, { to: two }, [1]);
    second.dispatch(step, { to: two }, [1]);
  }
  // x -> 3 x + 1: three times 27 x + 13, six times 729 x + 364.
  const [three, six] = await Promise.all([
    first.read(one, Uint32Array),
    second.read(two, Uint32Array),
  ]);
  assertEquals(three, new Uint32Array([40]));
  assertEquals(six, new Uint32Array([1822]));
});

Deno.test("read() throws an error that names the kernel when an array is another GPU's", async () => {
  await using first = await openGpu({ adapter: testAdapter() });
  await using second = await openGpu({ adapter: testAdapter() });
  using foreign = first.allocate(4);
  second.dispatch(step, { to: foreign }, [1]);
  const error = await assertRejects(() => second.done(), GpuValidationError);
  assertMatch(error.message, /^Cannot run "test\/step": [^\n]+$/);
  await assertWorks(second);
  await assertWorks(first);
});

const loops = defineKernel({
  label: "test/loops",
  // Steps of a linear congruential generator, which no compiler shortens.
  code: `@group(0) @binding(0) var<uniform> p: vec4u;
@group(0) @binding(1) var<storage, read_write> counts: array<u32>;
@compute @workgroup_size(1) fn main() {
  var state = 1u;
  var first = 0u;
  var second = 0u;
  for (var i = 0u; i < p.x; i++) { state = state * 1664525u + 1013904223u; first++; }
  for (var i = 0u; i < p.y; i++) { state = state * 1664525u + 1013904223u; second++; }
  counts[0] = first;
  counts[1] = second;
  counts[2] = state;
}`,
  bindings: { p: "uniform", counts: "write" },
});

Deno.test(
  "MAX_LOOP_ITERATIONS is what an invocation may loop in all: llvmpipe stops there, hardware does not",
  withGpu(async (gpu) => {
    using counts = gpu.allocate(12);
    const run = async (first: number, second: number) => {
      gpu.dispatch(loops, { p: new Uint32Array([first, second, 0, 0]), counts }, [1]);
      return [...(await gpu.read(counts, Uint32Array)).subarray(0, 2)];
    };
    assertEquals(await run(65_535, 0), [65_535, 0]);
    if (gpu.info.software && /llvmpipe/.test(gpu.info.description)) {
      assertEquals(await run(70_000, 0), [65_535, 0]);
      // The end of a loop counts like an iteration.
      assertEquals(await run(40_000, 25_534), [40_000, 25_534]);
      assertEquals(await run(40_000, 25_535), [40_000, 25_534]);
    } else {
      assertEquals(await run(70_000, 0), [70_000, 0]);
    }
  }),
);

Deno.test("checkIterations() throws above 65 535, naming the kernel and the count", () => {
  checkIterations("test/loops", 65_535);
  const error = assertThrows(() => checkIterations("test/loops", 65_536), RangeError);
  assertStringIncludes(error.message, '"test/loops"');
  assertStringIncludes(error.message, "65536");
});
