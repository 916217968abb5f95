import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { describeAdapter, NoAdapterError, openGpu, selectAdapter } from "../../src/gpu/mod.ts";
import { testAdapter, withGpu } from "../_gpu.ts";

function madeUp(
  description: string,
  { device = "", vendor = "4318", isFallbackAdapter = false } = {},
): GPUAdapter {
  return {
    info: { description, device, vendor, architecture: "", isFallbackAdapter },
    features: new Set(["timestamp-query", "shader-f16"]),
    limits: { maxBufferSize: 1024, maxTextureDimension3D: 2048 },
  } as unknown as GPUAdapter;
}

/** Runs `work` where `navigator.gpu` answers the three kinds of request with these adapters. */
async function withAdapters(
  adapters: { fast?: GPUAdapter; frugal?: GPUAdapter; fallback?: GPUAdapter } | undefined,
  work: () => Promise<void>,
): Promise<void> {
  const gpu = adapters && {
    requestAdapter: (options: GPURequestAdapterOptions) =>
      Promise.resolve(
        (options.forceFallbackAdapter
          ? adapters.fallback
          : options.powerPreference === "low-power"
          ? adapters.frugal
          : adapters.fast) ?? null,
      ),
  };
  Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  try {
    await work();
  } finally {
    delete (navigator as { gpu?: unknown }).gpu;
  }
}

const NVIDIA = madeUp("NVIDIA GeForce RTX 4090");
const INTEL = madeUp("Intel(R) UHD Graphics 770 (ADL-S GT1)", { vendor: "32902" });
const LLVMPIPE = madeUp("llvmpipe (LLVM 15.0.6, 256 bits)", { vendor: "65541" });

Deno.test("describeAdapter() tells software from hardware", () => {
  const software = [
    "llvmpipe (LLVM 15.0.6, 256 bits)",
    "SwiftShader Device (Subzero)",
    "Google SwiftShader",
    "Microsoft Basic Render Driver",
    "softpipe",
    "Apple Software Renderer",
  ];
  const hardware = [
    "NVIDIA GeForce RTX 4090",
    "NVIDIA H200",
    "AMD Radeon RX 7900 XTX (RADV NAVI31)",
    "Intel(R) Arc(tm) A770 Graphics (DG2)",
    "Apple M3 Max",
    "Adreno (TM) 740",
    "Mali-G78",
  ];
  for (const name of software) assertEquals(describeAdapter(madeUp(name)).software, true, name);
  for (const name of hardware) assertEquals(describeAdapter(madeUp(name)).software, false, name);
});

Deno.test("describeAdapter() believes an adapter that calls itself a fallback", () => {
  const adapter = madeUp("Some Adapter", { isFallbackAdapter: true });
  assertEquals(describeAdapter(adapter).software, true);
});

Deno.test("describeAdapter() names the device where the description is empty, and the vendor", () => {
  const info = describeAdapter(madeUp("", { device: "Mali-G78", vendor: "5045" }));
  assertEquals(info.description, "Mali-G78");
  assertEquals(info.vendor, "ARM");
  assertEquals(describeAdapter(madeUp("")).description, "unnamed adapter");
  assertEquals(describeAdapter(madeUp("X", { vendor: "77" })).vendor, "77");
});

Deno.test("describeAdapter() gives plain data that survives JSON", () => {
  const info = describeAdapter(NVIDIA);
  assertEquals(info.features, ["shader-f16", "timestamp-query"]);
  assertEquals(info.limits.maxBufferSize, 1024);
  assertEquals(JSON.parse(JSON.stringify(info)).limits.maxTextureDimension3D, 2048);
});

Deno.test("selectAdapter() takes the fastest adapter when nothing is asked for", async () => {
  await withAdapters({ fast: NVIDIA, frugal: INTEL, fallback: LLVMPIPE }, async () => {
    assertEquals((await selectAdapter()).adapter, NVIDIA);
    assertEquals((await selectAdapter("")).adapter, NVIDIA);
  });
});

Deno.test("selectAdapter() finds software, hardware and parts of names in any case", async () => {
  await withAdapters({ fast: NVIDIA, frugal: INTEL, fallback: LLVMPIPE }, async () => {
    assertEquals((await selectAdapter("software")).adapter, LLVMPIPE);
    assertEquals((await selectAdapter("hardware")).adapter, NVIDIA);
    assertEquals((await selectAdapter("INTEL(r)")).adapter, INTEL);
    assertEquals((await selectAdapter("LlvmPipe")).adapter, LLVMPIPE);
  });
  await withAdapters({ fast: LLVMPIPE, frugal: INTEL, fallback: LLVMPIPE }, async () => {
    assertEquals((await selectAdapter("hardware")).adapter, INTEL);
  });
});

Deno.test("selectAdapter() names every adapter once when none matches", async () => {
  await withAdapters({ fast: LLVMPIPE, frugal: INTEL, fallback: LLVMPIPE }, async () => {
    const error = await assertRejects(() => selectAdapter("radeon"), NoAdapterError);
    assertEquals(
      error.message,
      'Cannot find a GPU adapter that matches "radeon": found llvmpipe (LLVM 15.0.6, 256 bits), ' +
        "Intel(R) UHD Graphics 770 (ADL-S GT1)",
    );
  });
  await withAdapters({ fast: LLVMPIPE, frugal: LLVMPIPE, fallback: LLVMPIPE }, async () => {
    const error = await assertRejects(() => selectAdapter("hardware"), NoAdapterError);
    assertStringIncludes(error.message, "llvmpipe");
  });
});

Deno.test("selectAdapter() says what to install when no adapter answers", async () => {
  await withAdapters({}, async () => {
    const error = await assertRejects(() => selectAdapter("software"), NoAdapterError);
    assertStringIncludes(error.message, "mesa-vulkan-drivers");
  });
});

Deno.test("selectAdapter() says so when the runtime has no WebGPU", async () => {
  await withAdapters(undefined, async () => {
    const error = await assertRejects(() => selectAdapter(), NoAdapterError);
    assertStringIncludes(error.message, "navigator.gpu");
  });
});

Deno.test(
  "openGpu() opens what this machine has by kind and by part of its name, and refuses the rest",
  withGpu(async ({ info }) => {
    assert(info.description.length > 0);
    {
      await using same = await openGpu({ adapter: info.description.slice(0, 8).toUpperCase() });
      assertStringIncludes(
        same.info.description.toUpperCase(),
        info.description.slice(0, 8).toUpperCase(),
      );
    }
    {
      await using own = await openGpu({ adapter: info.software ? "software" : "hardware" });
      assertEquals(own.info.software, info.software);
    }
    const error = await assertRejects(() => openGpu({ adapter: "no such adapter" }));
    assertInstanceOf(error, NoAdapterError);
    assertStringIncludes(error.message, '"no such adapter"');
    assertStringIncludes(error.message, "found ");
    // The other kind is there or is refused by name; it is never replaced.
    const other = info.software ? "hardware" : "software";
    const opened = await openGpu({ adapter: other }).catch((reason: unknown) => reason);
    if (opened instanceof NoAdapterError) {
      assertStringIncludes(opened.message, `"${other}"`);
      if (testAdapter() === undefined) assertStringIncludes(opened.message, info.description);
    } else {
      await using gpu = opened as Awaited<ReturnType<typeof openGpu>>;
      assertEquals(gpu.info.software, !info.software);
    }
  }),
);

Deno.test(
  "openGpu() gives the device the adapter's own limits",
  withGpu((gpu) => {
    for (const key of ["maxBufferSize", "maxStorageBufferBindingSize"] as const) {
      assertEquals(gpu.device.limits[key], gpu.info.limits[key], key);
    }
    return Promise.resolve();
  }),
);

Deno.test("openGpu() opens nothing when it is aborted before", async () => {
  const reason = new Error("stopped");
  const error = await assertRejects(() => openGpu({ signal: AbortSignal.abort(reason) }));
  assertEquals(error, reason);
});
