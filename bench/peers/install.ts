import type { BenchAbsentPeer, BenchImplementation } from "../../src/report/bench_schema.ts";
import { isUnstartable } from "./python.ts";

/** Debian's and Ubuntu's packages of the peers that they have. */
const PACKAGES: Partial<Record<BenchImplementation, readonly string[]>> = {
  scipy: ["python3-numpy", "python3-scipy"],
  "torch-cpu": ["python3-numpy", "python3-torch"],
  "itk-1t": ["g++", "libinsighttoolkit5-dev"],
  "itk-2t": ["g++", "libinsighttoolkit5-dev"],
};

/** Options of {@linkcode installPeers}. */
export interface InstallOptions {
  /** Whether this process may install: it runs as root. */
  readonly root: boolean;
  /** The program and its first arguments. */
  readonly aptGet?: readonly [string, ...string[]];
  /** Called before a step that takes seconds. */
  readonly onStep?: (text: string) => void;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/**
 * Installs native peers that are absent and that Debian has, with apt-get; the others need a GPU and stay absent.
 *
 * @param absent The peers that are absent, as `findPeers` names them.
 * @param options Who this is, progress and end.
 * @returns The packages installed; none if every peer that Debian has is there.
 * @throws {Error} If there is something to install and this is not root, there is no apt-get, or it fails.
 */
export async function installPeers(
  absent: readonly BenchAbsentPeer[],
  { root, aptGet = ["/usr/bin/apt-get"], onStep, signal }: InstallOptions,
): Promise<string[]> {
  const wanted = absent.flatMap(({ implementation }) => PACKAGES[implementation] ?? []);
  const packages = [...new Set(wanted)].sort();
  if (packages.length === 0) return packages;
  const names = packages.join(" ");
  if (!root) {
    throw new Error(`Cannot install ${names}: only root may; try: sudo apt-get install ${names}`);
  }
  const run = async (...args: string[]) => {
    const [program, ...first] = aptGet;
    const output = await new Deno.Command(program, {
      args: [...first, ...args],
      env: { DEBIAN_FRONTEND: "noninteractive" },
      stdin: "null",
      ...(signal ? { signal } : {}),
    }).output();
    signal?.throwIfAborted();
    return output;
  };
  try {
    onStep?.("reading the lists of packages with apt-get");
    // Another package source may be broken: what counts is whether the packages can be installed.
    await run("update");
    onStep?.(`installing ${names} with apt-get`);
    const { success, stderr } = await run("install", "-y", "--no-install-recommends", ...packages);
    if (!success) throw new Error(`Cannot install ${names}: apt-get: ${complaint(stderr)}`);
  } catch (error) {
    if (!isUnstartable(error)) throw error;
    throw new Error(
      `Cannot install ${names}: there is no apt-get that this process may start; install SciPy, PyTorch, ITK 5 and g++ ` +
        "by this system's own means",
    );
  }
  return packages;
}

/** The first error that apt-get names, or whatever it said last. */
function complaint(stderr: Uint8Array): string {
  const lines = new TextDecoder().decode(stderr).split("\n").filter((line) => line.trim() !== "");
  const error = lines.find((line) => line.startsWith("E: ")) ?? lines.at(-1);
  return error?.replace(/^E: /, "") ?? "it says nothing";
}
