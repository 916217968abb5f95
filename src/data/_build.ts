import type { OrganName } from "../labels/mod.ts";
import { column, type Solid } from "./_solid.ts";

/** A solid of one tissue; later ones replace earlier ones where they meet. */
export interface Tissue {
  readonly solid: Solid;
  /** Hounsfield units. */
  readonly hu: number;
  readonly organ?: OrganName;
}

/** A patient's build. */
export interface Build {
  /** Size against the average. */
  readonly scale: number;
  /** Half the trunk's width, mm. */
  readonly width: number;
  /** Half its depth, mm. */
  readonly depth: number;
}

/** Far beyond any field of view, mm. */
export const FAR = 1000;

/** The trunk's cross-section shrunk to `share` of its radii. */
export function section({ width, depth }: Build, share: number): Solid {
  return column([0, 0], [share * width, share * depth]);
}
