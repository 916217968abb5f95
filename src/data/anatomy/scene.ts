import { fillNormal, type RandomStream } from "../../random/mod.ts";
import {
  FIELD_BOUND,
  METAL_FLOATS,
  MODES,
  Painter,
  type Scanner,
  type Scene,
  TILE,
  turned,
  WEIGHT_FLOATS,
} from "../../phantom/mod.ts";
import {
  paintBowel,
  paintKidneys,
  paintLowerOrgans,
  paintStomach,
  paintUpperOrgans,
} from "./abdomen.ts";
import { paintDomes, paintLungs, paintMediastinum } from "./chest.ts";
import { SIDES, VERTEBRAE, type Workbench } from "./frame.ts";
import { paintPelvis } from "./pelvis.ts";
import { drawPerson, type Person } from "./person.ts";
import { paintRibCage } from "./ribs.ts";
import { paintSpine } from "./spine.ts";
import { BACK, paintTable, paintWall } from "./wall.ts";

/** How a patient is seen. */
export interface View {
  /** The body's height in the middle of the field of view, mm. */
  readonly middle: number;
  /** Key of the scanner's noise. */
  readonly noise: Scanner["key"];
  /** Key of the tissues' texture. */
  readonly tile: Scanner["key"];
}

/**
 * Draws a patient and how the scanner sees it.
 *
 * @param random Where the draws come from.
 * @param view Height in the middle, keys.
 * @returns The scene.
 */
export function drawScene(random: RandomStream, view: View): Scene {
  const person = drawPerson(random);
  const painter = new Painter();
  const bench: Workbench = { painter, random, person };
  // Body height and girth against the average.
  const high = random.uniform(0.89, 1.08);
  const wide = high * random.uniform(0.93, 1.1);
  const deep = wide * random.uniform(0.94, 1.08);
  // Patients lie higher or lower, more to the right or the left, and scans begin at different heights.
  const shift = [
    random.normal(0, 10),
    random.normal(0, 9),
    view.middle + random.uniform(-32, 32),
  ] as const;
  paintTable(bench, -(BACK + person.fat + shift[1]) * deep - 2);
  paintWall(bench);
  paintLungs(bench);
  paintMediastinum(bench);
  paintDomes(bench);
  paintBowel(bench);
  paintStomach(bench);
  paintUpperOrgans(bench);
  paintKidneys(bench);
  paintLowerOrgans(bench);
  paintRibCage(bench);
  paintPelvis(bench);
  paintSpine(bench);
  const tilt = turned([random.normal(0, 2.5), random.normal(0, 3), random.normal(0, 4)]);
  const size = [wide, deep, high] as const;
  const pose = new Float32Array(12);
  for (let i = 0; i < 3; i++) {
    for (let axis = 0; axis < 3; axis++) pose[4 * i + axis] = tilt[axis]![i]! / size[i]!;
    pose[4 * i + 3] = shift[i]!;
  }
  return {
    ...painter.finish(),
    pose,
    ...drawDeformation(random),
    tile: fillNormal(view.tile, new Float32Array(TILE ** 3)),
    metals: metalsOf(person, pose, random),
    scanner: {
      blur: random.uniform(0.6, 1.3),
      noise: random.uniform(9, 24),
      reach: [(165 + person.fat) * wide, (120 + person.fat) * deep],
      key: view.noise,
    },
  };
}

/** Waves of 250 to 600 mm that move organs, then of 45 to 110 mm that dent their surfaces. */
function drawDeformation(random: RandomStream): Pick<Scene, "waves" | "weights"> {
  const waves = new Float64Array(6 * MODES);
  const weights = new Float32Array(WEIGHT_FLOATS * MODES);
  for (let m = 0; m < MODES; m++) {
    const slow = m < MODES / 2;
    for (let axis = 0; axis < 3; axis++) {
      const length = slow ? random.uniform(260, 620) : random.uniform(48, 120);
      waves[6 * m + axis] = 2 * Math.PI / length;
      waves[6 * m + 3 + axis] = random.uniform(0, 2 * Math.PI);
    }
    for (let i = 0; i < 3; i++) {
      weights[WEIGHT_FLOATS * m + i] = random.normal(0, slow ? 6.5 : 0.7);
    }
    // Two of the short waves make a surface field, so that it stays within its bound.
    if (!slow) weights[WEIGHT_FLOATS * m + 3 + m % 4] = FIELD_BOUND / 2;
  }
  return { waves, weights };
}

/** Streaks around metal, where it lies in the scanner but for the deformation. */
function metalsOf(
  { illness }: Person,
  pose: Float32Array,
  random: RandomStream,
): Float32Array<ArrayBuffer> {
  const pieces: number[] = [];
  const add = (x: number, y: number, low: number, high: number, hu: number) => {
    const [px, py, pz] = [
      (x - pose[3]!) / pose[0]!,
      (y - pose[7]!) / pose[5]!,
      (low - pose[11]!) / pose[10]!,
    ];
    const turn = random.uniform(0, 2 * Math.PI);
    pieces.push(px, py, pz, (high - pose[11]!) / pose[10]!, hu, 30, Math.cos(turn), Math.sin(turn));
  };
  for (const side of SIDES) {
    if (illness.hip === (side > 0 ? "right" : "left")) add(side * 95, -2, -260, -196, 260);
  }
  if (illness.screws) {
    add(0, VERTEBRAE[1]![1] - 40, VERTEBRAE[1]![0] - 6, VERTEBRAE[2]![0] + 6, 150);
  }
  if (illness.wires) add(0, 85, 165, 262, 70);
  if (pieces.length % METAL_FLOATS !== 0) {
    throw new TypeError("Cannot make streaks: 8 numbers each");
  }
  return Float32Array.from(pieces);
}
