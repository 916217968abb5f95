import { join } from "@std/path";
import { PAPER_SPACING } from "../data/mod.ts";
import type { Gpu } from "../gpu/mod.ts";
import { type Trainee, traineeName } from "./_arms.ts";
import type { CaseFiles } from "./_cases.ts";
import { mergedFile, mergeStage } from "./_labels.ts";
import { type CaseScore, metricsStage, scoredFiles } from "./_metrics.ts";
import { networkFiles, networkGridStage } from "./_network_grid.ts";
import { plannedSeconds, type PlannedStages } from "./_plan.ts";
import type { Run } from "./_run.ts";
import { predictedFile, type SegmentDetail, segmentStage } from "./_segment.ts";
import type { SplitNumbers } from "./_split.ts";
import { type TrainCurve, type TrainDetail, traineeFiles, trainStage } from "./_train.ts";
import type { TrainingSettings } from "./profiles.ts";

/** A trained network and what came of it. */
export interface Trained {
  readonly trainee: Trainee;
  readonly curve: TrainCurve;
  readonly detail: TrainDetail;
  /** Seconds of each test case. */
  readonly segmentSeconds: readonly number[];
  readonly scores: readonly CaseScore[];
}

/** What the stages of all networks share. */
export interface NetworkStages {
  readonly run: Run;
  readonly gpu: Gpu;
  readonly folder: string;
  readonly settings: TrainingSettings;
  /** Where a case is at 3 mm. */
  gridOf(number: number): CaseFiles;
  readonly split: SplitNumbers;
  readonly plan: readonly PlannedStages[];
  readonly signal: AbortSignal | undefined;
}

/** Brings all cases to the network's grid, trains each network, segments the test cases and scores them. */
export async function trainNetworks(
  stages: NetworkStages,
  trainees: readonly Trainee[],
): Promise<Trained[]> {
  const { split } = stages;
  await bringCases(stages, trainees.some(({ arm }) => arm.labels === "unsupervised"));
  const trained: Trained[] = [];
  for (const trainee of trainees) {
    const fit = await trainOne(stages, trainee);
    const test = split.test.map((number) => stages.gridOf(number));
    trained.push({ trainee, ...fit, ...await testOn(stages, trainee, { cases: test }) });
  }
  return trained;
}

/** Whether the network works on the 3 mm grid itself. */
function atPaperSpacing({ spacing }: TrainingSettings): boolean {
  return spacing === PAPER_SPACING;
}

async function bringCases(
  { run, gpu, folder, gridOf, settings, split, plan, signal }: NetworkStages,
  merged: boolean,
): Promise<void> {
  for (const number of merged ? split.train : []) {
    await run.stage(
      mergeStage(gpu, gridOf(number), mergedFile(folder, number), signal),
      `Lungs and bone of case ${number}, to train on`,
      plannedSeconds(plan, "merged"),
    );
  }
  if (atPaperSpacing(settings)) return;
  for (const number of [...split.validation, ...split.test]) {
    await run.stage(
      networkGridStage(
        gridOf(number),
        networkFiles(folder, number),
        settings.spacing,
        signal,
      ),
      `Network's grid of case ${number}`,
      plannedSeconds(plan, "network"),
    );
  }
}

async function trainOne(
  stages: NetworkStages,
  trainee: Trainee,
): Promise<Pick<Trained, "curve" | "detail">> {
  const { run, gpu, folder, gridOf, settings, split, plan, signal } = stages;
  const seconds = plannedSeconds(plan, "train");
  const message = `Train ${trainee.arm.name}, seed ${trainee.seed}`;
  const toTrainOn = (number: number): CaseFiles => {
    const given = gridOf(number);
    const ruled = trainee.arm.labels === "unsupervised";
    return ruled ? { ...given, labels: mergedFile(folder, number) } : given;
  };
  const toValidate = (number: number) =>
    atPaperSpacing(settings) ? gridOf(number) : networkFiles(folder, number);
  const record = await run.stage(
    trainStage({
      ...{ gpu, folder, trainee, settings, signal },
      train: split.train.map(toTrainOn),
      validation: split.validation.map(toValidate),
      onStep: ({ step, steps, losses }) =>
        run.say(
          "train",
          `${message}: step ${step} of ${steps}, loss ${losses.at(-1)!.toFixed(3)}`,
          {
            within: step / steps,
            seconds,
          },
        ),
    }),
    message,
    seconds,
  );
  const { curve } = traineeFiles(folder, trainee);
  return {
    curve: JSON.parse(await Deno.readTextFile(curve)),
    detail: record.detail as TrainDetail,
  };
}

/**
 * Segments cases at 3 mm by a trained network, and scores them.
 *
 * @param prefix In front of the stages' names and folders, for cases that are not the run's own.
 */
export async function testOn(
  { run, gpu, folder, settings, plan, signal }: NetworkStages,
  trainee: Trainee,
  { cases, prefix = "" }: { readonly cases: readonly CaseFiles[]; readonly prefix?: string },
): Promise<Pick<Trained, "segmentSeconds" | "scores">> {
  const name = traineeName(trainee);
  const [segment, metrics] = [`${prefix}segment`, `${prefix}metrics`];
  const predicted = (number: number) => predictedFile(folder, segment, name, number);
  const message = `Segment ${cases.length} cases by ${trainee.arm.name}, seed ${trainee.seed}`;
  const seconds = plannedSeconds(plan, "segment");
  const { model } = traineeFiles(folder, trainee);
  const record = await run.stage(
    segmentStage({
      ...{ gpu, name: `${segment}/${name}`, model, cases, predicted, signal },
      onCase: (done) => run.say(segment, message, { within: done / cases.length, seconds }),
    }),
    message,
    prefix === "" ? seconds : 0,
  );
  const to = join(folder, metrics, `${name}.json`);
  // Of cases from elsewhere there is no truth on the network's grid.
  const coarse = prefix === "" && !atPaperSpacing(settings);
  await run.stage(
    metricsStage({
      ...{ name: `${metrics}/${name}`, spacing: settings.spacing, to, signal },
      cases: scoredFiles(
        cases,
        predicted,
        (number) => coarse ? networkFiles(folder, number).labels : undefined,
      ),
    }),
    `Scores of ${trainee.arm.name}, seed ${trainee.seed}`,
    prefix === "" ? plannedSeconds(plan, "metrics") : 0,
  );
  return {
    segmentSeconds: (record.detail as SegmentDetail).seconds,
    scores: JSON.parse(await Deno.readTextFile(to)),
  };
}
