import { commandLine } from "../../bench/mod.ts";
import { writePhantoms } from "../data/mod.ts";
import { openGpu } from "../gpu/mod.ts";
import { ADAPTER_FLAG, wantedAdapter } from "./adapter_flag.ts";
import { type Command, defineCommand } from "./command.ts";
import { failFor } from "./failures.ts";
import { positiveNumber, wholeNumber } from "./flags.ts";
import { checkOutParent } from "./out_folder.ts";
import { userPath } from "./paths.ts";

/** Writes phantoms. */
export const phantomCommand: Command = defineCommand({
  name: "phantom",
  summary: "Write generated CTs with exact labels, in CT-ORG's layout",
  operands: ["OUT_DIR"],
  flags: {
    cases: { type: "string", value: "N", help: "How many (20 by default)" },
    seed: { type: "string", value: "N", help: "Which set of patients (1 by default)" },
    adapter: ADAPTER_FLAG,
  },
  details: "OUT_DIR must be absent, empty, or begun by the same command, and gets for N from 0:\n" +
    "  volume-N.nii.gz  The CT in HU\n" +
    "  labels-N.nii.gz  Liver 1, bladder 2, lungs 3, kidneys 4, bone 5\n" +
    "and provenance.json, README.md (a dataset card) and CITATION.cff. The same number and seed give the same patient. A\n" +
    "command that was stopped goes on where it was; until it is done, no other task takes the folder.",
  examples: [
    { line: "deno task phantom phantoms --cases 20 --seed 1", does: "Twenty cases" },
    { line: "deno task train --data phantoms", does: "To train on them, as on any data folder" },
  ],
  async run([operand = ""], flags, { signal, progress, print }) {
    const cases = positiveNumber("cases", flags.cases) ?? 20;
    const seed = wholeNumber("seed", flags.seed) ?? 1;
    const folder = userPath(operand);
    await checkOutParent(folder);
    await using gpu = await openGpu({ adapter: wantedAdapter(flags.adapter), signal });
    const { kept, failures } = await writePhantoms(gpu, folder, {
      ...{ cases, seed, signal },
      command: commandLine("phantom", { cases, seed }, [operand]),
      onCase: (number, done, all) => progress.stage(`Phantom ${number}: ${done + 1} of ${all}`),
    });
    progress[Symbol.dispose]();
    if (kept.length > 0) print(`${kept.length} of ${cases} phantoms were there already`);
    print(`${cases - failures.length} phantoms of seed ${seed}, licence CC0-1.0`);
    print(folder);
    failFor(failures, print);
  },
});
