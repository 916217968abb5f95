import { listPeers } from "../../bench/mod.ts";
import { openGpu, selfTest } from "../gpu/mod.ts";
import { ADAPTER_FLAG, wantedAdapter } from "./adapter_flag.ts";
import { type Command, defineCommand } from "./command.ts";
import { type Diagnosis, formatDiagnosis } from "./diagnosis.ts";
import { EXIT } from "./exit_codes.ts";
import { hostFacts, missingParts } from "./host.ts";

/** Shows what the project finds on this machine. */
export const doctorCommand: Command = defineCommand({
  name: "doctor",
  summary: "Show what the project finds on this machine and what is missing",
  operands: [],
  flags: {
    json: { type: "boolean", help: "Print JSON instead of text" },
    adapter: ADAPTER_FLAG,
  },
  details:
    "Exit code 0 if an adapter answers and its self-test is right, 1 if the self-test is wrong,\n" +
    "3 without a usable adapter.",
  examples: [
    { line: "deno task doctor", does: "Everything, in words" },
    { line: "deno task doctor --adapter hardware", does: "Whether a hardware GPU can be used" },
    { line: "deno task doctor --json", does: "The same for a program" },
  ],
  async run(_operands, flags, { signal, progress, print }) {
    progress.stage("Look at the machine");
    const peers = listPeers(signal);
    const diagnosis: Diagnosis = {
      ...await hostFacts(),
      ...await examineGpu(wantedAdapter(flags.adapter), signal),
      peers: await peers,
      missing: await missingParts(),
    };
    progress[Symbol.dispose]();
    print(flags.json ? JSON.stringify(diagnosis, null, 2) : formatDiagnosis(diagnosis));
    if (!diagnosis.adapter) return EXIT.noAdapter;
    return diagnosis.selfTest?.kernel.ok ? EXIT.done : EXIT.failed;
  },
});

/** Opens the GPU and tests it; why that failed is part of the diagnosis. */
async function examineGpu(
  adapter: string | undefined,
  signal: AbortSignal,
): Promise<Pick<Diagnosis, "adapter" | "selfTest" | "noAdapter">> {
  try {
    await using gpu = await openGpu({ adapter, signal });
    return { adapter: gpu.info, selfTest: await selfTest(gpu) };
  } catch (error) {
    signal.throwIfAborted();
    return { noAdapter: (error as Error).message };
  }
}
