import { basename, join } from "@std/path";
import { machineFacts } from "../../bench/mod.ts";
import { VERSIONS } from "../files/mod.ts";
import type { Gpu } from "../gpu/mod.ts";
import { parameterCount, receptiveField } from "../nn/mod.ts";
import { renderTrainReport, type TrainResult, writeTextWhole } from "../report/mod.ts";
import { dataHash, type TrainConfig, type TrainingData, type TrainOutcome } from "../train/mod.ts";

/** What came of a training, and how it was asked for. */
export interface TrainFacts {
  readonly command: string;
  readonly arm: string;
  readonly config: TrainConfig;
  /** What the cases are called. */
  readonly dataset: string;
  readonly data: TrainingData;
  /** Expected of GPU memory, bytes. */
  readonly memory: number;
  readonly gpu: Gpu;
  readonly outcome: TrainOutcome;
}

/**
 * Writes `result.json` and `report.html` of a training.
 *
 * @param folder The run's folder.
 * @param facts What came of it.
 * @returns The report's path.
 */
export async function writeTrainReport(folder: string, facts: TrainFacts): Promise<string> {
  const result = await resultOf(facts);
  await writeTextWhole(join(folder, "result.json"), `${JSON.stringify(result, null, 1)}\n`);
  const report = join(folder, "report.html");
  await writeTextWhole(report, await renderTrainReport(result));
  return report;
}

async function resultOf(facts: TrainFacts): Promise<TrainResult> {
  const { command, arm, config, dataset, data, memory, gpu, outcome } = facts;
  const { description, vendor, software } = gpu.info;
  const { best, losses, validations, seconds, modelPath } = outcome;
  const numbers = (cases: TrainingData["train"]) => cases.map(({ number }) => number);
  const model = new Uint8Array(
    await crypto.subtle.digest("SHA-256", await Deno.readFile(modelPath)),
  );
  return {
    schema: "ct-organ-webgpu/train@1",
    adapter: { description, vendor, software },
    machine: machineFacts(),
    versions: VERSIONS,
    command,
    arm,
    dataset: {
      name: dataset,
      train: numbers(data.train),
      validation: numbers(data.validation),
      sha256: dataHash(data),
    },
    config: { ...config },
    network: {
      parameters: parameterCount(config.network),
      receptive_field: receptiveField(config.network).exact,
    },
    memory_bytes: memory,
    peak_gpu_bytes: gpu.memory.peak,
    steps: outcome.step,
    resumed_from: outcome.resumedFrom,
    ended: outcome.ended,
    losses,
    validations,
    ...best && { best },
    model: { path: basename(modelPath), sha256: model.toHex() },
    seconds,
  };
}
