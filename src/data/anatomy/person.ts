import type { RandomStream } from "../../random/mod.ts";

/** How long after the contrast agent a CT was taken; `none` without any. */
export type Phase = "none" | "arterial" | "venous" | "late";

/** What is drawn once for a whole patient: all parts of the body are made for it. Lengths are mm of a body of average size. */
export interface Person {
  readonly female: boolean;
  /** Under the skin, at the belly's side. */
  readonly fat: number;
  readonly phase: Phase;
  readonly armsUp: boolean;
  /** How much higher than on average the diaphragm stands. */
  readonly breath: number;
  readonly blood: Blood;
  /** HU of muscle, fat and the marrow and cortex of bone. */
  readonly muscle: number;
  readonly adipose: number;
  readonly marrow: number;
  readonly cortex: number;
  readonly illness: Illness;
}

/** HU of what fills with contrast agent. */
export interface Blood {
  readonly aorta: number;
  readonly veins: number;
  readonly liver: number;
  readonly spleen: number;
  readonly cortex: number;
  readonly medulla: number;
  readonly urine: number;
}

/** What is out of the ordinary. */
export interface Illness {
  readonly renalCysts: number;
  readonly hepaticCysts: number;
  readonly metastases: number;
  /** Height of fluid behind each lung, mm; 0 for none. */
  readonly effusion: readonly [right: number, left: number];
  readonly nodules: number;
  readonly emphysema: boolean;
  readonly groundGlass: boolean;
  readonly missingKidney: "none" | "right" | "left";
  readonly hydronephrosis: boolean;
  readonly steatosis: boolean;
  /** A vertebra that has lost height, counted from L5; -1 for none. */
  readonly wedge: number;
  /** A rib with a gap, 0 to 23; -1 for none. */
  readonly brokenRib: number;
  /** Pieces of metal. */
  readonly hip: "none" | "right" | "left";
  readonly screws: boolean;
  readonly wires: boolean;
}

/**
 * Draws a patient.
 *
 * @param random Where the draws come from.
 * @returns The patient.
 */
export function drawPerson(random: RandomStream): Person {
  const chance = (p: number) => random.uniform() < p;
  const near = (hu: number, spread: number) => random.normal(hu, spread);
  const phase = (["none", "none", "arterial", "venous", "venous", "venous", "late"] as const)[
    random.integer(7)
  ]!;
  const steatosis = chance(0.15);
  const side = () => (["right", "left"] as const)[random.integer(2)]!;
  return {
    female: chance(0.5),
    fat: random.uniform(8, 28),
    phase,
    armsUp: chance(0.8),
    breath: near(0, 8),
    blood: bloodIn(phase, near, steatosis),
    muscle: near(54, 6),
    adipose: near(-102, 6),
    marrow: random.uniform(90, 230),
    cortex: random.uniform(380, 640),
    illness: {
      renalCysts: chance(0.35) ? 1 + random.integer(3) : 0,
      hepaticCysts: chance(0.2) ? 1 + random.integer(3) : 0,
      metastases: chance(0.15) ? 2 + random.integer(4) : 0,
      effusion: [0, 1].map(() => chance(0.12) ? random.uniform(12, 45) : 0) as unknown as [
        number,
        number,
      ],
      nodules: chance(0.3) ? 1 + random.integer(4) : 0,
      emphysema: chance(0.15),
      groundGlass: chance(0.12),
      missingKidney: chance(0.05) ? side() : "none",
      hydronephrosis: chance(0.06),
      steatosis,
      wedge: chance(0.15) ? random.integer(10) : -1,
      brokenRib: chance(0.1) ? random.integer(24) : -1,
      hip: chance(0.05) ? side() : "none",
      screws: chance(0.04),
      wires: chance(0.06),
    },
  };
}

function bloodIn(
  phase: Phase,
  near: (hu: number, spread: number) => number,
  steatosis: boolean,
): Blood {
  const fatty = steatosis ? -28 : 0;
  switch (phase) {
    case "none":
      return {
        aorta: near(42, 4),
        veins: near(42, 4),
        liver: near(56 + fatty, 6),
        spleen: near(49, 4),
        cortex: near(34, 4),
        medulla: near(30, 4),
        urine: near(8, 5),
      };
    case "arterial":
      return {
        aorta: near(300, 45),
        veins: near(70, 15),
        liver: near(68 + fatty, 8),
        spleen: near(120, 15),
        cortex: near(170, 25),
        medulla: near(70, 12),
        urine: near(8, 5),
      };
    case "venous":
      return {
        aorta: near(150, 20),
        veins: near(155, 20),
        liver: near(105 + fatty, 12),
        spleen: near(118, 12),
        cortex: near(175, 22),
        medulla: near(145, 25),
        urine: near(10, 6),
      };
    case "late":
      return {
        aorta: near(100, 12),
        veins: near(100, 12),
        liver: near(85 + fatty, 8),
        spleen: near(90, 8),
        cortex: near(115, 15),
        medulla: near(115, 15),
        urine: near(260, 90),
      };
  }
}
