import { join } from "@std/path";
import type { BenchProgress } from "../../bench/mod.ts";
import { type Likeness, PAPER_SPACING } from "../data/mod.ts";
import type { Gpu } from "../gpu/mod.ts";
import {
  type LabelScore,
  renderReproduceReport,
  type Transfer,
  writeTextWhole,
} from "../report/mod.ts";
import type { LossStudy } from "../study/mod.ts";
import { organResults } from "./_arm_results.ts";
import { type Bench, benchStage, type LookForPeers } from "./_bench.ts";
import { gridFiles, PHANTOMS, resampleStage } from "./_cases.ts";
import { joulesBetween, readEnergy } from "./_energy.ts";
import { toJson } from "./_files.ts";
import { type LabelledFiles, labelStage, scoreStage, unsupervisedFile } from "./_labels.ts";
import { lossStudyStage, type Study } from "./_loss_study.ts";
import { type NetworkStages, testOn, type Trained, trainNetworks } from "./_networks.ts";
import { casePictures } from "./_pictures.ts";
import { plannedSeconds, totalSeconds } from "./_plan.ts";
import { likenessStage } from "./_likeness.ts";
import { composeResult } from "./_result.ts";
import { Run } from "./_run.ts";
import { splitStage } from "./_split.ts";
import { folderName, isScorable } from "./_source.ts";
import { viewedArm } from "./_viewed_arm.ts";
import type { Prepared, ReproduceOptions, ReproduceOutcome } from "./reproduce.ts";

/** What a pipeline works with. */
export interface PipelineParts {
  readonly gpu: Gpu;
  readonly bench: Bench;
  readonly lookForPeers: LookForPeers;
  readonly study: Study;
}

/** Runs all stages one after the other and writes result and report. */
export async function runPipeline(
  prepared: Prepared,
  { gpu, bench, lookForPeers, study: studyLosses }: PipelineParts,
  options: ReproduceOptions,
): Promise<ReproduceOutcome> {
  const { folder, seed, settings, plan } = prepared;
  const { signal, adapter } = options;
  const startedAt = new Date().toISOString();
  const energy = await readEnergy();
  const run = new Run(folder, totalSeconds(plan), options);
  const secondsOf = (stage: string) => plannedSeconds(plan, stage);
  const { likeness, labelled, scores, trained, stages } = await scoreAll(
    prepared,
    run,
    gpu,
    signal,
  );
  const transfer = trained.length > 0
    ? await tryElsewhere(prepared, stages, trained[0]!, options)
    : undefined;

  const studyPath = join(folder, "losses.json");
  await run.stage(
    lossStudyStage(studyLosses, seed, studyPath),
    "Study of the losses",
    secondsOf("losses"),
  );
  const study = await readJson<LossStudy>(studyPath);

  const benchPath = join(folder, "bench.json");
  const onProgress = ({ kernel, case: name, done, total }: BenchProgress) =>
    run.say("bench", `Benchmark: ${kernel}, ${name}`, {
      within: done / total,
      seconds: secondsOf("bench"),
    });
  const peers = await lookForPeers(signal);
  await run.stage(
    benchStage(bench, benchPath, gpu.info.description, {
      ...adapter !== undefined && { adapter },
      ...signal && { signal },
      ...{ extent: settings.bench, seed, peers, onProgress },
    }),
    "Benchmark",
    secondsOf("bench"),
  );

  run.say("report", "Report");
  const result = await composeResult({
    ...{ prepared, options, startedAt, run, scores, trained, study },
    ...likeness && { likeness },
    ...transfer && { transfer },
    joules: joulesBetween(energy, await readEnergy()),
    adapter: gpu.info,
    bench: await readJson(benchPath),
  });
  const html = await renderReproduceReport(result, {
    pictures: await casePictures(labelled, scores, { ...signal && { signal } }),
    curves: trained.map(({ curve }) => curve),
    study,
    ...settings.viewer && trained.length > 0 &&
      { viewed: await viewedArm(trained, stages, { ...signal && { signal } }) },
  });
  signal?.throwIfAborted();
  const resultPath = join(folder, "result.json");
  const reportPath = join(folder, "report.html");
  await writeTextWhole(reportPath, html);
  await writeTextWhole(resultPath, toJson(result));
  return { resultPath, reportPath, result };
}

/** What the stages from data to scores leave. */
export interface Scored {
  /** Of phantoms. */
  readonly likeness?: Likeness;
  /** Test cases that the rules may be judged on. */
  readonly labelled: readonly LabelledFiles[];
  /** Dice of the rules. */
  readonly scores: readonly LabelScore[];
  /** Empty where no case is for training. */
  readonly trained: readonly Trained[];
  /** What further stages of these networks need. */
  readonly stages: NetworkStages;
}

/** Runs the stages that need no benchmark: data, rules, networks, and the scores of both. */
export async function scoreAll(
  prepared: Prepared,
  run: Run,
  gpu: Gpu,
  signal: AbortSignal | undefined,
): Promise<Scored> {
  const { folder, settings, split, plan, trainees } = prepared;
  await prepareCases(prepared, run, gpu, signal);
  const likeness = await measurePhantoms(prepared, run, signal);
  const labelled = await labelCases(prepared, run, gpu, signal);
  const scorePath = join(folder, "scores.json");
  const score = scoreStage(labelled, scorePath, signal);
  await run.stage(score, "Dice of the rules against the truth", plannedSeconds(plan, "score"));
  const scores = await readJson<LabelScore[]>(scorePath);
  const gridOf = (number: number) => gridFiles(folder, number, prepared.source.gridSet);
  const stages = { run, gpu, folder, gridOf, settings: settings.training, split, plan, signal };
  const trained = split.train.length > 0 ? await trainNetworks(stages, trainees) : [];
  return { ...likeness && { likeness }, labelled, scores, trained, stages };
}

/** Measures what the phantoms for testing look like; nothing where there are none. */
async function measurePhantoms(
  { folder, source, split, plan }: Prepared,
  run: Run,
  signal: AbortSignal | undefined,
): Promise<Likeness | undefined> {
  if (source.gridSet !== PHANTOMS) return undefined;
  const cases = split.test.map((number) => gridFiles(folder, number, PHANTOMS));
  const to = join(folder, "likeness.json");
  await run.stage(
    likenessStage(cases, to, signal),
    "HU and noise of the phantoms",
    plannedSeconds(plan, "likeness"),
  );
  return await readJson(to);
}

/** Writes the split, makes the cases that are to be made, and brings all to 3 mm. */
async function prepareCases(
  { folder, seed, source, split, plan }: Prepared,
  run: Run,
  gpu: Gpu,
  signal: AbortSignal | undefined,
): Promise<void> {
  const to = join(folder, "split.json");
  const stage = splitStage(split, { dataset: source.dataset.name, seed, to });
  await run.stage(stage, "Split", plannedSeconds(plan, "split"));
  for (const [i, from] of source.cases.entries()) {
    const name = `case ${from.number}`;
    if (source.makers) {
      await run.stage(source.makers[i]!(gpu), `Phantom of ${name}`, plannedSeconds(plan, "data"));
    }
    if (source.gridSet === PHANTOMS) continue;
    await run.stage(
      resampleStage(from, gridFiles(folder, from.number, source.gridSet), signal, source.gridSet),
      `3 mm grid of ${name}`,
      plannedSeconds(plan, "grid"),
    );
  }
}

/** Labels by the rules the test cases that they may be judged on. */
async function labelCases(
  { folder, source, split, plan }: Prepared,
  run: Run,
  gpu: Gpu,
  signal: AbortSignal | undefined,
): Promise<LabelledFiles[]> {
  const labelled: LabelledFiles[] = [];
  for (const one of source.cases) {
    const { number } = one;
    if (!split.test.includes(number) || !isScorable(one)) continue;
    const truth = gridFiles(folder, number, source.gridSet);
    const found = unsupervisedFile(folder, number);
    await run.stage(
      labelStage(gpu, truth, found, signal),
      `Lungs and bone of case ${number}`,
      plannedSeconds(plan, "labels"),
    );
    labelled.push({ truth, found });
  }
  return labelled;
}

/** Tries a trained network on the CTs of another folder. */
async function tryElsewhere(
  { transfer, plan, seed }: Prepared,
  stages: NetworkStages,
  { trainee }: Trained,
  { transfer: from }: ReproduceOptions,
): Promise<Transfer | undefined> {
  if (from === undefined) return undefined;
  const cases = [];
  for (const one of transfer) {
    const to = gridFiles(stages.folder, one.number, "transfer");
    await stages.run.stage(
      resampleStage(one, to, stages.signal, "transfer"),
      `3 mm grid of case ${one.number} of ${folderName(from)}`,
      plannedSeconds(plan, "transfer"),
    );
    cases.push(to);
  }
  const numbers = cases.map(({ number }) => number);
  const { scores } = await testOn(stages, trainee, { cases, prefix: "transfer-" });
  return {
    name: folderName(from),
    arm: trainee.arm.name,
    seed: trainee.seed,
    cases: numbers,
    organs: organResults([scores], PAPER_SPACING, numbers, seed),
  };
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(path));
}
