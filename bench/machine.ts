import { cpus } from "node:os";

/** The machine a benchmark ran on; a fact that the permissions do not cover is left out. */
export interface MachineFacts {
  /** The processor's model. */
  readonly cpu?: string;
  /** Logical cores this process may use. */
  readonly cores: number;
  /** Main memory in bytes. */
  readonly memory_bytes?: number;
  /** Operating system, release where it may be read, and architecture, e.g. `linux 6.1.0 x86_64`. */
  readonly os: string;
}

/**
 * Reads what is known of the machine, without asking for permissions: `--allow-sys=cpus,systemMemoryInfo,osRelease` covers all.
 *
 * @returns The facts.
 */
export function machineFacts(): MachineFacts {
  // A virtual machine may give its processor no name.
  const cpu = granted("cpus") ? cpus()[0]?.model.trim() : "";
  // The kernel's version without what a distributor or a host adds to it.
  const release = granted("osRelease") ? [Deno.osRelease().replace(/-.*/, "")] : [];
  return {
    ...(cpu ? { cpu } : {}),
    cores: navigator.hardwareConcurrency,
    ...(granted("systemMemoryInfo") ? { memory_bytes: Deno.systemMemoryInfo().total } : {}),
    os: [Deno.build.os, ...release, Deno.build.arch].join(" "),
  };
}

function granted(kind: "cpus" | "osRelease" | "systemMemoryInfo"): boolean {
  return Deno.permissions.querySync({ name: "sys", kind }).state === "granted";
}
