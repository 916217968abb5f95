import type { BenchAbsentPeer } from "../../src/report/bench_schema.ts";
import { PeerError, type PeerProgram } from "../peer.ts";
import { buildItk, type BuiltItk, itkState } from "./itk.ts";
import { type PythonPeer, pythonProgram } from "./python.ts";

const ON_NVIDIA = "with an NVIDIA GPU and its driver";

const PYTHON_PEERS: readonly PythonPeer[] = [
  {
    name: "scipy",
    script: "scipy_peer.py",
    modules: ["numpy", "scipy"],
    get: "apt-get install python3-scipy",
  },
  {
    name: "torch-cpu",
    script: "torch_peer.py",
    args: ["cpu"],
    modules: ["numpy", "torch"],
    get: "apt-get install python3-numpy python3-torch",
  },
  {
    name: "torch-cuda",
    script: "torch_peer.py",
    args: ["cuda"],
    modules: ["numpy", "torch"],
    device: "torch.cuda.is_available()",
    get: `pip install torch, ${ON_NVIDIA}`,
  },
  {
    name: "cupy",
    script: "cupy_peer.py",
    modules: ["numpy", "cupy"],
    device: "cupy.cuda.runtime.getDeviceCount() > 0",
    get: `pip install cupy-cuda12x, ${ON_NVIDIA}`,
  },
  {
    name: "monai-cuda",
    script: "monai_peer.py",
    args: ["cuda"],
    modules: ["numpy", "torch", "monai"],
    device: "torch.cuda.is_available()",
    get: `pip install torch monai, ${ON_NVIDIA}`,
  },
  {
    name: "dali",
    script: "dali_peer.py",
    modules: ["numpy", "nvidia.dali"],
    get: `pip install nvidia-dali-cuda120, ${ON_NVIDIA}`,
  },
];

const ITK_THREADS = { "itk-1t": 1, "itk-2t": 2 } as const;

/** What a person may call native peers: each by its name, and ITK with either number of threads as `itk`. */
export const PEER_NAMES = [
  "scipy",
  "itk",
  "itk-1t",
  "itk-2t",
  "torch-cpu",
  "torch-cuda",
  "cupy",
  "monai-cuda",
  "dali",
] as const;

/** One of {@linkcode PEER_NAMES}. */
export type PeerName = typeof PEER_NAMES[number];

/** The native peers of a benchmark. */
export interface FoundPeers {
  /** What to start. */
  readonly programs: readonly PeerProgram[];
  /** Which of those asked for are not on this machine. */
  readonly absent: readonly BenchAbsentPeer[];
  /** As the command line asked for them. */
  readonly asked: string;
}

/** A peer, and what there is of it on this machine. */
export interface PeerState {
  readonly name: PeerProgram["name"];
  /** What there is. */
  readonly found?: string;
  /** Why there is nothing, and how to get it; one line. */
  readonly reason?: string;
}

/** Options of {@linkcode findPeers}. */
export interface FindPeersOptions {
  /** Reports one that was asked for by name and is absent, as with `"auto"`, and is no error. */
  readonly lenient?: boolean;
  /** Called before a step that takes seconds. */
  readonly onStep?: (text: string) => void;
  /** Ends the search. */
  readonly signal?: AbortSignal;
}

/**
 * Looks for native peers on this machine: programs of their own, never requirements. Native ITK is compiled if its headers are there.
 *
 * @param wanted `"auto"` for every peer there is, or names.
 * @param options Progress and end.
 * @returns What was found and what is absent.
 * @throws {PeerError} If one that was asked for by name is absent, unless that may be; the message says how to get it.
 */
export async function findPeers(
  wanted: "auto" | readonly PeerName[],
  options: FindPeersOptions = {},
): Promise<FoundPeers> {
  const { lenient = wanted === "auto", onStep, signal } = options;
  const named = (name: string) => wanted === "auto" || (wanted as readonly string[]).includes(name);
  const programs: PeerProgram[] = [];
  const absent: BenchAbsentPeer[] = [];
  const miss = (implementation: PeerProgram["name"], reason: string) => {
    if (!lenient) throw new PeerError(implementation, reason);
    absent.push({ implementation, reason });
  };
  const inPython = PYTHON_PEERS.filter(({ name }) => named(name));
  if (inPython.length > 0) onStep?.(`looking for ${inPython.map(({ name }) => name).join(", ")}`);
  const found = await Promise.all(inPython.map((peer) => pythonProgram(peer, signal)));
  for (const [i, program] of found.entries()) {
    if (typeof program === "string") miss(inPython[i]!.name, program);
    else programs.push(program);
  }
  let itk: BuiltItk | undefined;
  for (const [name, threads] of Object.entries(ITK_THREADS)) {
    if (!named(name) && !named("itk")) continue;
    itk ??= await buildItk(options);
    const implementation = name as keyof typeof ITK_THREADS;
    if ("reason" in itk) miss(implementation, itk.reason);
    else programs.push({ name: implementation, command: itk.command, args: [name, `${threads}`] });
  }
  return { programs, absent, asked: wanted === "auto" ? wanted : wanted.join(",") };
}

/**
 * Lists all native peers, building and installing nothing.
 *
 * @param signal Ends the search.
 * @returns One entry per peer.
 */
export async function listPeers(signal?: AbortSignal): Promise<PeerState[]> {
  const inPython = PYTHON_PEERS.map(async (peer): Promise<PeerState> => {
    const program = await pythonProgram(peer, signal);
    return {
      name: peer.name,
      ...typeof program === "string" ? { reason: program } : { found: `by ${program.command}` },
    };
  });
  const itk = itkState();
  const native = Object.keys(ITK_THREADS).map(async (name): Promise<PeerState> => ({
    name: name as keyof typeof ITK_THREADS,
    ...await itk,
  }));
  return await Promise.all([...inPython, ...native]);
}
