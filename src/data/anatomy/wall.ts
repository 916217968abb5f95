import { ellipsoid, grown, halfSpace, type Term, tube, turned } from "../../phantom/mod.ts";
import { belly, cage, SIDES, VERTEBRAE, type Workbench } from "./frame.ts";

/** Outline of the trunk's muscles and bones, grown by some mm: chest, belly and hips run into each other. */
function outline(mm: number, armsUp: boolean): Term[] {
  const parts = [
    ellipsoid([0, -2, 150], [128 + mm, 109 + mm, 110], { core: [22, 4, 70], barrel: 0.03 }),
    ellipsoid([0, 2, -10], [128 + mm, 100 + mm, 100], { core: [16, 4, 60] }),
    ellipsoid([0, -6, -185], [138 + mm, 97 + mm, 90], { core: [24, 8, 40] }),
    tube([0, -12, 320], [0, 2, 450], [62 + 0.5 * mm, 58 + 0.5 * mm]),
  ];
  for (const side of SIDES) {
    parts.push(
      tube([side * 96, -8, -250], [side * 92, 0, -520], 84 + 0.8 * mm),
      ellipsoid([side * 72, -72, -195], [66 + mm, 52 + mm, 78 + mm]),
      armsUp
        ? tube([side * 105, -25, 285], [side * 150, -10, 470], 62 + 0.6 * mm)
        : ellipsoid([side * 120, -15, 285], [72 + 0.5 * mm, 62 + 0.5 * mm, 56 + 0.5 * mm]),
    );
    if (!armsUp) {
      parts.push(
        tube([side * 178, -18, 275], [side * 212, -30, 40], 44 + 0.4 * mm),
        tube([side * 212, -30, 40], [side * 205, 0, -190], 34 + 0.4 * mm),
      );
    }
  }
  return parts;
}

/** How far the back of an average trunk lies behind its axis without fat, mm. */
export const BACK = 116;

/** Paints the table, two shells around foam that is as dark as lung, and a mattress; they do not move with the body. */
export function paintTable({ painter, random }: Workbench, top: number): void {
  const dip = random.uniform(250, 420);
  const half = random.uniform(200, 235);
  const shape = (mm: number, y: number) => [
    ellipsoid([0, y + dip, 0], [dip + mm, dip + mm, 600], { core: [0, 0, 2000] }),
    ellipsoid([0, y, 0], [half + mm, 400, 600], { core: [0, 0, 2000] }),
    halfSpace([0, 1, 0], y + 42),
  ];
  const hollow = ellipsoid([0, top + dip, 0], [dip, dip, 600], { core: [0, 0, 2000] });
  const foam = ellipsoid([0, top - 2 + dip, 0], [dip + 3, dip + 3, 600], { core: [0, 0, 2000] });
  painter.paint(shape(30, top), { hu: random.uniform(-60, 120), rigid: true });
  painter.paint(shape(27, top), { hu: random.uniform(-960, -850), rigid: true });
  painter.paint(foam, { hu: random.uniform(-60, 60), rigid: true });
  painter.paint(hollow, { hu: random.uniform(-985, -930), rigid: true });
  painter.paint([hollow, halfSpace([0, -1, 0], -(top + 11))], { hu: -1000, rigid: true });
}

/** Paints skin, fat, the muscles of the wall and the fat inside. */
export function paintWall({ painter, random, person }: Workbench): void {
  const { fat, muscle, adipose, armsUp, female } = person;
  const soft = { hu: adipose, texture: 9 };
  const lean = { hu: muscle, texture: 9, bump: [0.8, 0.8, 0, 0] } as const;
  const skin = outline(fat, armsUp);
  const breasts = female
    ? SIDES.map((side) =>
      ellipsoid(
        [side * 78, 96 + fat * 0.6, 190],
        [62, random.uniform(28, 48), 58],
        { axes: turned([0, 0, -side * 18]) },
      )
    )
    : [];
  for (const part of [...skin, ...breasts]) painter.paint(part, { hu: random.uniform(0, 40) });
  for (const part of [...skin, ...breasts]) painter.paint(grown(part, -2.2), soft);
  for (const breast of breasts) {
    painter.paint(grown(breast, -14), { hu: -25, texture: 35, bump: [3, 0, 0, 3] });
  }
  for (const part of outline(0, armsUp)) painter.paint(part, lean);
  paintFatPlanes(painter, soft);
  painter.paint([cage(0), halfSpace([0, 0, -1], 30)], lean);
  painter.paint([belly(0), halfSpace([0, 0, 1], 70)], { ...soft, bump: [1, 0, 0, 0] });
  paintBackMuscles({ painter, random, person });
  paintPelvicMuscles({ painter, random, person });
}

/** Fat between the muscles: under the shoulder blades, along the flanks, in the hips. */
function paintFatPlanes(
  painter: Workbench["painter"],
  soft: { readonly hu: number; readonly texture: number },
): void {
  const seam = (outer: Term, mm: number) =>
    painter.paint([outer, halfSpace([0, -1, 0], 60)], { ...soft, bump: [0, mm, 0, 0] });
  for (const side of SIDES) {
    // The armpit.
    painter.paint(
      ellipsoid([side * 118, 18, 262], [26, 34, 52], { axes: turned([0, side * 20, 0]) }),
      { ...soft, bump: [3, 0, 2, 0] },
    );
    painter.paint(
      ellipsoid([side * 100, -82, 235], [40, 5, 60], { axes: turned([0, 0, side * 25]) }),
      soft,
    );
    painter.paint(
      ellipsoid([side * 134, 0, 10], [3, 60, 80], { axes: turned([0, 0, 0]) }),
      soft,
    );
    painter.paint(ellipsoid([side * 100, 58, -225], [42, 34, 40]), soft);
    painter.paint(ellipsoid([side * 66, -62, -225], [34, 26, 44]), soft);
    painter.paint(ellipsoid([side * 128, -38, -205], [10, 34, 48]), soft);
  }
  seam(ellipsoid([0, -10, -180], [128, 76, 70], { core: [0, 0, 20] }), 1.5);
}

function paintBackMuscles({ painter, person }: Workbench): void {
  const { muscle } = person;
  const lean = { hu: muscle, texture: 12, bump: [0.8, 0, 0.8, 0] } as const;
  for (let i = 0; i + 1 < VERTEBRAE.length; i++) {
    const [z0, y0] = VERTEBRAE[i]!;
    const [z1, y1] = VERTEBRAE[i + 1]!;
    const wide = i < 6 ? 30 : 24;
    for (const side of SIDES) {
      painter.paint(
        tube(
          [side * (wide + 2), y0 - 48, z0],
          [side * (wide + 2), y1 - 48, z1],
          [wide, i < 6 ? 23 : 17],
          [1, 0, 0],
        ),
        lean,
      );
    }
  }
  for (const side of SIDES) {
    // Psoas, quadratus lumborum, crus of the diaphragm.
    painter.paint(
      ellipsoid([side * 38, -34, -75], [18, 20, 55], { core: [0, 0, 55], taper: -0.15 }),
      lean,
    );
    painter.paint(
      tube([side * 47, -30, -140], [side * 86, 18, -245], [17, 20]),
      lean,
    );
    painter.paint(ellipsoid([side * 68, -52, -45], [24, 9, 60]), lean);
    painter.paint(tube([side * 16, -22, -20], [side * 20, -22, 90], [5, 9]), lean);
    // The straight muscle of the belly's wall.
    painter.paint(
      ellipsoid([side * 34, 91, -70], [26, 6, 30], {
        core: [0, 0, 120],
        axes: turned([0, 0, -side * 12]),
      }),
      lean,
    );
  }
}

function paintPelvicMuscles({ painter, person }: Workbench): void {
  const lean = { hu: person.muscle, texture: 12, bump: [0, 1.5, 1.5, 0] } as const;
  for (const side of SIDES) {
    painter.paint(
      ellipsoid([side * 78, -84, -195], [48, 24, 72], { axes: turned([8, 0, side * 28]) }),
      lean,
    );
    painter.paint(
      ellipsoid([side * 122, -22, -160], [20, 42, 52], { axes: turned([0, side * 14, 0]) }),
      lean,
    );
    painter.paint(
      ellipsoid([side * 74, 6, -150], [13, 36, 46], { axes: turned([0, side * 22, 0]) }),
      lean,
    );
    painter.paint(ellipsoid([side * 56, 0, -240], [12, 34, 34]), lean);
    painter.paint(tube([side * 62, 30, -250], [side * 84, -5, -400], [38, 44]), lean);
    painter.paint(tube([side * 105, 48, -235], [side * 96, 52, -420], [34, 26]), lean);
  }
}
