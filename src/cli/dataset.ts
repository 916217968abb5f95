import { basename } from "@std/path";
import { commandLine } from "../../bench/mod.ts";
import { checkDataFolder, findCases, NO_LICENCE, writeDataset } from "../data/mod.ts";
import { openGpu } from "../gpu/mod.ts";
import { ADAPTER_FLAG, wantedAdapter } from "./adapter_flag.ts";
import { type Command, defineCommand } from "./command.ts";
import { UsageError } from "./exit_codes.ts";
import { failFor } from "./failures.ts";
import { checkOutParent } from "./out_folder.ts";
import { userPath } from "./paths.ts";
import { formatColumns } from "./table.ts";

/** Writes a data set. */
export const datasetCommand: Command = defineCommand({
  name: "dataset",
  summary: "Write a data set: CTs with merged labels, and where each organ's labels come from",
  operands: ["OUT_DIR"],
  flags: {
    data: {
      type: "string",
      value: "DIR",
      help: "Folder in a known layout: CT-ORG, LiTS, nnU-Net, TotalSegmentator (needed)",
    },
    "semi-automatic": {
      type: "string",
      value: "DIR",
      help: "Folder of labels-N.nii.gz in CT-ORG's values, made by a person with a program",
    },
    licence: {
      type: "string",
      value: "ID",
      help: "SPDX identifier of the images' licence (what DIR says by default)",
    },
    title: { type: "string", value: "TEXT", help: "What to call it (DIR's name by default)" },
    adapter: ADAPTER_FLAG,
  },
  details:
    "Labels are merged in the paper's order, and a labelled voxel is never overwritten: those of DIR first, then\n" +
    "semi-automatic ones of organs that DIR does not label, then lungs and bone by the paper's rules where nobody labelled\n" +
    "them. OUT_DIR must be absent, empty, or begun by the same command, and gets in CT-ORG's layout:\n" +
    "  volume-N.nii.gz  The CT, to the bit\n" +
    "  labels-N.nii.gz  Liver 1, bladder 2, lungs 3, kidneys 4, bone 5, brain 6\n" +
    "  provenance.json  Where the labels of each organ of each case come from, and SHA-256 of all files\n" +
    "  README.md        A dataset card\n" +
    "  CITATION.cff     What to cite\n\n" +
    "A command that was stopped goes on where it was; until it is done, no other task takes the folder. A case that cannot\n" +
    "be used does not stop the others; exit code 1 at the end names it, and the folder is not done before it can.",
  examples: [
    {
      line: "deno task dataset --data LiTS livers-and-lungs --licence CC-BY-NC-ND-4.0",
      does: "Livers as given, lungs and bone by the rules",
    },
    { line: "deno task check-data livers-and-lungs", does: "To look at the result" },
  ],
  async run([operand = ""], flags, { signal, progress, print }) {
    if (flags.data === undefined) {
      throw new UsageError("Cannot write a data set without data: give --data DIR");
    }
    const data = userPath(flags.data);
    const folder = userPath(operand);
    if (data === folder) {
      throw new UsageError(`Cannot write to "${folder}": it is the data folder; name another`);
    }
    const dataset = await findCases(data);
    await checkOutParent(folder);
    await checkDataFolder(folder, dataset.cases.map(({ number }) => number));
    const adapter = wantedAdapter(flags.adapter);
    await using gpu = await openGpu({ adapter, signal });
    const title = flags.title ?? basename(data);
    const { "semi-automatic": semiAutomatic, licence } = flags;
    const { record, kept, failures } = await writeDataset(gpu, folder, dataset, {
      ...{ title, licence, signal },
      semiAutomatic: semiAutomatic === undefined ? undefined : userPath(semiAutomatic),
      command: commandLine("dataset", {
        ...{ data: flags.data, "semi-automatic": semiAutomatic, licence, title: flags.title },
      }, [operand]),
      onCase: (number, done, all) => progress.stage(`Case ${number}: ${done + 1} of ${all}`),
    });
    progress[Symbol.dispose]();
    const all = Object.values(record.cases);
    const organs = [...new Set(all.flatMap(({ origins }) => Object.keys(origins)))];
    const origins = [...new Set(all.flatMap(({ origins }) => Object.values(origins)))];
    print(formatColumns(
      ["organ", ...origins],
      organs.map((organ) => [
        organ,
        ...origins.map((origin) =>
          `${
            all.filter(({ origins: of }) =>
              Object.entries(of).some(([name, value]) => name === organ && value === origin)
            ).length
          }`
        ),
      ]),
    ));
    if (kept.length > 0) {
      print(`${kept.length} of ${dataset.cases.length} cases were there already`);
    }
    if (record.licence === NO_LICENCE) {
      print(
        "The licence of the images is not known: name it by --licence before you give the folder on",
      );
    }
    print(folder);
    failFor(failures, print);
  },
});
