import { join } from "@std/path";

/** Where Linux tells what the processor's packages have used (RAPL). */
const POWERCAP = "/sys/class/powercap";
/** Packages, not their parts: `intel-rapl:0`, but not `intel-rapl:0:1`. */
const PACKAGE = /^[a-z-]+:\d+$/;

/** What the counters of a host's processor packages showed: microjoules by name. */
export type EnergyReading = ReadonlyMap<string, number>;

/**
 * Reads the counters of the processor's packages.
 *
 * @param folder Where they are.
 * @returns Their values; none where the host does not tell, or not to this user.
 */
export async function readEnergy(folder = POWERCAP): Promise<EnergyReading> {
  const reading = new Map<string, number>();
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (!PACKAGE.test(name)) continue;
      const value = Number(await Deno.readTextFile(join(folder, name, "energy_uj")));
      if (Number.isFinite(value)) reading.set(name, value);
    }
  } catch {
    return new Map();
  }
  return reading;
}

/**
 * What was used between two readings, by all programs together.
 *
 * @param before The first reading.
 * @param after The second.
 * @returns Joules; undefined without counters, or if one began anew meanwhile.
 */
export function joulesBetween(before: EnergyReading, after: EnergyReading): number | undefined {
  const used = [...before].map(([name, value]) => (after.get(name) ?? NaN) - value);
  if (used.length === 0 || !used.every((value) => value >= 0)) return undefined;
  return Math.round(used.reduce((sum, value) => sum + value, 0) / 1e6);
}
