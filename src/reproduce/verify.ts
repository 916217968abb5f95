import { join, resolve } from "@std/path";
import type { ReproduceResult } from "../report/mod.ts";
import { toldPath } from "./_files.ts";
import { type ProfileName, PROFILES } from "./profiles.ts";
import { PARTS, type ReproduceOptions, type ReproduceParts, reproduceWith } from "./reproduce.ts";

/** Claims whose verdicts are of times. */
const SPEED_CLAIMS: readonly number[] = [1, 5, 7];

/**
 * Runs a run again, in the folder `verify` beside its result, and compares the two results value by value. Left out is what is another each
 * time: the benchmark, times, GPU memory in use, energy, the verdicts on speed, and the command.
 *
 * @param folder The run's folder.
 * @param options Signal and progress.
 * @returns One line for each value that differs; none if the results are the same.
 * @throws {Error} If there is no result in the folder, or its data is no longer there.
 */
export async function verifyReproduction(
  folder: string,
  options: Pick<ReproduceOptions, "signal" | "onProgress"> = {},
): Promise<string[]> {
  const before = await readResult(folder);
  if (!Object.hasOwn(PROFILES, before.profile)) {
    throw new Error(`Cannot verify "${toldPath(folder)}": there is no profile "${before.profile}"`);
  }
  const settings = PROFILES[before.profile as ProfileName];
  return await verifyWith({ ...PARTS, settings }, folder, options);
}

/** {@linkcode verifyReproduction} with other parts. */
export async function verifyWith(
  parts: ReproduceParts,
  folder: string,
  options: Pick<ReproduceOptions, "signal" | "onProgress">,
): Promise<string[]> {
  const before = await readResult(folder);
  const { data, transfer, ...given } = before.manifest.options ?? {};
  const { result } = await reproduceWith({
    ...parts,
    // Its figures are compared with nothing.
    bench: (own) => before.bench ? Promise.resolve(before.bench) : parts.bench(own),
  }, {
    ...options,
    ...given,
    ...data !== undefined && { data: resolve(data) },
    ...transfer !== undefined && { transfer: resolve(transfer) },
    profile: before.profile as ProfileName,
    seed: before.seed,
    out: join(folder, "verify"),
  });
  // Through JSON, as the first one came.
  return differences(comparable(before), comparable(JSON.parse(JSON.stringify(result))), "");
}

async function readResult(folder: string): Promise<ReproduceResult> {
  const path = join(folder, "result.json");
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Error(`Cannot verify "${toldPath(folder)}": it holds no result.json`, { cause });
  }
}

/** A result without what is another each time. */
export function comparable(result: ReproduceResult): unknown {
  const { bench: _, arms, claims, manifest, ...rest } = result;
  const { command: _command, stages, started_at: _start, energy_joules: _energy, ...kept } =
    manifest;
  return {
    ...rest,
    arms: arms?.map(({ cost: { parameters }, ...arm }) => ({ ...arm, cost: { parameters } })),
    claims: claims.map((claim) =>
      SPEED_CLAIMS.includes(claim.id) ? { id: claim.id, text: claim.text } : claim
    ),
    manifest: { ...kept, stages: stages.map(({ name }) => name) },
  };
}

/** Where two plain values differ, one line each. */
export function differences(a: unknown, b: unknown, at: string): string[] {
  if (isGroup(a) && isGroup(b)) {
    const names = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...names].flatMap((name) =>
      differences(a[name], b[name], at === "" ? name : `${at}.${name}`)
    );
  }
  if (Object.is(a, b)) return [];
  const told = (value: unknown) => value === undefined ? "nothing" : JSON.stringify(value);
  return [`${at}: ${told(a)}, again ${told(b)}`];
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
