import type { Origins } from "./provenance.ts";

/** A file of labels and what its values mean. */
export interface LabelFile {
  /** A NIfTI file on its CT's grid. */
  readonly path: string;
  /** CT-ORG's value of each value that the file may hold, another is an error; without it values are taken as they are. */
  readonly values?: ReadonlyMap<number, number>;
}

/** A CT in a folder, and its labels. */
export interface LabelledCase {
  /** Tells it from the folder's other cases; CT-ORG's N. */
  readonly number: number;
  /** What the folder calls it. */
  readonly name: string;
  /** Path of the CT. */
  readonly volume: string;
  /** Files that are merged in this order: a voxel keeps the first label it gets. */
  readonly labels: readonly LabelFile[];
  /** What the labels hold. */
  readonly origins: Origins;
}

/** How a data set lays out its files. */
export type LayoutName = "CT-ORG" | "LiTS" | "nnU-Net" | "TotalSegmentator";

/** Something that looks like a case and is none. */
export interface IncompleteCase {
  readonly name: string;
  /** What it lacks and how to mend that, on one line. */
  readonly why: string;
}

/** What a data folder holds. */
export interface Dataset {
  /** Absolute or relative path, as it was given. */
  readonly folder: string;
  readonly layout: LayoutName;
  /** By increasing number. */
  readonly cases: readonly LabelledCase[];
  readonly incomplete: readonly IncompleteCase[];
  /** Whether cases 0 to 20 are the test set. */
  readonly officialTest: boolean;
  /** Whether the folder says itself where its labels come from; otherwise that is known of its layout alone. */
  readonly described: boolean;
  /** The licence that the folder names. */
  readonly licence?: string;
  /** What a person should know of the labels, one line each. */
  readonly notes: readonly string[];
}

/** The layout's own part of a {@linkcode Dataset}. */
export type Found = Omit<Dataset, "folder" | "layout">;

/** Finds cases of one layout. */
export interface Layout {
  readonly name: LayoutName;
  /** Its files in a few words, for a message. */
  readonly files: string;
  /**
   * @returns What is there; undefined if nothing looks like this layout.
   * @throws {Error} If it looks like this layout and cannot be used.
   */
  find(folder: string): Promise<Found | undefined>;
}
