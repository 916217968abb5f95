/** A statement about the losses that was checked. */
export interface StudyRow {
  /** The number of the statement it belongs to, 1 to 6, a point, and its own. */
  readonly id: string;
  /** The statement in a sentence. */
  readonly text: string;
  /** How it was checked, in a sentence. */
  readonly how: string;
  /** How many cases were tried. */
  readonly cases: number;
  /** Largest deviation from the statement; if it says that things differ, the smallest difference. */
  readonly found: number;
  /** What `found` may be at most, or must be at least. */
  readonly limit: { readonly at: "most" | "least"; readonly value: number };
  /** Whether it is. */
  readonly holds: boolean;
  /** What has to be said beside it. */
  readonly note?: string;
}

/** What one loss does, measured on binary problems: a foreground class and its background. */
export interface StudyMember {
  /** The loss as `parseLoss` reads it. */
  readonly loss: string;
  /** Largest difference from 1 - IOU on binary predictions; absent where the loss is infinite on wrong ones. */
  readonly binary_deviation?: number;
  /** Smallest and largest value over predictions from 0 to 1, for losses of logarithms from 0.01 to 0.99. */
  readonly range: readonly [lowest: number, highest: number];
  /** Share of the moves of one prediction by a hundredth of the way to its label that made the loss larger. */
  readonly wrong_moves: number;
  /** Largest change by adding correct background, as much as there are voxels. */
  readonly background_change: number;
  /** Largest value where predictions equal labels. */
  readonly at_truth: number;
}

/** A loss of binary problems with one prediction q for all voxels, over the foreground's share f and q. */
export interface StudySurface {
  /** The loss as `parseLoss` reads it. */
  readonly loss: string;
  /** Value, [f, q]. */
  readonly value: readonly (readonly number[])[];
  /** Sum of -dL/dp over the foreground, [f, q]: how strongly the foreground pulls its predictions up. */
  readonly foreground: readonly (readonly number[])[];
  /** Sum of dL/dp over the background, [f, q]: how strongly the background pulls its own down. */
  readonly background: readonly (readonly number[])[];
}

/** The surfaces and their axes. */
export interface StudySurfaces {
  /** Voxels of each problem. */
  readonly voxels: number;
  /** Foreground shares f, rising. */
  readonly shares: readonly number[];
  /** Predictions q, rising. */
  readonly predictions: readonly number[];
  readonly losses: readonly StudySurface[];
}

/** An axis of a plot. */
export interface StudyAxis {
  readonly title: string;
  readonly log: boolean;
  readonly min: number;
  readonly max: number;
}

/** A line through points, or the points alone. */
export interface StudySeries {
  readonly name: string;
  readonly kind: "line" | "dots";
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A figure. */
export interface StudyPlot {
  readonly id: string;
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly text: string;
  readonly x: StudyAxis;
  readonly y: StudyAxis;
  readonly series: readonly StudySeries[];
}

/** What the study of the losses found: plain data. */
export interface LossStudy {
  /** Of all that was drawn. */
  readonly seed: number;
  readonly rows: readonly StudyRow[];
  readonly members: readonly StudyMember[];
  readonly surfaces: StudySurfaces;
  readonly plots: readonly StudyPlot[];
}

/** What `losses` writes as JSON. */
export interface LossStudyResult {
  readonly schema: "ct-organ-webgpu/losses@1";
  /** What to type to run it again. */
  readonly command: string;
  /** By name of the program or package. */
  readonly versions: Readonly<Record<string, string>>;
  readonly study: LossStudy;
}
