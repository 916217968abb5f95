import { fromFileUrl } from "@std/path";
import type { PeerProgram } from "../../bench/peer.ts";
import { isItkBuilt, ITK_PROGRAM } from "../../bench/peers/itk.ts";
import { pythonProgram } from "../../bench/peers/python.ts";

/** A native peer, or why it cannot be tested here. */
export interface Candidate {
  readonly name: PeerProgram["name"];
  /** The library that something else stands in for. */
  readonly standIn?: string;
  readonly program?: PeerProgram;
  readonly reason?: string;
}

async function python(
  name: PeerProgram["name"],
  script: string,
  module: string,
  args: readonly string[] = [],
): Promise<Candidate> {
  const modules = ["numpy", module];
  const found = await pythonProgram({ name, script, args, modules, get: `install ${module}` });
  return typeof found === "string" ? { name, reason: found } : { name, program: found };
}

/** A peer in Python that finds the modules of `stand_in` before those of the machine. */
async function standIn(
  name: PeerProgram["name"],
  script: string,
  library: string,
  real: string,
  args: readonly string[] = [],
): Promise<Candidate> {
  const candidate = await python(name, script, real, args);
  if (!candidate.program) return { ...candidate, standIn: library };
  const [, path = ""] = candidate.program.args;
  const folder = fromFileUrl(new URL("stand_in", import.meta.url));
  const quoted = [folder, path.slice(0, path.lastIndexOf("/")), path].map((text) =>
    JSON.stringify(text)
  );
  const code = "import sys, runpy; " +
    `sys.path[:0] = [${quoted[0]}, ${quoted[1]}]; runpy.run_path(${
      quoted[2]
    }, run_name="__main__")`;
  return {
    name,
    standIn: library,
    program: { ...candidate.program, args: ["-B", "-c", code, ...args] },
  };
}

const built = await isItkBuilt();

function itk(name: PeerProgram["name"], threads: number): Candidate {
  return built ? { name, program: { name, command: ITK_PROGRAM, args: [name, `${threads}`] } } : {
    name,
    reason: "no .peers/itk_peer as new as its source; deno task bench --peers itk builds it",
  };
}

/** Every native peer. */
export const CANDIDATES: readonly Candidate[] = [
  await python("scipy", "scipy_peer.py", "scipy"),
  await python("torch-cpu", "torch_peer.py", "torch", ["cpu"]),
  await standIn("cupy", "cupy_peer.py", "CuPy", "scipy"),
  await standIn("dali", "dali_peer.py", "DALI", "numpy"),
  await standIn("monai-cuda", "monai_peer.py", "MONAI", "torch", ["cpu"]),
  itk("itk-1t", 1),
  itk("itk-2t", 2),
];
