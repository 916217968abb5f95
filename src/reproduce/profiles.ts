import type { Vec3 } from "../volume/mod.ts";

/** How much a run does. */
export interface Profile {
  /** Phantoms made where no data folder is given. */
  readonly phantoms: number;
  /** Their voxels along x, y, z. */
  readonly dims: Vec3;
  /** mm between their voxels. */
  readonly spacing: Vec3;
}

/** The profiles by name: `smoke` is the smallest run that shows every part at work, `quick` has more cases. */
export const PROFILES = {
  smoke: { phantoms: 3, dims: [122, 101, 112], spacing: [3, 3, 3] },
  quick: { phantoms: 10, dims: [122, 101, 112], spacing: [3, 3, 3] },
} as const satisfies Record<string, Profile>;

/** A profile's name. */
export type ProfileName = keyof typeof PROFILES;
