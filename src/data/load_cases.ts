import type { Gpu } from "../gpu/mod.ts";
import type { Volume } from "../volume/mod.ts";
import { readCaseCached } from "./case_cache.ts";
import { cohort } from "./cohort.ts";
import { findCases } from "./find_cases.ts";
import { phantom } from "./phantom.ts";
import { exactOrigins, originNotes, type Origins } from "./provenance.ts";
import { foldCases, type Split, splitCases } from "./split.ts";

/** A case in memory, RAS at 3 mm. */
export interface LoadedCase {
  readonly number: number;
  /** HU. */
  readonly volume: Volume;
  /** CT-ORG's values. */
  readonly labels: Volume<Uint8Array<ArrayBuffer>>;
  /** What the labels hold and where it comes from. */
  readonly origins: Origins;
}

/** Where cases come from: a folder (see {@linkcode findCases}), or so many phantoms. */
export type CaseSource =
  | { readonly kind: "folder"; readonly folder: string }
  | { readonly kind: "phantom"; readonly count: number };

/** Options of {@linkcode loadTrainingCases}. */
export interface LoadCasesOptions {
  /** Of phantoms, and of the split. */
  readonly seed: number;
  /** Where phantoms are rendered. */
  readonly gpu: Gpu;
  /** Which fold, from 1, of how many; without it a tenth is for validation. */
  readonly fold?: { readonly number: number; readonly of: number } | undefined;
  /** Folder of {@linkcode readCaseCached}, for cases of a folder; without it each is read anew. */
  readonly cache?: string | undefined;
  /** Stops between two cases. */
  readonly signal?: AbortSignal | undefined;
  /** Called before a case is made or read. */
  readonly onCase?: ((number: number, done: number, all: number) => void) | undefined;
}

/** What {@linkcode loadTrainingCases} makes or reads. */
export interface TrainingCases {
  readonly train: readonly LoadedCase[];
  readonly validation: readonly LoadedCase[];
  /** What each case is for, those left for testing among them. */
  readonly split: Split<{ readonly number: number }>;
  /** What a person should know of the cases, one line each. */
  readonly notes: readonly string[];
}

/**
 * Makes or reads the cases that a network may be trained on, see {@linkcode splitCases}; test cases are left alone. Phantoms are those
 * of the training cohort, see {@linkcode cohort}. Of a folder's cases most of the air around the patient is
 * left away.
 *
 * @param source Where from.
 * @param options Seed, fold, signal, progress.
 * @returns Cases to train on and to validate on.
 * @throws {Error} If the folder holds no case, or one that cannot be used.
 * @throws {RangeError} If the number of phantoms is not at least 1, or there is no such fold.
 */
export async function loadTrainingCases(
  source: CaseSource,
  { seed, gpu, fold, cache, signal, onCase }: LoadCasesOptions,
): Promise<TrainingCases> {
  const { cases, officialTest, notes } = await casesOf(source, { seed, gpu, cache });
  const options = { seed, officialTest };
  const split = fold === undefined
    ? splitCases(cases, options)
    : foldOf(foldCases(cases, { ...options, k: fold.of }), fold);
  const all = split.train.length + split.validation.length;
  let done = 0;
  const own: string[] = [];
  const load = async (cases: readonly Loadable[]) => {
    const loaded: LoadedCase[] = [];
    for (const { number, origins, load } of cases) {
      signal?.throwIfAborted();
      onCase?.(number, done++, all);
      const { volume, labels, notes = [] } = await load(signal);
      own.push(...notes.map((note) => `Case ${number}: ${note}`));
      loaded.push({ number, origins, volume, labels });
    }
    return loaded;
  };
  const [train, validation] = [await load(split.train), await load(split.validation)];
  return { train, validation, split, notes: [...notes, ...own] };
}

function foldOf<C>(folds: readonly Split<C>[], { number, of }: { number: number; of: number }) {
  const fold = folds[number - 1];
  if (!fold) {
    throw new RangeError(`Cannot take fold ${number} of ${of}: it must be from 1 to ${of}`);
  }
  return fold;
}

/** A case that is not in memory yet. */
interface Loadable extends Pick<LoadedCase, "number" | "origins"> {
  load(
    signal: AbortSignal | undefined,
  ): Promise<Pick<LoadedCase, "volume" | "labels"> & { readonly notes?: readonly string[] }>;
}

async function casesOf(
  source: CaseSource,
  { seed, gpu, cache }: Pick<LoadCasesOptions, "seed" | "gpu" | "cache">,
): Promise<{ cases: Loadable[]; officialTest: boolean; notes: readonly string[] }> {
  if (source.kind === "folder") {
    const { cases, officialTest, notes } = await findCases(source.folder);
    return {
      cases: cases.map(({ number, volume, labels, origins }) => ({
        number,
        origins,
        load: (signal) =>
          readCaseCached({ volume, labels }, { crop: "body", cache, ...signal && { signal } }),
      })),
      officialTest,
      notes: [...notes, ...originNotes(cases)],
    };
  }
  const { count } = source;
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new RangeError(`Cannot make ${count} phantoms: at least 1 is needed`);
  }
  const cases = cohort({ split: "train", seed, count }).map((patient): Loadable => ({
    number: patient.number,
    origins: exactOrigins(),
    async load() {
      const { ct: volume, labels } = await phantom(gpu, patient);
      return { volume, labels };
    },
  }));
  return { cases, officialTest: true, notes: [] };
}
