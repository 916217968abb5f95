import { fromFileUrl } from "@std/path";
import { PATIENCE, type Patience, type PeerProgram } from "../../bench/peer.ts";
import type { BenchImplementation } from "../../src/report/bench_schema.ts";
import { denoCommand } from "../../bench/programs.ts";

/**
 * `_fake_peer.ts` as a program.
 *
 * @param name Its implementation's name.
 * @param behaviour What it does wrong, see there.
 * @param dir A folder it may read and write.
 * @returns The program.
 */
export function fakeProgram(
  name: BenchImplementation,
  behaviour: string,
  dir?: string,
): PeerProgram {
  const permissions = dir === undefined ? [] : [`--allow-read=${dir}`, `--allow-write=${dir}`];
  const script = fromFileUrl(new URL("_fake_peer.ts", import.meta.url));
  return {
    name,
    command: denoCommand(),
    args: ["run", "--quiet", "--no-prompt", ...permissions, script, name, behaviour],
  };
}

/** Patience for programs that are meant to hang: long enough to start a Deno on a busy machine. */
export const IMPATIENT: Patience = { ...PATIENCE, hello: 5_000, sample: 500 };
