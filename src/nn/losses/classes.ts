/** The labels of one image. */
export interface ImageLabels {
  /** One class a voxel, from 0; -1 and 255 are ignored, by value and gradient. */
  readonly labels: ArrayLike<number>;
  /** How many classes there are. */
  readonly classes: number;
}

/** Whether a label is to be ignored: the paper's -1, and 255, which is the same in a byte. */
export function isIgnored(label: number): boolean {
  return label === -1 || label === 255;
}

/**
 * Voxels of each class.
 *
 * @param image The labels.
 * @returns How many, by class.
 * @throws {RangeError} If a label is neither a class nor ignored, or there is no class.
 */
export function countClasses({ labels, classes }: ImageLabels): number[] {
  if (!Number.isInteger(classes) || classes < 1) {
    throw new RangeError(`Cannot take the loss over ${classes} classes: there must be at least 1`);
  }
  const counts = new Array<number>(classes).fill(0);
  for (let v = 0; v < labels.length; v++) {
    const label = labels[v]!;
    if (isIgnored(label)) continue;
    if (!(label in counts)) {
      throw new RangeError(`Cannot use label ${label} of voxel ${v}: there are ${classes} classes`);
    }
    counts[label]!++;
  }
  return counts;
}

/**
 * Refuses values that are not one for each voxel and class.
 *
 * @param what What they are, for the message.
 * @param values The values, class fastest.
 * @param image The labels.
 * @throws {TypeError} If there are more or fewer.
 */
export function checkValues(
  what: string,
  values: ArrayLike<number>,
  { labels, classes }: ImageLabels,
): void {
  if (values.length !== labels.length * classes) {
    throw new TypeError(
      `Cannot take the loss of ${values.length} ${what}: ${labels.length} voxels of ${classes} classes ` +
        `need ${labels.length * classes}`,
    );
  }
}
