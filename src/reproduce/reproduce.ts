import { join } from "@std/path";
import { bench } from "../../bench/mod.ts";
import { findCases } from "../data/mod.ts";
import { type Gpu, openGpu } from "../gpu/mod.ts";
import type { ReproduceResult } from "../report/mod.ts";
import { type NamedArm, parseArmName, type Trainee, UNSUPERVISED } from "./_arms.ts";
import { type Bench, lookForBaseline, type LookForPeers } from "./_bench.ts";
import { type CaseFiles, phantomFiles, PHANTOMS, type SourceCase } from "./_cases.ts";
import { toldPath } from "./_files.ts";
import { unsupervisedFile } from "./_labels.ts";
import type { Study } from "./_loss_study.ts";
import type { CaseScore } from "./_metrics.ts";
import { networkFiles } from "./_network_grid.ts";
import { runPipeline, scoreAll } from "./_pipeline.ts";
import { type PlannedStages, planStages, totalSeconds } from "./_plan.ts";
import { type ReproduceProgress, Run } from "./_run.ts";
import { folderName, folderSource, isScorable, phantomSource, type Source } from "./_source.ts";
import { checkDisjoint, type SplitNumbers } from "./_split.ts";
import { studyLosses } from "../study/mod.ts";
import { type Profile, type ProfileName, PROFILES } from "./profiles.ts";

export type { ReproduceProgress } from "./_run.ts";

/** Options of {@linkcode reproduce}. */
export interface ReproduceOptions {
  /**
   * How much to do.
   *
   * @default {"quick"}
   */
  readonly profile?: ProfileName;
  /**
   * Drives phantoms, split, training and intervals: an integer from 0 to 2^53 - 1.
   *
   * @default {1}
   */
  readonly seed?: number;
  /**
   * The run's folder, made if it is not there. If left out, `reports/PROFILE-SEED`, or `reports/PROFILE-NAME-SEED` with the
   * data folder's name.
   */
  readonly out?: string;
  /** A folder of labelled CTs, see `findCases`; phantoms if left out. Whether its files are CT-ORG's is not checked. */
  readonly data?: string;
  /** Names of arms in the place of the profile's, e.g. `iou+aug`, `dice+aug+pure`. */
  readonly arms?: readonly string[];
  /** A folder with labelled CTs that the first arm is tried on at the end. */
  readonly transfer?: string;
  /** `"software"`, `"hardware"`, or a part of the adapter's description. */
  readonly adapter?: string;
  /** Refuses to begin: there must be a run in the folder to go on with. */
  readonly resume?: boolean;
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
  readonly study: Study;
}

/** The parts of a real run, but for its size. */
export const PARTS: Omit<ReproduceParts, "settings"> = {
  bench,
  lookForPeers: lookForBaseline,
  study: studyLosses,
};

/** A run that is ready to begin. */
export interface Prepared {
  readonly profile: ProfileName;
  readonly settings: Profile;
  readonly seed: number;
  readonly folder: string;
  readonly source: Source;
  readonly trainees: readonly Trainee[];
  readonly split: SplitNumbers;
  readonly transfer: readonly SourceCase[];
  readonly plan: readonly PlannedStages[];
}

/**
 * Runs the paper's pipeline and writes `result.json` and `report.html`: data (phantoms, or a CT-ORG folder), 3 mm grid, unsupervised labels
 * and their Dice against the truth, a network for each arm and seed, the test cases segmented and scored, the study of the losses, the quick
 * benchmark, and a verdict on each claim. Each stage reads and writes files in the run's folder, beside a hash of its options, code and
 * inputs: a run that was stopped goes on where it was, a training from its last checkpoint, and a change reruns only what depends on it.
 *
 * Lungs and bone that these very rules labelled, as in CT-ORG's cases above 20, neither judge the rules nor count as true labels to train on.
 *
 * @param options What to run.
 * @returns The result and where it lies.
 * @throws {RangeError} If there is no such profile, or the seed is not valid.
 * @throws {SyntaxError} If there is no such arm.
 * @throws {NoAdapterError} If no adapter answers or none matches.
 * @throws {Error} If the data folder cannot be used, or there is nothing to resume; the message says why.
 *
 * @example
 * ```ts
 * const { reportPath } = await reproduce({ profile: "smoke", seed: 1 });
 * ```
 */
export async function reproduce(options: ReproduceOptions = {}): Promise<ReproduceOutcome> {
  return await reproduceWith({ ...PARTS, settings: profileOf(options) }, options);
}

/** {@linkcode reproduce} with other parts. */
export async function reproduceWith(
  { settings, ...parts }: ReproduceParts,
  options: ReproduceOptions,
): Promise<ReproduceOutcome> {
  const prepared = await prepare(settings, options);
  if (options.resume) await checkBegun(prepared.folder);
  const { adapter, signal } = options;
  const device = { ...adapter !== undefined && { adapter }, ...signal && { signal } };
  await using gpu = await openGpu(device);
  return await runPipeline(prepared, { ...parts, gpu }, options);
}

/**
 * What {@linkcode reproduce} would do: stages, files, memory and time as they are on two cores of a software adapter.
 *
 * @param options What to run.
 * @returns One entry for each kind of stage.
 * @throws As {@linkcode reproduce} does.
 */
export async function planReproduction(
  options: ReproduceOptions = {},
): Promise<readonly PlannedStages[]> {
  return (await prepare(profileOf(options), options)).plan;
}

function profileOf({ profile = "quick" }: ReproduceOptions): Profile {
  if (!Object.hasOwn(PROFILES, profile)) {
    throw new RangeError(
      `Cannot reproduce with profile "${profile}": the profiles are ${
        Object.keys(PROFILES).join(", ")
      }`,
    );
  }
  return PROFILES[profile];
}

async function prepare(settings: Profile, options: ReproduceOptions): Promise<Prepared> {
  const { profile = "quick", seed = 1, data, signal } = options;
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(
      `Cannot reproduce: seed must be an integer from 0 to 2^53 - 1, found ${seed}`,
    );
  }
  const folder = options.out ?? defaultFolder(options);
  const source = data === undefined
    ? phantomSource(folder, settings.phantoms, seed, signal)
    : await folderSource(data, seed);
  const { split } = source;
  checkDisjoint(split);
  const development = source.cases.filter(({ number }) => !split.test.includes(number));
  const arms = armsOf(options.arms ?? settings.arms, development.every(isScorable));
  const trainees = Array.from({ length: settings.seeds }, (_, i) => seed + i)
    .flatMap((own) => arms.map((arm) => ({ arm, seed: own })));
  const transfer = options.transfer === undefined ? [] : (await findCases(options.transfer)).cases;
  const plan = planStages({
    profile: settings,
    trainees,
    split,
    phantoms: source.makers !== undefined,
    onGrid: source.gridSet === PHANTOMS,
    transfer: transfer.length,
  });
  return { profile, settings, seed, folder, source, split, trainees, transfer, plan };
}

/**
 * The arms by their names. Where lungs and bone of the cases to train on are no truth, as CT-ORG's, which the rules made, there is no arm
 * with true labels: every arm trains on the rules' labels.
 */
function armsOf(names: readonly string[], truth: boolean): NamedArm[] {
  const arms = names.map(parseArmName);
  if (truth) return arms;
  const ruled = arms.map((arm) => ({ ...arm, labels: "unsupervised" as const }));
  return ruled.filter(({ name }) =>
    !name.endsWith(UNSUPERVISED) || !names.includes(name.slice(0, -UNSUPERVISED.length))
  );
}

/** What a test case of {@linkcode scorePhantoms} left: paths of its files. */
export interface ScoredPhantom {
  /** As it was made. */
  readonly made: CaseFiles;
  /** The truth on the network's grid. */
  readonly truth: string;
  /** Lungs and bone by the rules, at 3 mm. */
  readonly ruled: string;
}

/** What {@linkcode scorePhantoms} leaves. */
export interface ScoredPhantoms {
  /** The test cases. */
  readonly phantoms: readonly ScoredPhantom[];
  /** Of each arm, over the test cases. */
  readonly arms: readonly { readonly name: string; readonly scores: readonly CaseScore[] }[];
}

/**
 * The part of {@linkcode reproduce} from phantoms to scores, without study, benchmark and report: for gates, which compare what it leaves
 * with what it left before.
 *
 * @param gpu Where to work.
 * @param settings What to run; the network's grid must be coarser than 3 mm.
 * @param options The run's folder and seed.
 * @returns Files and scores.
 */
export async function scorePhantoms(
  gpu: Gpu,
  settings: Profile,
  options: Pick<ReproduceOptions, "seed" | "signal" | "onProgress"> & { readonly out: string },
): Promise<ScoredPhantoms> {
  const prepared = await prepare(settings, options);
  const { folder, plan, split } = prepared;
  const run = new Run(folder, totalSeconds(plan), options);
  const { trained } = await scoreAll(prepared, run, gpu, options.signal);
  return {
    phantoms: split.test.map((number) => ({
      made: phantomFiles(folder, number),
      truth: networkFiles(folder, number).labels,
      ruled: unsupervisedFile(folder, number),
    })),
    arms: trained.map(({ trainee, scores }) => ({ name: trainee.arm.name, scores })),
  };
}

/** Refuses a folder without a run. */
async function checkBegun(folder: string): Promise<void> {
  try {
    await Deno.stat(join(folder, "stages"));
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Error(
      `Cannot resume: there is no run in "${toldPath(folder)}"; leave --resume out to begin`,
      { cause },
    );
  }
}

/** The run's folder where none is named: one for each profile, data folder and seed. */
export function defaultFolder({ profile = "quick", seed = 1, data }: ReproduceOptions): string {
  const parts = [profile, ...data === undefined ? [] : [folderName(data)], seed];
  return join("reports", parts.join("-"));
}
