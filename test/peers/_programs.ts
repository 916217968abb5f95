import type { PeerProgram } from "../../bench/peer.ts";
import { isItkBuilt, ITK_PROGRAM } from "../../bench/peers/itk.ts";
import { pythonProgram } from "../../bench/peers/python.ts";

/** A native peer, or why it cannot be tested here. */
export interface Candidate {
  readonly name: PeerProgram["name"];
  readonly program?: PeerProgram;
  readonly reason?: string;
}

async function python(
  name: PeerProgram["name"],
  script: string,
  module: string,
  debian: string,
): Promise<Candidate> {
  const found = await pythonProgram({ name, script, modules: ["numpy", module], debian });
  return typeof found === "string" ? { name, reason: found } : { name, program: found };
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
  await python("scipy", "scipy_peer.py", "scipy", "python3-scipy"),
  await python("torch-cpu", "torch_peer.py", "torch", "python3-torch"),
  itk("itk-1t", 1),
  itk("itk-2t", 2),
];
