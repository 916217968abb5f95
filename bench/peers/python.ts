import { fromFileUrl } from "@std/path";
import type { PeerProgram } from "../peer.ts";

/** A peer in Python: a script of this folder and what it must be able to import. */
export interface PythonPeer {
  readonly name: PeerProgram["name"];
  /** Of this folder. */
  readonly script: string;
  /** Its arguments. */
  readonly args?: readonly string[];
  readonly modules: readonly string[];
  /** A Python expression that is true where the device it needs is there. */
  readonly device?: string;
  /** How to get it. */
  readonly get: string;
}

/** The first on PATH may be a virtual environment that lacks what Debian's own has. */
const PYTHONS = ["python3", "/usr/bin/python3"];

/**
 * Sets up a peer in Python: the first `python3` of the machine that imports what it needs.
 *
 * @param peer The peer.
 * @param signal Ends the search.
 * @returns The program, or in one line why there is none and how to get it.
 */
export async function pythonProgram(
  peer: PythonPeer,
  signal?: AbortSignal,
): Promise<PeerProgram | string> {
  const { name, script, args = [], modules, device, get } = peer;
  for (const command of PYTHONS) {
    if (await imports(command, peer, signal)) {
      return {
        name,
        command,
        args: ["-B", fromFileUrl(new URL(script, import.meta.url)), ...args],
      };
    }
  }
  const missing = `no python3 here imports ${modules.join(" and ")}`;
  return `not installed: ${missing}${device === undefined ? "" : " and finds a GPU"}; ${get}`;
}

async function imports(
  command: string,
  { modules, device = "True" }: PythonPeer,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(command, {
      args: ["-B", "-c", `import sys, ${modules.join(", ")}; sys.exit(not ${device})`],
      stdin: "null",
      stdout: "null",
      stderr: "null",
      ...(signal ? { signal } : {}),
    }).output();
    signal?.throwIfAborted();
    return success;
  } catch (error) {
    // Absent, not a program, or not among those this process may start: the next one may do.
    if (isUnstartable(error)) return false;
    throw error;
  }
}

/**
 * Whether an error says that a program cannot be started on this machine or by this process.
 *
 * @param error What starting it threw.
 * @returns True if so.
 */
export function isUnstartable(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable ||
    error instanceof Deno.errors.PermissionDenied;
}
