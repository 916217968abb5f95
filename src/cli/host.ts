import { machineFacts } from "../../bench/mod.ts";
import config from "../../deno.json" with { type: "json" };
import { findChromium } from "./chromium.ts";
import type { HostFacts, MissingPart } from "./diagnosis.ts";

const VULKAN_FOLDERS = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"];

/**
 * Reads versions, the machine and its GPU drivers.
 *
 * @returns The facts.
 */
export async function hostFacts(): Promise<HostFacts> {
  const { deno, v8, typescript } = Deno.version;
  return {
    versions: { project: config.version, deno, v8, typescript, packages: packageVersions() },
    machine: machineFacts(),
    drivers: await findDrivers(),
  };
}

/**
 * Lists what is not on this machine though some part of the project would use it.
 *
 * @returns Nothing where all is there.
 */
export async function missingParts(): Promise<MissingPart[]> {
  const missing: MissingPart[] = [];
  if (!await findChromium()) {
    missing.push({
      name: "chromium",
      needed: "the tests that open a report",
      mend: "on Debian: apt-get install chromium",
    });
  }
  if (Deno.build.os === "linux" && !Deno.env.get("XDG_RUNTIME_DIR")) {
    missing.push({
      name: "XDG_RUNTIME_DIR",
      needed: "a quiet Vulkan (without it every command prints a harmless line)",
      mend: "set it to a private folder, or use ./run",
    });
  }
  return missing;
}

/** Packages by the version that `deno.json` pins. */
function packageVersions(): Record<string, string> {
  return Object.fromEntries(
    Object.values(config.imports).flatMap((specifier) => {
      const [, name, version] = /^(?:npm|jsr):(.+)@([^@]+)$/.exec(specifier) ?? [];
      return name && version ? [[name, version]] : [];
    }),
  );
}

async function findDrivers(): Promise<string[]> {
  if (Deno.build.os === "darwin") return ["Metal"];
  if (Deno.build.os === "windows") return ["Direct3D 12"];
  const named = Deno.env.get("VK_DRIVER_FILES") ?? Deno.env.get("VK_ICD_FILENAMES");
  if (named) return named.split(":");
  const found: string[] = [];
  for (const folder of VULKAN_FOLDERS) {
    try {
      for await (const { name } of Deno.readDir(folder)) {
        if (name.endsWith(".json")) found.push(`${folder}/${name}`);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found.sort();
}
