import { ellipsoid, grown, halfSpace, type Term, tube, turned } from "../../phantom/mod.ts";
import { ORGANS } from "../../labels/mod.ts";
import type { Vec3 } from "../../volume/mod.ts";
import {
  belly,
  cage,
  curve,
  jitter,
  leftDome,
  paintTubes,
  SIDES,
  type Workbench,
} from "./frame.ts";

/** Paints liver, gall bladder, spleen and pancreas. */
export function paintUpperOrgans(bench: Workbench): void {
  paintSpleen(bench);
  paintLiver(bench);
  const { painter, random, person } = bench;
  const pancreas = curve([[46, 16, 4], [28, 22, 14], [0, 24, 20], [-34, 8, 34], [-66, -18, 48]], 3);
  const hu = random.uniform(28, 45) + (person.phase === "none" ? 0 : 50);
  paintTubes(painter, pancreas, (t) => 13 - 5 * t, { hu, texture: 16, bump: [2, 2, 2, 2] });
}

function paintSpleen({ painter, random, person }: Workbench): void {
  const size = random.uniform(0.85, 1.2);
  const at = jitter(random, [-92, -34, 56], 4);
  painter.paint(
    [
      ellipsoid(at, [27 * size, 40 * size, 50 * size], { axes: turned([-22, 0, -30]), bend: 0.22 }),
      cage(-6),
      grown(leftDome(person), -4),
    ],
    {
      hu: person.blood.spleen,
      texture: person.phase === "arterial" ? 22 : 5,
      bump: [1.5, 1.5, 0, 1],
    },
  );
}

function paintLiver({ painter, random, person }: Workbench): void {
  const { blood, illness } = person;
  const size = random.uniform(0.95, 1.07);
  const lift = random.normal(0, 4);
  const tissue = { hu: blood.liver, label: ORGANS.liver, texture: 4, bump: [2, 2, 1, 0] } as const;
  const inside = cage(-6);
  const at = (x: number, y: number, z: number): Vec3 => [x, y, z + lift];
  const right = ellipsoid(at(72, 0, 52), [62 * size, 80 * size, 72 * size], {
    axes: turned([0, 14, 0]),
    taper: -0.08,
  });
  // From the right to a thin edge on the left.
  const left = ellipsoid(at(12, 40, 76), [32 * size, 40 * size, 86 * size], {
    axes: [[0, 0.17, 0.985], [0, 0.985, -0.17], [-1, 0, 0]],
    taper: 0.42,
    barrel: 0.1,
  });
  const caudate = ellipsoid(at(22, 4, 62), [24, 22, 30]);
  const tip = ellipsoid(at(92, -8, -2), [36 * size, 50 * size, 42 * size]);
  const lobes = [right, left, caudate, tip];
  for (const lobe of lobes) painter.paint([lobe, inside], tissue);
  // The gap towards stomach and kidney below.
  painter.paint(ellipsoid(at(30, 22, 14), [34, 30, 26]), {
    hu: person.adipose,
    texture: 12,
    bump: [2, 0, 2, 0],
  });
  painter.paint(tube(at(24, 78, 70), at(26, 48, 36), [4, 12], [1, 0, 0]), { hu: person.adipose });
  const vessels = {
    hu: person.phase === "none"
      ? blood.veins
      : person.phase === "arterial"
      ? blood.veins
      : blood.veins + 15,
    label: ORGANS.liver,
  };
  const within = [right, inside];
  const tree = (from: Vec3, ways: readonly Vec3[], radius: number) => {
    for (const way of ways) {
      const to: Vec3 = [from[0] + way[0], from[1] + way[1], from[2] + way[2]];
      const middle = jitter(random, [
        from[0] + way[0] * 0.5,
        from[1] + way[1] * 0.5,
        from[2] + way[2] * 0.5,
      ], 4);
      paintTubes(
        painter,
        curve([from, middle, to], 3),
        (t) => radius * (1 - 0.55 * t),
        vessels,
        within,
      );
      for (const turn of [-1, 1]) {
        const end: Vec3 = jitter(random, [
          middle[0] + way[0] * 0.4 - turn * way[1] * 0.3,
          middle[1] + way[1] * 0.4 + turn * way[0] * 0.3,
          middle[2] + way[2] * 0.4,
        ], 6);
        painter.paint([tube(middle, end, radius * 0.45), ...within], vessels);
      }
    }
  };
  tree(at(26, -2, 108), [[48, 10, -42], [30, 48, -34], [54, -30, -28]], 5.5);
  tree(at(36, 8, 44), [[38, 24, 30], [46, -18, 22], [50, 10, -16], [14, 34, 36]], 6);
  painter.paint(tube([-4, 18, 10], at(36, 8, 42), 6.5), { hu: blood.veins });
  paintTubes(painter, curve([[-4, 18, 10], [-40, 0, 30], [-78, -22, 50]], 3), 4.5, {
    hu: blood.veins,
  });
  const spot = (radius: number, hu: number) => {
    const place = jitter(random, at(74, 0, 55), 24);
    painter.paint([
      ellipsoid(place, [radius, radius * random.uniform(0.8, 1.2), radius]),
      right,
      inside,
    ], { hu, label: ORGANS.liver, bump: [0.8, 0, 0.8, 0] });
  };
  for (let k = 0; k < illness.hepaticCysts; k++) spot(random.uniform(5, 18), random.uniform(0, 14));
  for (let k = 0; k < illness.metastases; k++) {
    spot(random.uniform(5, 16), blood.liver - random.uniform(20, 45));
  }
  if (random.uniform() < 0.85) {
    const gall = ellipsoid(at(56, 44, 2), [15, 16, 32 * random.uniform(0.7, 1.1)], {
      axes: turned([-28, 0, 0]),
      taper: 0.25,
    });
    painter.paint(grown(gall, 1.8), { hu: 45 });
    painter.paint(gall, { hu: random.uniform(2, 22) });
  }
}

/** Paints kidneys in their fat, with cortex, pyramids, pelvis and ureters. */
export function paintKidneys(bench: Workbench): void {
  const { painter, random, person } = bench;
  const { blood, illness, adipose } = person;
  const label = ORGANS.kidneys;
  for (const side of SIDES) {
    if (illness.missingKidney === (side > 0 ? "right" : "left")) continue;
    const middle = (side > 0 ? -14 : 2) + random.normal(0, 9);
    const at = jitter(random, [side * 61, -42, middle], 5);
    const size = random.uniform(0.9, 1.1);
    const turn = side * random.uniform(25, 50);
    const lean = side * random.uniform(6, 18);
    const axes = turned([random.uniform(4, 14), lean, -turn]);
    const r: Vec3 = [29 * size, 24 * size, 52 * size];
    const shape = (mm: number) =>
      ellipsoid(at, [r[0] + mm, r[1] + mm, r[2] + mm], { axes, bend: side * 0.22 });
    const [u, v] = [axes[0], axes[2]];
    const local = (x: number, z: number): Vec3 => [
      at[0] - side * x * u[0] + z * v[0],
      at[1] - side * x * u[1] + z * v[1],
      at[2] - side * x * u[2] + z * v[2],
    ];
    painter.paint(shape(9), { hu: adipose, texture: 10, bump: [3, 0, 3, 0] });
    painter.paint(shape(0), { hu: blood.cortex, label, texture: 5, bump: [1, 0.6, 0, 0.6] });
    const inner = shape(-6.5);
    if (person.phase === "arterial" || person.phase === "venous") {
      for (let k = -3; k <= 3; k++) {
        for (const front of [-1, 1]) {
          const centre = local(-9 + 2 * Math.abs(k), k * 13 * size);
          const y: Vec3 = [
            centre[0] + front * 11 * axes[1][0],
            centre[1] + front * 11 * axes[1][1],
            centre[2] + front * 11 * axes[1][2],
          ];
          painter.paint([ellipsoid(y, [9, 8, 6]), inner], { hu: blood.medulla, label });
        }
      }
    }
    const wide = illness.hydronephrosis ? 1.7 : 1;
    // What opens towards the middle is not kidney.
    const hollow = ellipsoid(local(13, 0), [13 * wide, 8 * wide, 24 * size], { axes });
    painter.paint([hollow, grown(shape(0), 6)], {
      hu: adipose + 25,
      texture: 20,
      bump: [2, 0, 2, 2],
    });
    const urine = { hu: Math.max(-5, blood.urine * (person.phase === "late" ? 1.4 : 1)) };
    painter.paint(tube(local(8, -14), local(10, 14), [6 * wide, 5 * wide]), urine);
    painter.paint(tube(local(10, 0), local(36, -8), 4 * wide), urine);
    for (let k = -1; k <= 1; k++) {
      painter.paint(tube(local(8, k * 12), local(-5, k * 20), 2.8 * wide), urine);
    }
    const artery = { hu: blood.aorta };
    painter.paint(tube(local(14, 5), [side * 6, -4, at[2] + 8], 3), artery);
    painter.paint(tube(local(16, 0), [16, -4, at[2] + 4], 4.5), { hu: blood.veins });
    const ureter = curve([local(36, -8), [side * 34, -22, -70], [side * 32, -20, -130], [
      side * 48,
      -10,
      -190,
    ], [side * 22, 6, -222]], 4);
    paintTubes(painter, ureter, illness.hydronephrosis ? 4.5 : 2.6, urine);
    for (let k = 0; k < illness.renalCysts; k++) {
      const radius = random.uniform(5, 19);
      const place = local(-20 - radius * 0.4 + random.normal(0, 4), random.uniform(-36, 36));
      painter.paint(ellipsoid(place, [radius, radius, radius]), {
        hu: random.uniform(0, 15),
        label,
      });
    }
  }
  for (const side of SIDES) {
    // Adrenal glands.
    const top: Vec3 = [side * 34, -26, 42];
    const hu = person.phase === "none" ? 25 : 60;
    painter.paint(tube(top, [side * 46, -38, 34], [2.5, 7], [0, 0, 1]), { hu });
    painter.paint(tube(top, [side * 32, -42, 32], [2.5, 7], [0, 0, 1]), { hu });
  }
}

/** Paints the stomach: wall, food, and air where it floats, under the front of the patient. */
export function paintStomach({ painter, random, person }: Workbench): void {
  const full = random.uniform(0.65, 1.15);
  const fundus = ellipsoid([-58, -4, 84], [38 * full, 38 * full, 38 * full]);
  const body = ellipsoid([-50, 30, 48], [30 * full, 30 * full, 50], {
    axes: turned([24, 12, 0]),
    bend: 0.15,
  });
  const antrum = ellipsoid([-8, 58, 12], [42, 20 * full, 20 * full], { axes: turned([0, 22, 0]) });
  // What lies below the dome, but for the end that hangs out of it.
  const under = [cage(-6), grown(leftDome(person), -6)];
  const parts = [[fundus, ...under], [body, ...under], [antrum, cage(-6)]];
  const inner = parts.map(([shape, ...rest]) => [
    grown(shape!, -4.5),
    ...rest.map((term) => grown(term, -4)),
  ]);
  for (const part of parts) painter.paint(part, { hu: 42, texture: 8, bump: [2, 2, 0, 0] });
  const food = random.uniform() < 0.25 ? random.uniform(120, 300) : random.uniform(0, 50);
  const texture = random.uniform(4, 40);
  for (const part of inner) painter.paint(part, { hu: food, texture, bump: [2, 2, 0, 0] });
  const level = random.uniform(18, 60);
  for (const part of inner) {
    painter.paint([...part, halfSpace([0, -1, 0], -level)], { hu: -960, bump: [2, 2, 0, 0] });
  }
}

/** What fills a stretch of bowel. */
interface Filling {
  readonly hu: number;
  readonly texture: number;
}

/** Paints small bowel and colon: loops with wall and filling, and gas above it. */
export function paintBowel(bench: Workbench): void {
  const { painter, random, person } = bench;
  const oral = random.uniform() < 0.3;
  const wall = { hu: person.phase === "none" ? 38 : 75, texture: 8 };
  const fill = (): Filling => {
    const kind = random.uniform();
    if (oral && kind < 0.55) return { hu: random.uniform(120, 320), texture: 25 };
    if (kind < 0.85) return { hu: random.uniform(5, 45), texture: 14 };
    return { hu: -920, texture: 0 };
  };
  painter.paint(ellipsoid([0, 46, -75], [66, 30, 70]), { hu: person.adipose + 5, texture: 14 });
  for (let loop = 0; loop < 20; loop++) {
    const middle: Vec3 = [
      random.uniform(-82, 82),
      random.uniform(8, 70),
      random.uniform(-190, -22),
    ];
    const way = curve(Array.from({ length: 4 }, () => jitter(random, middle, 24)), 3);
    const radius = random.uniform(9, 13);
    paintTubes(painter, way, radius, wall, [belly(-2)]);
    let filling = fill();
    way.forEach((from, i) => {
      const to = way[i + 1];
      if (!to) return;
      if (random.uniform() < 0.25) filling = fill();
      painter.paint([tube(from, to, radius - 2.8), belly(-5)], {
        ...filling,
        bump: [1.5, 0, 0, 1.5],
      });
    });
  }
  const colon = (points: readonly Vec3[], radius: number) =>
    paintColon(bench, curve(points.map((point) => jitter(random, point, 5)), 4), radius, wall);
  colon([[88, 14, -128], [97, -8, -80], [98, -14, -40], [86, 16, -18]], random.uniform(20, 27));
  colon(
    [[86, 20, -20], [40, 66, -34], [0, 70, -44], [-50, 62, -20], [-88, 10, 26]],
    random.uniform(16, 23),
  );
  colon([[-88, 8, 26], [-104, -16, -20], [-104, -16, -80], [-92, 8, -132], [-52, 8, -168], [
    -14,
    -16,
    -172,
  ]], random.uniform(13, 18));
  colon(
    [[-14, -18, -172], [-2, -42, -196], [0, -36, -222], [0, -44, -252]],
    random.uniform(14, 20),
  );
}

/** Haustra: beads along the way, with stool or gas. */
function paintColon(
  { painter, random }: Workbench,
  way: readonly Vec3[],
  radius: number,
  wall: Filling,
): void {
  const beads = way.map((at): readonly [Vec3, number] => [at, radius * random.uniform(0.8, 1.15)]);
  const bead = ([at, r]: readonly [Vec3, number], mm: number): Term =>
    ellipsoid(at, [r + mm, r + mm, r + mm]);
  for (const one of beads) {
    painter.paint([bead(one, 0), belly(-2)], { ...wall, bump: [1, 0, 1, 0] });
  }
  for (const one of beads) {
    const stool = {
      hu: random.uniform(-60, 60),
      texture: random.uniform(30, 90),
      bump: [2, 1, 0, 2],
    } as const;
    painter.paint([bead(one, -2.8), belly(-5)], stool);
    const gas = random.uniform();
    if (gas < 0.25) painter.paint([bead(one, -2.8), belly(-5)], { hu: -950 });
    else if (gas < 0.65) {
      const level = one[0][1] + random.uniform(-0.4, 0.4) * radius;
      painter.paint([bead(one, -2.8), belly(-5), halfSpace([0, -1, 0], -level)], { hu: -950 });
    }
  }
}

/** Paints bladder, prostate or womb, and the vessels of the pelvis. */
export function paintLowerOrgans({ painter, random, person }: Workbench): void {
  const { blood, female } = person;
  const fill = random.uniform(0.84, 1.28);
  const r: Vec3 = [
    37 * fill * random.uniform(0.93, 1.07),
    32 * fill,
    33 * fill * random.uniform(0.93, 1.07),
  ];
  const at: Vec3 = [
    random.normal(0, 7),
    24 + random.normal(0, 5),
    -244 + r[2] + random.normal(0, 3),
  ];
  if (female) {
    painter.paint(
      ellipsoid([random.normal(0, 6), -10, at[2] + 12], [26, 20, 34], {
        axes: turned([-30, 0, 0]),
      }),
      {
        hu: person.phase === "none" ? 45 : 90,
        texture: 14,
        bump: [1.5, 1.5, 0, 0],
      },
    );
    for (const side of SIDES) {
      painter.paint(ellipsoid(jitter(random, [side * 42, -6, -195], 5), [12, 11, 14]), {
        hu: 30,
        texture: 14,
      });
    }
  } else {
    painter.paint(ellipsoid([0, 6, -250], [23, 17, 18]), { hu: 42, texture: 8 });
    painter.paint(ellipsoid([0, -10, -232], [30, 7, 9]), { hu: 25, texture: 8 });
  }
  for (const side of SIDES) {
    const iliac = (radius: number, y: number, hu: number) =>
      paintTubes(
        painter,
        curve([[side * 4, y, -104], [side * 26, y - 2, -140], [side * 48, y + 8, -180], [
          side * 70,
          y + 42,
          -240,
        ], [side * 78, y + 44, -340]], 3),
        radius,
        { hu },
      );
    iliac(6.5, -8, blood.veins);
    iliac(5, 2, blood.aorta);
  }
  const label = ORGANS.bladder;
  const shape = ellipsoid(at, r, {
    barrel: random.uniform(-0.08, 0.12),
    taper: random.uniform(-0.12, 0.12),
  });
  const bump = [2, 2, 1, 0] as const;
  painter.paint(grown(shape, 6), { hu: person.adipose + 10, bump });
  painter.paint(shape, { hu: 38, label, bump });
  const late = person.phase === "late";
  painter.paint(grown(shape, -random.uniform(2, 4)), {
    hu: late ? blood.urine * 0.5 : blood.urine,
    label,
    bump,
  });
  if (late) {
    // Contrast agent is heavier than urine.
    painter.paint([grown(shape, -3), halfSpace([0, 1, 0], at[1] - random.uniform(0, 12))], {
      hu: blood.urine,
      label,
      bump,
    });
  }
}
