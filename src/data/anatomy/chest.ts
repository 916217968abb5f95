import { ellipsoid, grown, halfSpace, type Term, tube, turned } from "../../phantom/mod.ts";
import { ORGANS } from "../../labels/mod.ts";
import type { Vec3 } from "../../volume/mod.ts";
import { cage, curve, jitter, leftDome, paintTubes, SIDES, type Workbench } from "./frame.ts";

/** Terms of a lung: the rib cage's inside, beside the middle of the chest, above a plane that falls to the back. */
function lungTerms(side: 1 | -1, mm: number): Term[] {
  return [
    cage(-4 + mm),
    ellipsoid([side * 78, -8, 160], [68 + mm, 104, 150], {
      core: [0, 0, 20],
      taper: side > 0 ? 0.05 : 0.03,
    }),
    halfSpace([0, 0.45, -0.893], -38 + mm),
  ];
}

/** Paints lungs with vessels and airways; the domes of the diaphragm and the heart come after and press them in. */
export function paintLungs(bench: Workbench): void {
  const { painter, random, person } = bench;
  const { illness } = person;
  const air = random.uniform(-875, -770) - (illness.emphysema ? 45 : 0);
  const label = ORGANS.lungs;
  SIDES.forEach((side, s) => {
    const lung = lungTerms(side, 0);
    // Blood sinks: lungs are denser behind.
    painter.paint(lung, { hu: air, label, texture: 32, slope: -0.55 });
    if (illness.emphysema) {
      for (let k = 0; k < 14; k++) {
        const at = jitter(random, [side * 75, -5, 210], 38);
        painter.paint([ellipsoid(at, radii(random, 6, 20)), ...lung], {
          hu: air - 70,
          label,
          texture: 15,
          bump: [2, 2, 2, 2],
        });
      }
    }
    if (illness.groundGlass) {
      for (let k = 0; k < 3; k++) {
        const at = jitter(random, [side * 75, -25, 150], 38);
        painter.paint([ellipsoid(at, radii(random, 12, 30)), ...lung], {
          hu: air + 230,
          label,
          texture: 70,
          bump: [4, 4, 4, 4],
        });
      }
    }
    paintLungVessels(bench, side, lung);
    for (let k = 0; k < illness.nodules; k++) {
      const at = jitter(random, [side * 80, -10, 150], 40);
      painter.paint([ellipsoid(at, radii(random, 3, 9)), ...lung], {
        hu: random.uniform(-20, 60),
        label,
        bump: [1, 0, 1, 0],
      });
    }
    const fluid = illness.effusion[s]!;
    if (fluid > 0) {
      painter.paint([cage(-4), lung[1]!, halfSpace([0, 1, 0], -94 + fluid)], {
        hu: random.uniform(2, 22),
        texture: 6,
      });
      painter.paint(
        [
          cage(-4),
          lung[1]!,
          halfSpace([0, 0.9, 0.436], -62 + fluid),
          halfSpace([0, 0, -1], -30),
          halfSpace([0, -1, 0], 94 - fluid - 1),
        ],
        { hu: random.uniform(20, 60), texture: 25, bump: [3, 3, 0, 0] },
      );
    }
  });
}

function radii(random: Workbench["random"], low: number, high: number): Vec3 {
  const size = random.uniform(low, high);
  return [
    size * random.uniform(0.75, 1.25),
    size * random.uniform(0.75, 1.25),
    size * random.uniform(0.75, 1.25),
  ];
}

/** Vessels branch from the hilum outwards, each branch thinner than the one it leaves. */
function paintLungVessels(
  { painter, random, person }: Workbench,
  side: 1 | -1,
  lung: readonly Term[],
): void {
  const hilum: Vec3 = [side * 36, -14, 188];
  const tissue = { hu: person.blood.veins - 12, label: ORGANS.lungs, texture: 8 };
  const grow = (from: Vec3, towards: Vec3, radius: number, depth: number): void => {
    const length = 17 + 5 * depth;
    const bent: Vec3 = jitter(random, towards, 0.28);
    const size = Math.hypot(...bent);
    const to: Vec3 = [
      from[0] + bent[0] / size * length,
      from[1] + bent[1] / size * length,
      from[2] + bent[2] / size * length,
    ];
    painter.paint([tube(from, to, radius), ...lung], tissue);
    if (depth === 0) return;
    grow(to, jitter(random, bent, 0.35), radius * 0.78, depth - 1);
    grow(to, jitter(random, bent, 0.75), radius * 0.66, depth - 1);
  };
  const ways: Vec3[] = [
    [0.35, 0.1, 1],
    [0.5, 0.75, 0.6],
    [0.8, -0.45, 0.5],
    [0.6, 0.65, -0.5],
    [0.85, 0.1, -0.4],
    [0.55, -0.35, -0.9],
    [0.25, -0.6, -0.85],
    [0.8, -0.5, -0.6],
    [0.6, -0.7, 0.2],
    [0.9, 0.3, 0.3],
  ];
  for (const [x, y, z] of ways) {
    grow(jitter(random, hilum, 5), [side * x, y, z], random.uniform(5.2, 6.6), 3);
  }
}

/** Paints what lies between the lungs: fat, heart, great vessels, gullet, windpipe. */
export function paintMediastinum(bench: Workbench): void {
  const { painter, random, person } = bench;
  const { blood, adipose, muscle } = person;
  const fat = { hu: adipose + 8, texture: 14, bump: [1, 1, 1, 0] } as const;
  const wall = cage(-1);
  painter.paint(
    [ellipsoid([-2, -8, 235], [34, 52, 60], { core: [0, 0, 30], taper: 0.05 }), wall],
    fat,
  );
  painter.paint([ellipsoid([2, -36, 160], [30, 34, 60], { core: [0, 0, 60] }), wall], fat);
  painter.paint([ellipsoid([-4, 72, 215], [16, 30, 30], { core: [0, 0, 60] }), wall], fat);
  paintHeart(bench);
  const aorta = { hu: blood.aorta, texture: 5 };
  const vein = { hu: blood.veins, texture: 5 };
  const arch = curve([
    [4, 22, 168],
    [20, 22, 205],
    [14, 14, 240],
    [-8, -8, 256],
    [-24, -32, 244],
    [-27, -42, 210],
    [-22, -36, 150],
    [-12, -22, 90],
    [-8, -10, 40],
    [-7, -3, -30],
    [-6, -2, -104],
  ], 3);
  paintTubes(painter, arch, (t) => 14.5 - 5 * t, { hu: muscle - 10 });
  paintTubes(painter, arch, (t) => 13.2 - 5 * t, aorta);
  // To head and arms.
  painter.paint(tube([10, 10, 250], [18, 2, 330], 6), aorta);
  painter.paint(tube([-6, -4, 258], [-16, -8, 340], 4.5), aorta);
  painter.paint(tube([-20, -22, 250], [-40, -10, 320], 5), aorta);
  // Caval veins, and those that join them.
  painter.paint(tube([30, 12, 168], [26, 6, 262], [9, 8]), vein);
  painter.paint(tube([26, 8, 262], [40, 6, 330], 7), vein);
  painter.paint(tube([26, 12, 256], [-36, 26, 300], 6.5), vein);
  paintTubes(
    painter,
    curve([[24, 6, 150], [24, -2, 120], [22, -10, 60], [20, -4, 0], [16, -4, -104]], 3),
    11,
    vein,
  );
  // The lungs' trunk and its branches.
  painter.paint(tube([-16, 42, 180], [-12, 8, 214], 13), vein);
  painter.paint(tube([-10, 6, 212], [42, -10, 200], 10), vein);
  painter.paint(tube([-12, 6, 212], [-44, -18, 204], 10), vein);
  const gullet = curve([[-2, -34, 345], [-4, -34, 260], [-6, -38, 190], [-10, -30, 130], [
    -22,
    -8,
    98,
  ]], 3);
  paintTubes(painter, gullet, 7.5, { hu: 38 });
  if (random.uniform() < 0.4) paintTubes(painter, gullet.slice(2, 8), 3, { hu: -600 });
  paintAirways(bench);
}

function paintAirways({ painter }: Workbench): void {
  const wall = { hu: 20 };
  const air = { hu: -985 };
  const pipe: Vec3[] = [[0, -8, 420], [1, -14, 330], [2, -20, 268], [4, -26, 222]];
  const bronchi: Vec3[][] = SIDES.map((
    side,
  ) => [[4, -26, 222], [side * 26, -28, 204], [side * 44, -26, 188]]);
  const lobes: Vec3[][] = SIDES.flatMap((side): Vec3[][] => [
    [[side * 40, -27, 192], [side * 62, -22, 222], [side * 74, -16, 244]],
    [[side * 44, -26, 188], [side * 62, -34, 150], [side * 72, -46, 118]],
    [[side * 44, -26, 188], [side * 64, 8, 168], [side * 76, 30, 156]],
  ]);
  for (const lobe of lobes) {
    paintTubes(painter, lobe, (t) => 5.4 - 2.2 * t, { ...wall, label: ORGANS.lungs });
  }
  for (const way of bronchi) paintTubes(painter, way, 8.2, wall);
  paintTubes(painter, pipe, 11, wall);
  for (const lobe of lobes) {
    paintTubes(painter, lobe, (t) => 4 - 2 * t, { ...air, label: ORGANS.lungs });
  }
  for (const way of bronchi) paintTubes(painter, way, 6.4, air);
  paintTubes(painter, pipe, 9, air);
}

function paintHeart({ painter, random, person }: Workbench): void {
  const { blood, adipose } = person;
  const size = random.uniform(0.92, 1.14);
  const axes = turned([28, 18, 38]);
  const part = (x: number, y: number, z: number, r: Vec3): Term => {
    const middle: Vec3 = [-20 + x * size, 28 + y * size, 146 + z * size];
    return ellipsoid(middle, [r[0] * size, r[1] * size, r[2] * size], { axes });
  };
  const wall = cage(-1);
  const bump = [1.5, 0, 1.5, 0] as const;
  painter.paint([part(0, 2, 2, [64, 52, 55]), wall], { hu: adipose + 10, texture: 12, bump });
  painter.paint([part(-2, 0, 0, [58, 46, 49]), wall], {
    hu: (blood.aorta + 2 * 60) / 3 + 10,
    texture: 8,
    bump,
  });
  painter.paint(part(-26, 0, -8, [26, 20, 20]), { hu: blood.aorta - 5, texture: 5, bump });
  painter.paint(part(8, 20, -2, [32, 17, 26]), { hu: blood.veins, texture: 6, bump });
  painter.paint(part(36, 4, 8, [20, 24, 28]), { hu: blood.veins, texture: 6, bump });
  painter.paint(part(2, -30, 22, [32, 16, 20]), { hu: blood.aorta - 5, texture: 5, bump });
}

/** Paints the diaphragm's domes over the lungs' lower ends, with fat inside. */
export function paintDomes({ painter, person }: Workbench): void {
  const wall = cage(-1);
  const lean = { hu: person.muscle, bump: [1, 1, 0, 0] } as const;
  const fat = { hu: person.adipose, texture: 10, bump: [1, 1, 0, 0] } as const;
  const domes = [
    ellipsoid([70, 0, 30 + person.breath], [74, 86, 98]),
    leftDome(person),
    ellipsoid([0, 16, 40 + person.breath], [70, 76, 74]),
  ];
  for (const dome of domes) painter.paint([dome, wall], lean);
  for (const dome of domes) painter.paint([grown(dome, -3), wall], fat);
}
