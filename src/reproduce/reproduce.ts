import { basename, join, resolve } from "@std/path";
import { bench, type BenchProgress, commandLine } from "../../bench/mod.ts";
import { type AdapterInfo, openGpu } from "../gpu/mod.ts";
import {
  type LabelScore,
  renderReproduceReport,
  type ReproduceResult,
  type ResultDataset,
  writeTextWhole,
} from "../report/mod.ts";
import { type Bench, benchStage, lookForBaseline, type LookForPeers } from "./_bench.ts";
import {
  gridFiles,
  phantomFiles,
  phantomStage,
  resampleStage,
  scorableCases,
  type SourceCase,
  sourceCase,
} from "./_cases.ts";
import { toJson, toldPath } from "./_files.ts";
import { type LabelledFiles, labelStage, scoreStage, unsupervisedFile } from "./_labels.ts";
import { casePictures } from "./_pictures.ts";
import { composeResult } from "./_result.ts";
import { type ReproduceProgress, Run } from "./_run.ts";
import type { Stage } from "./_stage.ts";
import { type Profile, type ProfileName, PROFILES } from "./profiles.ts";

export type { ReproduceProgress } from "./_run.ts";

/** The benchmark takes about as long as this many stages of a case. */
const BENCH_SHARE = 20;

/** Options of {@linkcode reproduce}. */
export interface ReproduceOptions {
  /**
   * How much to do.
   *
   * @default {"smoke"}
   */
  readonly profile?: ProfileName;
  /**
   * Drives the phantoms and the benchmark's intervals: an integer from 0 to 2^53 - 1.
   *
   * @default {1}
   */
  readonly seed?: number;
  /**
   * The run's folder, made if it is not there. If left out, `reports/PROFILE-SEED`, or `reports/PROFILE-NAME-SEED` with the
   * data folder's name.
   */
  readonly out?: string;
  /** A folder in CT-ORG's layout; phantoms if left out. Whether its files are CT-ORG's is not checked. */
  readonly data?: string;
  /** `"software"`, `"hardware"`, or a part of the adapter's description. */
  readonly adapter?: string;
  /** Stops the run; what is done stays and is taken up by the next. */
  readonly signal?: AbortSignal;
  /** Called before each stage and during long ones. */
  readonly onProgress?: (progress: ReproduceProgress) => void;
}

/** What a run leaves. */
export interface ReproduceOutcome {
  /** Path of `result.json`. */
  readonly resultPath: string;
  /** Path of `report.html`. */
  readonly reportPath: string;
  /** What `result.json` holds. */
  readonly result: ReproduceResult;
}

/** What a run is made of, so that tests can put something small in its place. */
export interface ReproduceParts {
  readonly settings: Profile;
  readonly bench: Bench;
  readonly lookForPeers: LookForPeers;
}

/**
 * Runs the paper's pipeline, as far as it is built, and writes `result.json` and `report.html`: data (phantoms, or a
 * CT-ORG folder), 3 mm grid, unsupervised labels, their Dice against the truth, the quick benchmark, and a verdict on
 * each claim. Each stage reads and writes files in the run's folder, beside a hash of its options, code and inputs: a
 * run that was stopped goes on where it was, and a change reruns only what depends on it.
 *
 * On CT-ORG's layout only cases 0 to 20 are taken: the lungs and bones of the others were labelled by these very rules.
 *
 * @param options What to run.
 * @returns The result and where it lies.
 * @throws {RangeError} If there is no such profile, or the seed is not valid.
 * @throws {NoAdapterError} If no adapter answers or none matches.
 * @throws {Error} If the data folder cannot be used; the message says why.
 *
 * @example
 * ```ts
 * const { reportPath } = await reproduce({ profile: "smoke", seed: 1 });
 * ```
 */
export async function reproduce(options: ReproduceOptions = {}): Promise<ReproduceOutcome> {
  const { profile = "smoke" } = options;
  if (!Object.hasOwn(PROFILES, profile)) {
    throw new RangeError(
      `Cannot reproduce with profile "${profile}": the profiles are ${
        Object.keys(PROFILES).join(", ")
      }`,
    );
  }
  return await reproduceWith({
    ...{ settings: PROFILES[profile], bench, lookForPeers: lookForBaseline },
  }, options);
}

/** {@linkcode reproduce} with other parts. */
export async function reproduceWith(
  { settings, bench, lookForPeers }: ReproduceParts,
  options: ReproduceOptions,
): Promise<ReproduceOutcome> {
  const { profile = "smoke", seed = 1, data, adapter, signal } = options;
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(
      `Cannot reproduce: seed must be an integer from 0 to 2^53 - 1, found ${seed}`,
    );
  }
  const startedAt = new Date().toISOString();
  const folder = options.out ?? defaultFolder(options);
  const stop = { ...signal && { signal } };
  const device = { ...adapter !== undefined && { adapter }, ...stop };
  const source = data === undefined
    ? phantomSource(folder, settings, seed, signal)
    : await folderSource(data);
  const { cases, left, dataset } = source;
  const run = new Run(folder, cases.length * (source.makers ? 3 : 2) + 1 + BENCH_SHARE, options);
  const { info, labelled } = await labelCases(run, folder, source, device);

  const scorePath = join(folder, "scores.json");
  await run.stage(scoreStage(labelled, scorePath, signal), "Dice against the truth");
  const scores: LabelScore[] = JSON.parse(await Deno.readTextFile(scorePath));
  const benchPath = join(folder, "bench.json");
  const onProgress = ({ kernel, case: name, done, total }: BenchProgress) =>
    run.say("bench", `${kernel}, ${name}`, BENCH_SHARE * done / total);
  const peers = await lookForPeers(signal);
  await run.stage(
    benchStage(bench, benchPath, info.description, { ...device, seed, peers, onProgress }),
    "Benchmark",
    BENCH_SHARE,
  );

  run.say("report", "Report");
  const result = await composeResult({
    ...{ profile, settings, seed, dataset, left, scores, startedAt, run, adapter: info },
    command: commandOf(options),
    bench: JSON.parse(await Deno.readTextFile(benchPath)),
  });
  const html = await renderReproduceReport(result, await casePictures(labelled, scores, stop));
  signal?.throwIfAborted();
  const resultPath = join(folder, "result.json");
  const reportPath = join(folder, "report.html");
  await writeTextWhole(reportPath, html);
  await writeTextWhole(resultPath, toJson(result));
  return { resultPath, reportPath, result };
}

/** The run's folder where none is named: one for each profile, data folder and seed. */
export function defaultFolder({ profile = "smoke", seed = 1, data }: ReproduceOptions): string {
  const parts = [profile, ...data === undefined ? [] : [nameOf(data)], seed];
  return join("reports", parts.join("-"));
}

/** A data folder's own name, whatever path it was given by. */
function nameOf(data: string): string {
  return basename(resolve(data)) || "data";
}

/** Where a run's cases come from. */
interface Source {
  readonly cases: readonly SourceCase[];
  /** Numbers of the cases that may not be scored. */
  readonly left: readonly number[];
  readonly dataset: ResultDataset;
  /** The stages that make the cases' files, where they do not exist yet. */
  readonly makers?: readonly Stage[];
}

function phantomSource(
  folder: string,
  { phantoms, dims, spacing }: Profile,
  seed: number,
  signal: AbortSignal | undefined,
): Source {
  const files = Array.from({ length: phantoms }, (_, number) => phantomFiles(folder, number));
  const cases = files.map(sourceCase);
  const test = cases.map(({ number }) => number);
  return {
    cases,
    left: [],
    dataset: { name: "phantoms", kind: "phantom", test },
    makers: files.map((one) => phantomStage(one, { seed, dims, spacing }, signal)),
  };
}

async function folderSource(data: string): Promise<Source> {
  const { cases, left, ctOrg } = await scorableCases(data);
  // Verdicts need the whole of CT-ORG's test set; a part of it is a folder. The report says that nothing but the layout is known.
  const kind = ctOrg ? "ct-org" : "folder";
  const test = cases.map(({ number }) => number);
  return { cases, left, dataset: { name: nameOf(data), kind, test } };
}

/** Brings every case to the grid and labels it; the GPU is free again at the end. */
async function labelCases(
  run: Run,
  folder: string,
  source: Source,
  device: { readonly adapter?: string; readonly signal?: AbortSignal },
): Promise<{ info: AdapterInfo; labelled: LabelledFiles[] }> {
  await using gpu = await openGpu(device);
  const labelled: LabelledFiles[] = [];
  for (const [i, from] of source.cases.entries()) {
    const truth = gridFiles(folder, from.number);
    const found = unsupervisedFile(folder, from.number);
    const name = `case ${from.number}`;
    if (source.makers) await run.stage(source.makers[i]!, `Phantom of ${name}`);
    await run.stage(resampleStage(from, truth, device.signal), `3 mm grid of ${name}`);
    await run.stage(labelStage(gpu, truth, found, device.signal), `Lungs and bone of ${name}`);
    labelled.push({ truth, found });
  }
  return { info: gpu.info, labelled };
}

function commandOf({ profile = "smoke", seed = 1, data, out, adapter }: ReproduceOptions): string {
  return commandLine("reproduce", {
    profile,
    seed,
    data: data === undefined ? undefined : toldPath(data),
    out: out === undefined ? undefined : toldPath(out),
    adapter,
  });
}
