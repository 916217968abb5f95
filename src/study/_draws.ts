import { RandomStream } from "../random/mod.ts";

/** A binary problem: predictions of the foreground and labels, 0 or 1. */
export interface Problem {
  readonly p: readonly number[];
  readonly y: readonly number[];
}

/** Voxels of a problem, at most. */
const MOST_VOXELS = 64;

/** Problems of many kinds: few and many voxels, rare and common foreground, predictions near 0 and 1 and in between. */
export class Draws {
  readonly random: RandomStream;

  /**
   * @param seed Of the study.
   * @param stream Which check, so that none changes with another's number of cases.
   */
  constructor(seed: number, stream: number) {
    this.random = new RandomStream({ seed, stream });
  }

  /** Soft predictions and binary labels with some foreground. */
  soft(): Problem {
    const n = 1 + this.random.integer(MOST_VOXELS);
    const y = this.#labels(n);
    // Powers crowd predictions near 0; half of the problems are mirrored, so near 1.
    const power = 2 ** this.random.uniform(-1, 3);
    const mirrored = this.random.integer(2) === 1;
    const p = y.map(() => {
      const value = this.random.uniform() ** power;
      return mirrored ? 1 - value : value;
    });
    return { p, y };
  }

  /** Predictions kept off 0 and 1, where differences have room on both sides. */
  inner(): Problem {
    const { p, y } = this.soft();
    return { p: p.map((value) => 0.02 + 0.96 * value), y };
  }

  /** Binary predictions, right with some chance, and binary labels. */
  binary(): Problem {
    const { y } = this.soft();
    const chance = this.random.uniform();
    return { p: y.map((label) => this.random.uniform() < chance ? label : 1 - label), y };
  }

  /** Predictions and labels both between 0 and 1. */
  softLabels(): Problem {
    const { p } = this.inner();
    return { p, y: p.map(() => this.random.uniform(0.02, 0.98)) };
  }

  #labels(n: number): number[] {
    const share = 2 ** -this.random.uniform(0, 5);
    const y = Array.from({ length: n }, () => Number(this.random.uniform() < share));
    y[this.random.integer(n)] = 1;
    return y;
  }
}
