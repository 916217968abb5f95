import type { OrganName } from "../labels/mod.ts";

/** Red, green and blue, each 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Far apart from grey and from each other, on black as on white. */
export const ORGAN_COLOURS: Readonly<Record<OrganName, Colour>> = {
  liver: [255, 146, 51],
  bladder: [255, 221, 64],
  lungs: [64, 190, 255],
  kidneys: [255, 84, 214],
  bone: [96, 220, 110],
  brain: [178, 130, 255],
};
