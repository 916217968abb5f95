import { NoAdapterError } from "./errors.ts";

/** What is known of an adapter, as plain data for reports. */
export interface AdapterInfo {
  /** The driver's own name of the device, e.g. `llvmpipe (LLVM 15.0.6, 256 bits)`. */
  readonly description: string;
  /** The vendor's name, or its PCI number where the name is not known. */
  readonly vendor: string;
  /** True if the "GPU" is a program on the CPU: its timings say nothing of real hardware. */
  readonly software: boolean;
  /** Optional WebGPU features the adapter offers, sorted. */
  readonly features: readonly string[];
  /** The adapter's limits by WebGPU's names. */
  readonly limits: Readonly<Record<string, number>>;
}

const VENDORS: Readonly<Record<string, string>> = {
  "4098": "AMD",
  "4203": "Apple",
  "4318": "NVIDIA",
  "5045": "ARM",
  "20803": "Qualcomm",
  "32902": "Intel",
  "65541": "Mesa",
};

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|softpipe|basic render|warp|software/i;

/** The limits a device asks for and a report shows. */
export const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxUniformBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupsPerDimension",
  "maxTextureDimension3D",
] as const;

/**
 * Reads an adapter's description, features and limits.
 *
 * @param adapter The adapter to describe.
 * @returns Plain data.
 */
export function describeAdapter(adapter: GPUAdapter): AdapterInfo {
  const { description, device, vendor, isFallbackAdapter } = adapter.info;
  const name = description || device || "unnamed adapter";
  return {
    description: name,
    vendor: VENDORS[vendor] ?? vendor,
    software: isFallbackAdapter || SOFTWARE.test(name),
    features: [...adapter.features].sort(),
    limits: Object.fromEntries(LIMITS.map((key) => [key, adapter.limits[key]])),
  };
}

/**
 * Picks an adapter.
 *
 * @param wanted `"software"`, `"hardware"`, or a part of the adapter's description, in any case; without it the fastest
 *   adapter that answers.
 * @returns The adapter and its description.
 * @throws {NoAdapterError} If no adapter answers or none matches; the message names those that answered.
 */
export async function selectAdapter(
  wanted?: string,
): Promise<{ adapter: GPUAdapter; info: AdapterInfo }> {
  // Browsers that lack WebGPU have no `navigator.gpu` at all, whatever the types say.
  const entry = navigator.gpu as GPU | undefined;
  if (!entry) {
    throw new NoAdapterError(
      "Cannot use WebGPU: this runtime has no navigator.gpu; use Deno 2.9 or a browser with WebGPU",
    );
  }
  const requests: GPURequestAdapterOptions[] = [
    { powerPreference: "high-performance" },
    { powerPreference: "low-power" },
    { forceFallbackAdapter: true },
  ];
  const seen: string[] = [];
  for (const request of requests) {
    const adapter = await entry.requestAdapter(request);
    if (!adapter) continue;
    const info = describeAdapter(adapter);
    if (seen.includes(info.description)) continue;
    seen.push(info.description);
    if (matches(info, wanted)) return { adapter, info };
  }
  if (seen.length === 0) {
    throw new NoAdapterError(
      "Cannot find a GPU adapter: no Vulkan, Metal or Direct3D 12 driver answers; on Debian or Ubuntu " +
        "install libvulkan1 and mesa-vulkan-drivers (a software adapter)",
    );
  }
  throw new NoAdapterError(
    `Cannot find a GPU adapter that matches "${wanted}": found ${seen.join(", ")}`,
  );
}

function matches(info: AdapterInfo, wanted: string | undefined): boolean {
  if (wanted === undefined || wanted === "") return true;
  if (wanted === "software") return info.software;
  if (wanted === "hardware") return !info.software;
  return info.description.toLowerCase().includes(wanted.toLowerCase());
}
