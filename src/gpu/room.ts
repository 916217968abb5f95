import type { AdapterInfo } from "./adapter.ts";

/** How much memory work may take. */
export interface MemoryRoom {
  /** Whether it is there, as far as can be told. */
  readonly fits: boolean;
  /** Bytes that there are, where that can be told. */
  readonly offered?: number;
}

/**
 * Tells whether there is memory for some work, before it begins. WebGPU itself does not say how much an adapter has. A software adapter's is
 * the machine's, of which the system tells what is free (with `--allow-sys=systemMemoryInfo`; without it nothing is refused). Of any other
 * adapter as much is taken from the driver, and given back at once: it touches none of it, and takes some milliseconds. A driver that lends
 * memory of the host behind its own will say yes.
 *
 * @param gpu The device, what runs it, and the most that one buffer holds.
 * @param bytes What the work takes beside what is held already.
 * @returns Whether it fits.
 */
export async function memoryRoom(
  { device, info, largestArray }: {
    readonly device: Pick<GPUDevice, "createBuffer" | "pushErrorScope" | "popErrorScope">;
    readonly info: Pick<AdapterInfo, "software">;
    readonly largestArray: number;
  },
  bytes: number,
): Promise<MemoryRoom> {
  if (info.software) {
    const offered = freeHostMemory();
    return offered === undefined ? { fits: true } : { fits: bytes <= offered, offered };
  }
  const taken: GPUBuffer[] = [];
  device.pushErrorScope("out-of-memory");
  for (let left = bytes; left > 0; left -= largestArray) {
    const size = Math.ceil(Math.min(left, largestArray) / 4) * 4;
    taken.push(device.createBuffer({ label: "room", size, usage: GPUBufferUsage.STORAGE }));
  }
  const refused = await device.popErrorScope();
  for (const buffer of taken) buffer.destroy();
  return { fits: refused === null };
}

function freeHostMemory(): number | undefined {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "systemMemoryInfo" });
  return state === "granted" ? Deno.systemMemoryInfo().available : undefined;
}
