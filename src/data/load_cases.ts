import type { Volume } from "../volume/mod.ts";
import { findCases } from "./ct_org.ts";
import { phantom } from "./phantom.ts";
import { readCase } from "./read_case.ts";
import { LAST_TEST_CASE, splitCases } from "./split.ts";

/** A case in memory, RAS at 3 mm. */
export interface LoadedCase {
  readonly number: number;
  /** HU. */
  readonly volume: Volume;
  /** CT-ORG's values. */
  readonly labels: Volume<Uint8Array<ArrayBuffer>>;
}

/** Where cases come from: a folder in CT-ORG's layout, or so many phantoms. */
export type CaseSource =
  | { readonly kind: "folder"; readonly folder: string }
  | { readonly kind: "phantom"; readonly count: number };

/** Options of {@linkcode loadTrainingCases}. */
export interface LoadCasesOptions {
  /** Of phantoms, and of what is for validation. */
  readonly seed: number;
  /** Stops between two cases. */
  readonly signal?: AbortSignal | undefined;
  /** Called before a case is made or read. */
  readonly onCase?: ((number: number, done: number, all: number) => void) | undefined;
}

/**
 * Makes or reads the cases that a network may be trained on, see {@linkcode splitCases}; test cases are left alone. Phantoms are numbered
 * behind CT-ORG's test cases, so that no phantom that a test makes is among them.
 *
 * @param source Where from.
 * @param options Seed, signal, progress.
 * @returns Cases to train on and to validate on.
 * @throws {Error} If the folder holds no case, or one that cannot be used.
 * @throws {RangeError} If the number of phantoms is not at least 1.
 */
export async function loadTrainingCases(
  source: CaseSource,
  { seed, signal, onCase }: LoadCasesOptions,
): Promise<{ train: LoadedCase[]; validation: LoadedCase[] }> {
  const { train, validation } = splitCases(await casesOf(source, seed), seed);
  const all = train.length + validation.length;
  let done = 0;
  const load = async (cases: readonly Loadable[]) => {
    const loaded: LoadedCase[] = [];
    for (const { number, load } of cases) {
      signal?.throwIfAborted();
      onCase?.(number, done++, all);
      loaded.push({ number, ...await load(signal) });
    }
    return loaded;
  };
  return { train: await load(train), validation: await load(validation) };
}

/** A case that is not in memory yet. */
interface Loadable {
  readonly number: number;
  load(signal: AbortSignal | undefined): Promise<Omit<LoadedCase, "number">>;
}

async function casesOf(source: CaseSource, seed: number): Promise<Loadable[]> {
  if (source.kind === "folder") {
    return (await findCases(source.folder)).map(({ number, volume, labels }) => ({
      number,
      load: (signal) => readCase({ volume, labels }, { ...signal && { signal } }),
    }));
  }
  const { count } = source;
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new RangeError(`Cannot make ${count} phantoms: at least 1 is needed`);
  }
  return Array.from({ length: count }, (_, i) => {
    const number = LAST_TEST_CASE + 1 + i;
    return {
      number,
      load() {
        const { ct: volume, labels } = phantom({ seed, index: number });
        return Promise.resolve({ volume, labels });
      },
    };
  });
}
