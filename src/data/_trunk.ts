import type { OrganName } from "../labels/mod.ts";
import type { RandomStream } from "../random/mod.ts";
import { type Build, FAR, section, type Tissue } from "./_build.ts";
import { bones } from "./_skeleton.ts";
import { both, column, cuboid, ellipsoid, type Solid, tube } from "./_solid.ts";

/**
 * The tissues of a trunk in the order of painting, in mm around its middle (RAS+): shapes, places and HU are drawn from
 * `random`.
 */
export function trunk(random: RandomStream): Tissue[] {
  const scale = random.uniform(0.94, 1.06);
  const build: Build = {
    scale,
    width: 155 * scale * random.uniform(0.95, 1.05),
    depth: 103 * scale * random.uniform(0.95, 1.05),
  };
  // How much contrast agent is in the blood, and with it in the organs.
  const contrast = random.uniform();
  return [
    ...table(build),
    ...walls(build),
    ...chest(build, random, contrast),
    ...abdomen(build, random, contrast),
    ...bones(build, random),
  ];
}

/** Two shells around foam: the foam is as dark as lung and shut in, which is what the paper's table removal is for. */
function table({ depth }: Build): Tissue[] {
  const top = -depth - 5;
  const slab = (high: number, low: number, half: number) =>
    cuboid([-half, low, -FAR], [half, high, FAR]);
  return [
    { solid: slab(top, top - 27, 170), hu: 60 },
    { solid: slab(top - 6, top - 21, 164), hu: -900 },
  ];
}

function walls(build: Build): Tissue[] {
  const { width, depth, scale } = build;
  const skin = column([0, 0], [width - 3, depth - 3]);
  return [
    { solid: section(build, 1), hu: 30 },
    { solid: skin, hu: -100 },
    { solid: section(build, 0.93), hu: 50 },
    {
      solid: ellipsoid([0, 0.1 * depth, -60 * scale], [0.7 * width, 0.6 * depth, 110 * scale]),
      hu: -95,
    },
  ];
}

function chest(build: Build, random: RandomStream, contrast: number): Tissue[] {
  const { width, depth, scale } = build;
  // A wall of 18 % of the depth stays: wider than the 10 mm line that removes the table.
  const inside = section(build, 0.82);
  const air = random.uniform(-840, -760);
  const blood = 45 + 120 * contrast;
  const tissues: Tissue[] = [];
  for (const side of [-1, 1]) {
    const lung = both(
      ellipsoid(
        [side * 0.47 * width, 0, random.uniform(112, 124) * scale],
        [0.38 * width, 0.78 * depth, 128 * scale],
      ),
      inside,
    );
    tissues.push({ solid: lung, hu: air, organ: "lungs" });
    for (let k = 0; k < 40; k++) {
      tissues.push({ solid: both(vessel(build, random, side), lung), hu: 30, organ: "lungs" });
    }
  }
  return [
    ...tissues,
    {
      solid: both(
        ellipsoid(
          [random.uniform(-0.16, -0.08) * width, 0.22 * depth, 88 * scale],
          [46 * scale, 40 * scale, 48 * scale],
        ),
        inside,
      ),
      hu: blood,
    },
    { solid: tube([0, -0.1 * depth, 100 * scale], [0, -0.15 * depth, FAR], 8 * scale), hu: -950 },
    {
      solid: tube(
        [-0.07 * width, -0.22 * depth, -80 * scale],
        [-0.07 * width, -0.22 * depth, 130 * scale],
        10 * scale,
      ),
      hu: blood,
    },
  ];
}

/** A piece of a lung vessel. */
function vessel({ width, depth, scale }: Build, random: RandomStream, side: number) {
  const middle = [
    side * random.uniform(0.25, 0.65) * width,
    random.uniform(-0.5, 0.5) * depth,
    random.uniform(60, 220) * scale,
  ] as const;
  const half = [0, 1, 2].map(() => random.uniform(-18, 18) * scale) as [number, number, number];
  return tube(
    [middle[0] - half[0], middle[1] - half[1], middle[2] - half[2]],
    [middle[0] + half[0], middle[1] + half[1], middle[2] + half[2]],
    random.uniform(2, 4) * scale,
  );
}

function abdomen(build: Build, random: RandomStream, contrast: number): Tissue[] {
  const { width, depth, scale } = build;
  const inside = section(build, 0.82);
  const vary = (mm: number) => mm * scale * random.uniform(0.93, 1.07);
  const tissues: Tissue[] = [];
  const add = (hu: number, solid: Solid, organ?: OrganName) =>
    tissues.push({ solid: both(solid, inside), hu, ...(organ && { organ }) });

  for (let k = 0; k < 12; k++) {
    const bowel = ellipsoid(
      [
        random.uniform(-0.5, 0.5) * width,
        random.uniform(0, 0.45) * depth,
        random.uniform(-105, -35) * scale,
      ],
      [vary(16), vary(16), vary(18)],
    );
    add([-880, 35, 150][random.integer(3)]!, bowel);
  }
  const spleen = ellipsoid(
    [-0.6 * width, -0.25 * depth, 40 * scale],
    [vary(26), vary(36), vary(44)],
  );
  add(50 + 65 * contrast, spleen);
  const stomach = [-0.38 * width, 0.28 * depth, 30 * scale] as const;
  add(30, ellipsoid(stomach, [vary(38), vary(34), vary(38)]));
  add(
    -950,
    ellipsoid([stomach[0], stomach[1] + 14 * scale, stomach[2]], [vary(20), vary(12), vary(20)]),
  );
  const liver = ellipsoid(
    [random.uniform(0.33, 0.38) * width, 0.06 * depth, random.uniform(22, 32) * scale],
    [vary(88), vary(74), vary(72)],
    random.uniform(-0.2, 0.2),
  );
  add(55 + 50 * contrast + random.uniform(-8, 8), liver, "liver");
  const kidney = 35 + 130 * contrast + random.uniform(-5, 5);
  for (const side of [-1, 1]) {
    const solid = ellipsoid(
      [
        side * random.uniform(0.39, 0.43) * width,
        -0.38 * depth,
        random.uniform(-26, -10) * scale,
      ],
      [vary(28), vary(25), vary(54)],
      side * random.uniform(0, 0.2),
    );
    add(kidney, solid, "kidneys");
  }
  const fill = random.uniform(0.85, 1.3);
  const bladder = ellipsoid(
    [random.uniform(-4, 4), 0.16 * depth, -128 * scale],
    [36 * fill * scale, 32 * fill * scale, 30 * fill * scale],
  );
  add(random.uniform(4, 16), bladder, "bladder");
  return tissues;
}
