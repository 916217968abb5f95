import { ellipsoid, tube, turned } from "../../phantom/mod.ts";
import { ORGANS } from "../../labels/mod.ts";
import type { Vec3 } from "../../volume/mod.ts";
import { CAGE, cageShare, L1, SIDES, VERTEBRAE, type Workbench } from "./frame.ts";
import { paintBone } from "./spine.ts";

/** Pieces of a rib. */
const PIECES = 16;

/** How far the front end of each rib from the twelfth up lies below its head, mm, and how far around it reaches, in half turns. */
const RIBS: readonly (readonly [drop: number, reach: number])[] = [
  [34, 0.36],
  [62, 0.52],
  [84, 0.74],
  [88, 0.78],
  [90, 0.8],
  [88, 0.81],
  [84, 0.82],
  [78, 0.83],
  [70, 0.84],
  [60, 0.84],
  [48, 0.83],
  [34, 0.8],
];

/** Paints ribs, their cartilage, breastbone, collar bones and shoulder blades. */
export function paintRibCage(bench: Workbench): void {
  const { painter, random, person } = bench;
  const cartilage = { hu: random.uniform(70, 130), texture: 15 };
  const ends: Vec3[][] = [[], []];
  const bones: (readonly [from: Vec3, to: Vec3, flat: Vec3])[] = [];
  RIBS.forEach(([drop, reach], i) => {
    const [z, y, , half] = VERTEBRAE[L1 + 1 + i]!;
    SIDES.forEach((side, s) => {
      const wide = random.normal(0, 1.5);
      const at = (share: number): Vec3 => {
        const angle = Math.PI * (0.1 + share * (reach - 0.1));
        const height = z + 8 -
          drop * (1 - Math.cos(angle)) / 2 / ((1 - Math.cos(Math.PI * reach)) / 2);
        const size = cageShare(height);
        return [
          side * (CAGE.rx + 5 + wide) * size * Math.sin(angle),
          CAGE.y - (CAGE.ry + 5) * size * Math.cos(angle),
          height,
        ];
      };
      const way = Array.from({ length: PIECES + 1 }, (_, k) => at(k / PIECES));
      const head: Vec3 = [side * (half - 6), y - half * 0.4, z + 4];
      const neck: Vec3 = [side * (half + 13), y - half * 0.72 - 17, z + 8];
      const all = [head, neck, ...way];
      const broken = person.illness.brokenRib === 2 * i + s;
      all.forEach((from, k) => {
        const to = all[k + 1];
        if (!to || broken && k === 9) return;
        // A rib is higher than it is thick.
        const flat: Vec3 = [from[0], from[1] - CAGE.y, 0];
        bones.push([from, to, flat]);
      });
      ends[s]!.push(way.at(-1)!);
    });
  });
  const label = ORGANS.bone;
  for (const [from, to, flat] of bones) {
    painter.paint(tube(from, to, [3.2, 6], flat), { hu: person.cortex, label, texture: 40 });
  }
  for (const [from, to, flat] of bones) {
    painter.paint(tube(from, to, [1.5, 4], flat), { hu: person.marrow * 0.8, label, texture: 30 });
  }
  ends.forEach((side, s) => {
    side.forEach((end, i) => {
      if (i < 2) return;
      // The lower ribs' cartilage joins the one above, the others the breastbone.
      const up: Vec3 = i < 5
        ? [end[0] * 0.62, end[1] + 10, end[2] + 32]
        : [SIDES[s]! * 17, sternumY(end[2] + (i < 8 ? 34 : 8)), end[2] + (i < 8 ? 34 : 8)];
      const middle: Vec3 = [
        (end[0] + up[0]) / 2,
        (end[1] + up[1]) / 2 + 4,
        (end[2] + up[2]) / 2 - 6,
      ];
      painter.paint(tube(end, middle, [4, 6], [0, 1, 0]), cartilage);
      painter.paint(tube(middle, up, [4, 6], [0, 1, 0]), cartilage);
    });
  });
  // The first ribs' cartilage is bone in most adults, the second's in many.
  ends.forEach((side, s) => {
    for (const [end, z] of [[side.at(-1)!, 266], [side.at(-2)!, 238]] as const) {
      painter.paint(tube(end, [SIDES[s]! * 14, sternumY(z), z], [4, 6], [0, 1, 0]), {
        hu: person.cortex * 0.7,
        label,
      });
    }
  });
  paintSternum(bench);
  paintShoulders(bench);
}

/** Where the breastbone lies at a height. */
function sternumY(z: number): number {
  return 98 - 36 * Math.min(1, Math.max(0, (z - 140) / 140));
}

function paintSternum(bench: Workbench): void {
  const { painter, person } = bench;
  const axes = turned([14.4, 0, 0]);
  paintBone(
    bench,
    ellipsoid([0, sternumY(190), 190], [6, 5.5, 6], { axes, core: [12, 0, 46] }),
    1.6,
    person.marrow * 0.8,
  );
  paintBone(
    bench,
    ellipsoid([0, sternumY(258), 258], [7, 6, 7], { axes, core: [22, 0, 15], taper: -0.06 }),
    1.6,
    person.marrow * 0.8,
  );
  if (person.illness.wires) {
    for (let z = 165; z < 270; z += 24) {
      painter.paint(tube([-9, sternumY(z) + 7, z], [9, sternumY(z) + 7, z], 1.6), {
        hu: 2800,
        label: ORGANS.bone,
      });
    }
  }
}

function paintShoulders(bench: Workbench): void {
  const { person } = bench;
  const up = person.armsUp;
  for (const side of SIDES) {
    const [sx, sy, sz] = up ? [side * 132, -28, 306] : [side * 152, -22, 290];
    const joint: Vec3 = [sx, sy, sz];
    paintBone(bench, tube([side * 20, 58, 272], [side * 78, 40, 292], 6), 2);
    paintBone(bench, tube([side * 78, 40, 292], [sx * 0.97, sy + 2, sz + 20], 6), 2);
    // The blade, its spine, the shoulder's roof.
    const blade = turned([-10, side * (up ? 22 : 8), side * 32]);
    paintBone(
      bench,
      ellipsoid([side * (up ? 108 : 104), -76, 225], [3.2, 3.2, 3.2], {
        axes: blade,
        core: [30, 0, 58],
        taper: -0.03,
      }),
      1,
    );
    paintBone(bench, tube([side * 76, -92, 262], [sx, sy - 22, sz + 14], [4, 7]), 1.6);
    paintBone(bench, tube([sx, sy - 22, sz + 14], [sx, sy + 4, sz + 22], [5, 8]), 1.6);
    paintBone(bench, tube([side * 112, -62, 262], [sx - side * 19, sy - 6, sz - 4], [8, 11]), 1.8);
    paintBone(bench, ellipsoid(joint, [23, 23, 24]), 2.2);
    const elbow: Vec3 = up ? [side * 175, -5, 470] : [side * 206, -32, 40];
    paintBone(bench, tube(joint, elbow, 11), 4, 20);
    if (!up) {
      paintBone(bench, tube(elbow, [side * 212, -8, -190], 6.5), 3, 20);
      paintBone(
        bench,
        tube([elbow[0] - side * 10, elbow[1], elbow[2]], [side * 190, 0, -190], 6.5),
        3,
        20,
      );
    }
  }
}
