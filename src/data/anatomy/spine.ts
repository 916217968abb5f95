import { ellipsoid, grown, type Term, tube, turned } from "../../phantom/mod.ts";
import type { Vec3 } from "../../volume/mod.ts";
import { ORGANS } from "../../labels/mod.ts";
import { L1, SIDES, spineY, VERTEBRAE, type Workbench } from "./frame.ts";

/** Paints a bone: a shell of cortex around marrow. */
export function paintBone(
  { painter, person }: Workbench,
  shape: Term | readonly Term[],
  thickness: number,
  marrow = person.marrow,
): void {
  const terms = "floats" in shape ? [shape] : shape;
  const label = ORGANS.bone;
  painter.paint(terms, { hu: person.cortex, label, texture: 30 });
  painter.paint([grown(terms[0]!, -thickness), ...terms.slice(1)], {
    hu: marrow,
    label,
    texture: 35,
  });
}

/** Paints vertebrae with arches, processes and discs, and the canal with the cord. */
export function paintSpine(bench: Workbench): void {
  const { painter, random, person } = bench;
  const bone = { hu: person.cortex * 0.85, label: ORGANS.bone, texture: 40 };
  const slack = { hu: random.uniform(70, 105), texture: 12 };
  VERTEBRAE.forEach(([z, y, full, half], i) => {
    const wedge = person.illness.wedge === i ? random.uniform(0.55, 0.75) : 1;
    const height = full * wedge;
    const deep = half * 0.72;
    const next = VERTEBRAE[i + 1];
    if (next) {
      const middle: Vec3 = [0, (y + next[1]) / 2, (z + full / 2 + next[0] - next[2] / 2) / 2];
      painter.paint(
        ellipsoid(middle, [half - 1.5, deep - 1, 5], {
          core: [0, 0, 2],
          axes: tilt(next[1] - y, next[0] - z),
        }),
        slack,
      );
    }
    const axes = tilt((next?.[1] ?? y) - (VERTEBRAE[i - 1]?.[1] ?? y), 50);
    const body = ellipsoid([0, y, z], [half, deep, 4], {
      core: [0, 0, height / 2 - 4],
      axes,
      barrel: -0.12 / (height / 8) ** 2,
    });
    painter.paint(body, { ...bone, hu: person.cortex * 0.8 });
    painter.paint(
      ellipsoid([0, y, z], [half - 2, deep - 2, 3], {
        core: [0, 0, height / 2 - 4.5],
        axes,
        barrel: -0.12 / (height / 8) ** 2,
      }),
      { hu: person.marrow, label: ORGANS.bone, texture: 40 },
    );
    const back = y - deep - 9;
    const wide = i > L1 ? 9 : 11;
    for (const side of SIDES) {
      // Pedicle, lamina, transverse process, joint.
      painter.paint(
        tube([side * (wide + 4), y - deep + 4, z + 4], [side * (wide + 4), back - 4, z + 2], [
          4,
          6,
        ]),
        bone,
      );
      painter.paint(
        tube([side * (wide + 3), back - 4, z], [0, back - 15, z - 6], [3, 9], [0, 1, 0]),
        bone,
      );
      const tip: Vec3 = i > L1
        ? [side * (half + 17), back - 14, z + 6]
        : [side * (half + 20), back - 2, z];
      if (i < 17) painter.paint(tube([side * (wide + 6), back - 3, z + 2], tip, [4, 5]), bone);
      painter.paint(
        ellipsoid([side * (wide + 6), back - 6, z - full / 2 - 3], [5.5, 7, 12]),
        bone,
      );
    }
    const drop = i > L1 ? 16 : 3;
    painter.paint(
      tube([0, back - 15, z - 5], [0, back - (i > L1 ? 32 : 36), z - 5 - drop], [3, 8], [1, 0, 0]),
      bone,
    );
  });
  paintSacrum(bench);
  paintCanal(bench);
  if (person.illness.screws) paintScrews(bench);
}

function tilt(forward: number, up: number): ReturnType<typeof turned> {
  return turned([-Math.atan2(forward, up) * 180 / Math.PI, 0, 0]);
}

function paintSacrum(bench: Workbench): void {
  const { painter, person } = bench;
  const axes = turned([28, 0, 0]);
  painter.paint(ellipsoid([0, -38, -142], [25, 18, 6], { axes: turned([18, 0, 0]) }), {
    hu: 85,
    texture: 12,
  });
  paintBone(
    bench,
    ellipsoid([0, -62, -182], [50, 17, 36], { axes, core: [4, 2, 14], taper: -0.28, barrel: 0.02 }),
    1.8,
  );
  for (const side of SIDES) {
    paintBone(bench, ellipsoid([side * 42, -60, -158], [17, 18, 28], { axes }), 1.8);
    for (const z of [-165, -190]) {
      painter.paint(tube([side * 22, -40, z], [side * 20, -90, z + 6], 4), { hu: 10 });
    }
  }
  painter.paint(
    tube([0, -84, -165], [0, -92, -205], [4, 7]),
    { hu: person.cortex * 0.8, label: ORGANS.bone },
  );
  paintBone(bench, tube([0, -80, -206], [0, -60, -250], [11, 6], [1, 0, 0]), 1.5);
}

function paintCanal({ painter, random, person }: Workbench): void {
  const cord = random.uniform(25, 40);
  const way = VERTEBRAE.map(([z, y, , half]): Vec3 => [0, y - half * 0.72 - 9, z]);
  const all: Vec3[] = [[0, -74, -178], [0, -62, -150], ...way, [0, -45, 420]];
  for (let i = 0; i + 1 < all.length; i++) {
    const radii = [10.5, 8.5] as const;
    painter.paint(tube(all[i]!, all[i + 1]!, radii, [1, 0, 0]), { hu: person.adipose + 70 });
  }
  for (let i = 0; i + 1 < all.length; i++) {
    painter.paint(tube(all[i]!, all[i + 1]!, [8, 6.5], [1, 0, 0]), { hu: cord });
  }
}

function paintScrews({ painter }: Workbench): void {
  for (const i of [1, 2]) {
    const [z] = VERTEBRAE[i]!;
    const y = spineY(z);
    for (const side of SIDES) {
      painter.paint(tube([side * 15, y - 45, z + 4], [side * 10, y + 8, z + 2], 3), {
        hu: 3000,
        label: ORGANS.bone,
      });
    }
  }
  for (const side of SIDES) {
    painter.paint(
      tube([side * 16, VERTEBRAE[1]![1] - 47, -92], [side * 16, VERTEBRAE[2]![1] - 47, -44], 3),
      { hu: 3000, label: ORGANS.bone },
    );
  }
}
