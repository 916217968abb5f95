import type { RandomStream } from "../random/mod.ts";
import { type Build, FAR, section, type Tissue } from "./_build.ts";
import { both, column, cuboid, ellipsoid, layer, type Solid, tube, without } from "./_solid.ts";

/** Ribs rise from front to back: mm up per mm backwards. */
const RIB_SLOPE = 0.35;

/**
 * Spine, ribs, breastbone, pelvis and thigh bones, all joined: the paper's rule keeps the largest piece of bone only.
 * Discs and the spinal canal are painted too and carry no label.
 */
export function bones(build: Build, random: RandomStream): Tissue[] {
  const cortex = random.uniform(330, 430);
  // Below the paper's threshold of 175 HU, so that its closing and its hole filling have work to do.
  const marrow = random.uniform(110, 150);
  const bone = (solid: Solid, hu = cortex): Tissue => ({ solid, hu, organ: "bone" });
  return [
    ...spine(build, bone, marrow),
    ...ribs(build, random).map((solid) => bone(solid)),
    ...pelvis(build, bone, marrow),
  ];
}

type MakeBone = (solid: Solid, hu?: number) => Tissue;

function spine({ depth, scale }: Build, bone: MakeBone, marrow: number): Tissue[] {
  const low = -90 * scale;
  const front = [0, -0.5 * depth] as const;
  const back = [0, -0.73 * depth] as const;
  const tissues: Tissue[] = [
    { solid: column(front, [21 * scale, 0.16 * depth], low, FAR), hu: 80 },
  ];
  for (let z = low + 16 * scale; z < FAR / 2; z += 32 * scale) {
    const body = (share: number, half: number) =>
      column(
        front,
        [22 * scale * share, 0.165 * depth * share],
        z - half * scale,
        z + half * scale,
      );
    tissues.push(bone(body(1, 12.5)), bone(body(0.7, 8.5), marrow));
  }
  return [
    ...tissues,
    bone(column(back, [0.14 * depth, 0.14 * depth], low, FAR)),
    bone(cuboid([-5 * scale, -0.9 * depth, low], [5 * scale, -0.8 * depth, FAR])),
    { solid: column(back, [0.075 * depth, 0.075 * depth], low, FAR), hu: 30 },
  ];
}

function ribs(build: Build, random: RandomStream): Solid[] {
  const { depth, scale, width } = build;
  const wall = without(section(build, 0.92), section(build, 0.84));
  const breastbone = both(
    wall,
    cuboid([-18 * scale, 0, 40 * scale], [18 * scale, depth, FAR]),
  );
  const solids = [breastbone];
  const lowest = random.uniform(0, 10) * scale;
  // The lower ribs end at the side, the ones above reach further, the rest meet the breastbone.
  const ends = [-0.2, -0.2, 0.35, 0.35];
  for (let k = 0; k < 16; k++) {
    const end = (ends[k] ?? 1) * depth;
    const part = both(wall, cuboid([-width, -depth, -FAR], [width, end, FAR]));
    const middle = lowest + 26 * scale * k - RIB_SLOPE * 0.88 * depth;
    solids.push(layer(part, -RIB_SLOPE, middle, 12 * scale));
  }
  return solids;
}

function pelvis({ depth, scale }: Build, bone: MakeBone, marrow: number): Tissue[] {
  const at = (x: number, y: number, z: number) => [x * scale, y * scale, z * scale] as const;
  const sacrum = [0, -0.52 * depth, -92 * scale] as const;
  const tissues = [
    bone(ellipsoid(sacrum, at(56, 20, 42))),
    bone(ellipsoid(sacrum, at(40, 13, 32)), marrow),
  ];
  for (const side of [-1, 1]) {
    const shell = without(
      ellipsoid(at(side * 78, -5, -98), at(38, 58, 62)),
      ellipsoid(at(side * 69, 5, -96), at(32, 54, 62)),
    );
    // Nearer to the middle the shell thins out into specks that hang on nothing.
    const wing = both(shell, cuboid(at(side * 90 - 30, -70, -170), at(side * 90 + 30, 70, -30)));
    tissues.push(
      bone(wing),
      bone(tube(at(side * 44, -54, -95), at(side * 82, -52, -98), 9 * scale)),
      bone(tube(at(side * 88, 10, -128), at(0, 62, -142), 9 * scale)),
      bone(ellipsoid(at(side * 96, 0, -135), at(23, 23, 23))),
      bone(tube(at(side * 96, 0, -135), at(side * 112, 0, -175), 14 * scale)),
      bone(tube(at(side * 112, 0, -175), [side * 100 * scale, 0, -FAR], 14 * scale)),
    );
  }
  return tissues;
}
