import { createHash } from "node:crypto";
import { OUTSIDE_LABEL } from "../augment/mod.ts";
import { sameGrid, type Volume } from "../volume/mod.ts";

/** A CT with its labels, both RAS on one grid of the model's spacing. */
export interface TrainingCase {
  /** Tells it from the others. */
  readonly number: number;
  /** HU. */
  readonly volume: Volume;
  /** A class of the network, or 255 where the loss shall not look. */
  readonly labels: Volume<Uint8Array<ArrayBuffer>>;
}

/** What to train and to validate on. */
export interface TrainingData {
  /** At least one. */
  readonly train: readonly TrainingCase[];
  /** None to train without validation. */
  readonly validation: readonly TrainingCase[];
}

/**
 * Refuses cases that a network cannot be trained on.
 *
 * @param data The cases.
 * @param classes Of the network.
 * @throws {RangeError} If there is none to train on, or a label is no class.
 * @throws {TypeError} If labels lie on another grid than their CT.
 */
export function checkCases({ train, validation }: TrainingData, classes: number): void {
  if (train.length === 0) throw new RangeError("Cannot train: there is no case to train on");
  for (const { number, volume, labels } of [...train, ...validation]) {
    if (!sameGrid(volume, labels)) {
      throw new TypeError(`Cannot train on case ${number}: its labels lie on another grid`);
    }
    const odd = labels.data.find((label) => label >= classes && label !== OUTSIDE_LABEL);
    if (odd !== undefined) {
      throw new RangeError(
        `Cannot train on case ${number}: it has label ${odd}, the network has classes 0 to ${
          classes - 1
        } (${OUTSIDE_LABEL} is ignored)`,
      );
    }
  }
}

/**
 * What names the cases: numbers, grids, and every voxel.
 *
 * @param data The cases.
 * @returns SHA-256 in hexadecimal digits.
 */
export function dataHash({ train, validation }: TrainingData): string {
  const hash = createHash("sha256");
  for (const [use, cases] of [["train", train], ["validation", validation]] as const) {
    for (const { number, volume, labels } of cases) {
      const { dims, affine, data } = volume;
      hash.update(JSON.stringify([use, number, dims, affine, data.constructor.name]));
      hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      hash.update(labels.data);
    }
  }
  return hash.digest("hex");
}
