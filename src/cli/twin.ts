import { join } from "@std/path";
import { commandLine, machineFacts, TorchTwin } from "../../bench/mod.ts";
import { openGpu } from "../gpu/mod.ts";
import { renderTwinReport, type TwinResult, writeTextWhole } from "../report/mod.ts";
import { compareWithTorch, FULL_PLAN, QUICK_PLAN, twinFailures } from "../twin/mod.ts";
import { ADAPTER_FLAG, wantedAdapter } from "./adapter_flag.ts";
import { type Command, defineCommand } from "./command.ts";
import { failFor } from "./failures.ts";
import { makeOutFolder } from "./out_folder.ts";
import { userPath } from "./paths.ts";
import { formatColumns } from "./table.ts";
import { VERSIONS } from "../files/mod.ts";

/** Compares training with PyTorch. */
export const twinCommand: Command = defineCommand({
  name: "twin",
  summary: "Train here and with PyTorch on the same batches, and compare",
  operands: [],
  flags: {
    quick: { type: "boolean", help: "Two losses, ten steps, no segmentation" },
    out: {
      type: "string",
      value: "DIR",
      help: "Folder for result.json and report.html (reports/twin by default)",
    },
    adapter: ADAPTER_FLAG,
  },
  details:
    "Batches of augmented phantoms and the first weights go to PyTorch on the CPU (Debian: python3-torch), which trains\n" +
    "the same network in f64, in f32 with the axes turned three ways, and in f64 from weights off by a rounding error.\n" +
    "Ours must be as near to f64 as those are, within a factor: the gradients of one step (f32 alone), and the loss\n" +
    "over 100 steps of each loss and optimizer. After\n" +
    "500 steps the mean Dice on unseen phantoms must agree within 0.02. On two cores without a GPU it takes 20 minutes.\n" +
    "Exit code 1 if something differs.",
  examples: [
    { line: "deno task twin --quick", does: "A first look, within a minute" },
    { line: "deno task twin --out twin", does: "All of it, in a folder here" },
  ],
  async run(_operands, flags, { signal, progress, print }) {
    const folder = userPath(flags.out ?? "reports/twin");
    const adapter = wantedAdapter(flags.adapter);
    const torch = await TorchTwin.find(signal);
    if (typeof torch === "string") throw new Error(`Cannot compare with PyTorch: ${torch}`);
    await makeOutFolder(folder);
    await using gpu = await openGpu({ adapter, signal });
    const { torchVersion, ...outcome } = await compareWithTorch(gpu, {
      torch,
      plan: flags.quick ? QUICK_PLAN : FULL_PLAN,
      signal,
      onStage: (text) => progress.stage(text),
    });
    progress[Symbol.dispose]();
    const { description, vendor, software } = gpu.info;
    const result: TwinResult = {
      schema: "ct-organ-webgpu/twin@1",
      adapter: { description, vendor, software },
      machine: machineFacts(),
      versions: { ...VERSIONS, PyTorch: torchVersion },
      command: commandLine("twin", { quick: flags.quick, adapter: flags.adapter }),
      ...outcome,
    };
    const paths = [join(folder, "result.json"), join(folder, "report.html")];
    await writeTextWhole(paths[0]!, `${JSON.stringify(result, null, 1)}\n`);
    await writeTextWhole(paths[1]!, await renderTwinReport(result));
    print(table(result));
    try {
      failFor(twinFailures(result), print);
    } finally {
      for (const path of paths) print(path);
    }
  },
});

function table({ gradients, curves, dice }: TwinResult): string {
  const rows = [
    ...gradients.map((row) => [`gradient, ${row.loss}`, ...figures(row)]),
    ...curves.map((row) => [`${row.optimizer}, ${row.loss}`, ...figures(row)]),
  ];
  const lines = formatColumns(["", "ours", "PyTorch", "of tolerance", ""], rows);
  if (!dice) return lines;
  const mean = dice.trainers.map((name, i) => `${name} ${dice.mean[i]!.toFixed(4)}`);
  return `${lines}\nDice after ${dice.steps} steps: ${mean.join(", ")}: ${dice.verdict}`;
}

function figures(
  { deviation, yardstick, share, verdict }: {
    readonly deviation: number;
    readonly yardstick: number;
    readonly share: number;
    readonly verdict: string;
  },
): string[] {
  return [deviation.toExponential(1), yardstick.toExponential(1), share.toFixed(2), verdict];
}
