import type { MachineFacts, PeerState } from "../../bench/mod.ts";
import { type AdapterInfo, formatBytes, type SelfTestResult } from "../gpu/mod.ts";

/** Something that is not there, what needs it and how to get it. */
export interface MissingPart {
  readonly name: string;
  readonly needed: string;
  readonly mend: string;
}

/** What is known without a GPU. */
export interface HostFacts {
  /** Versions of the project, of Deno and its engines, and of the packages by name. */
  readonly versions: {
    readonly project: string;
    readonly deno: string;
    readonly v8: string;
    readonly typescript: string;
    readonly packages: Readonly<Record<string, string>>;
  };
  readonly machine: MachineFacts;
  /** What stands between WebGPU and the GPU; on Linux the Vulkan drivers that are installed. */
  readonly drivers: readonly string[];
}

/** What the doctor finds. */
export interface Diagnosis extends HostFacts {
  /** The adapter that commands would use. */
  readonly adapter?: AdapterInfo;
  /** Why there is none. */
  readonly noAdapter?: string;
  readonly selfTest?: SelfTestResult;
  /** Native programs that the benchmark can time as well; none is needed. */
  readonly peers: readonly PeerState[];
  readonly missing: readonly MissingPart[];
}

/**
 * Writes a diagnosis for a person.
 *
 * @param diagnosis What was found.
 * @returns Plain text without a final line break.
 */
export function formatDiagnosis(diagnosis: Diagnosis): string {
  const { versions, machine, adapter, selfTest, peers, missing } = diagnosis;
  const { os, cores, cpu, memory_bytes: memory } = machine;
  const rows: [string, string][] = [
    ["project", versions.project],
    ["deno", `${versions.deno} (v8 ${versions.v8}, TypeScript ${versions.typescript})`],
    [
      "machine",
      [os, `${cores} cores`, cpu, memory && `${formatBytes(memory)} memory`].filter(Boolean)
        .join(", "),
    ],
    ["drivers", diagnosis.drivers.join(", ") || "none found"],
    ...adapter
      ? describe(adapter)
      : [["adapter", `none: ${diagnosis.noAdapter}`]] as [string, string][],
    ...selfTest
      ? Object.entries(selfTest).map(([name, { ok, detail }]): [string, string] => [
        `test of ${name}`,
        `${ok ? "ok" : "not ok"}: ${detail}`,
      ])
      : [],
    [
      "packages",
      Object.entries(versions.packages).map(([name, version]) => `${name} ${version}`).join(", "),
    ],
    ...peers.map(({ name, found, reason }): [string, string] => [
      `peer ${name}`,
      found ?? reason!,
    ]),
    ...missing.map(({ name, needed, mend }): [string, string] => [
      "missing",
      `${name}, for ${needed}; ${mend}`,
    ]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join("\n");
}

function describe(adapter: AdapterInfo): [string, string][] {
  const kind = adapter.software
    ? "software: a program on the CPU, its timings say nothing of a GPU"
    : "hardware";
  const limits = Object.entries(adapter.limits).map(([name, value]) =>
    `${name} ${/Size$/.test(name) && value >= 1024 ? formatBytes(value) : value}`
  );
  return [
    ["adapter", `${adapter.description}, ${adapter.vendor} (${kind})`],
    ["features", adapter.features.join(", ") || "none beyond WebGPU's core"],
    ["limits", limits.join(", ")],
  ];
}
