import { join } from "@std/path";
import { niftiFilesIn } from "./_folder.ts";

/** Two files with labels of one case. */
export interface LabelPair {
  /** The truth's file name without its ending. */
  readonly name: string;
  /** Absolute path. */
  readonly prediction: string;
  /** Absolute path. */
  readonly truth: string;
}

/** What two folders hold together. */
export interface MatchedLabels {
  /** By name, numbers in their order. */
  readonly pairs: readonly LabelPair[];
  /** True labels without a prediction, or with several. */
  readonly faults: readonly { readonly name: string; readonly why: string }[];
  /** Names of predictions that have no truth. */
  readonly unused: readonly string[];
}

/**
 * Finds the prediction of each file of true labels: the one of the same name, `.nii` and `.nii.gz` being alike, or else the one with the
 * same case number, as CT-ORG numbers its files (`labels-7.nii.gz` and `volume-7.nii.gz`). A name's number is its only run of digits. In a
 * folder that holds files `labels-N` all others are left out: CTs lie beside them.
 *
 * @param folders Absolute paths.
 * @returns Pairs, and what has no partner.
 * @throws {Error} If a folder cannot be read or holds no NIfTI file.
 */
export async function matchLabelFiles(
  folders: { readonly prediction: string; readonly truth: string },
): Promise<MatchedLabels> {
  const predictions = await labelFiles(folders.prediction);
  const truths = await labelFiles(folders.truth);
  const stems = new Set(truths.map(({ stem }) => stem));
  const candidatesOf = ({ stem, number }: File) => {
    const alike = predictions.filter((file) => file.stem === stem);
    if (alike.length > 0 || number === undefined) return alike;
    return predictions.filter((file) => file.number === number && !stems.has(file.stem));
  };
  const claims = new Map<string, string[]>();
  for (const truth of truths) {
    for (const { file } of candidatesOf(truth)) {
      claims.set(file, [...claims.get(file) ?? [], truth.file]);
    }
  }
  const pairs: LabelPair[] = [];
  const faults: { name: string; why: string }[] = [];
  for (const truth of truths) {
    const candidates = candidatesOf(truth).map(({ file }) => file);
    const [file] = candidates;
    const rivals = file === undefined ? [] : claims.get(file)!;
    if (file === undefined) faults.push({ name: truth.stem, why: "it has no prediction" });
    else if (candidates.length > 1) {
      faults.push({
        name: truth.stem,
        why: `it has several predictions: ${candidates.join(", ")}`,
      });
    } else if (rivals.length > 1) {
      const why = `prediction "${file}" could be that of ${rivals.join(" and ")}`;
      faults.push({ name: truth.stem, why });
    } else {
      const paths = {
        prediction: join(folders.prediction, file),
        truth: join(folders.truth, truth.file),
      };
      pairs.push({ name: truth.stem, ...paths });
    }
  }
  const unused = predictions.filter(({ file }) => !claims.has(file)).map(({ stem }) => stem);
  return { pairs, faults, unused };
}

interface File {
  readonly file: string;
  readonly stem: string;
  /** Undefined where the name has no digits, or several runs of them. */
  readonly number: number | undefined;
}

async function labelFiles(folder: string): Promise<File[]> {
  const found = (await niftiFilesIn(folder)).map(({ file, stem }): File => {
    const runs = stem.match(/\d+/g) ?? [];
    return { file, stem, number: runs.length === 1 ? Number(runs[0]) : undefined };
  });
  const labels = found.filter(({ stem }) => /^labels-\d+$/.test(stem));
  const chosen = labels.length > 0 ? labels : found;
  const order = ({ number }: File) => number ?? Infinity;
  return chosen.sort((a, b) => order(a) - order(b) || (a.stem < b.stem ? -1 : 1));
}
