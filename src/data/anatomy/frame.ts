import type { Vec3 } from "../../volume/mod.ts";
import { ellipsoid, type Painter, type Term, type Tissue, tube } from "../../phantom/mod.ts";
import type { RandomStream } from "../../random/mod.ts";
import type { Person } from "./person.ts";

/**
 * Landmarks of an average body, mm: x to the patient's right, y to the front, z to the head, 0 at the disc between the first two
 * lumbar vertebrae, on the trunk's axis.
 */

/** What a part of the body is painted with. */
export interface Workbench {
  readonly painter: Painter;
  readonly random: RandomStream;
  readonly person: Person;
}

/** Sides of the body: 1 right, -1 left. */
export const SIDES = [1, -1] as const;

/** Middles of the vertebral bodies from L5 up to C7: height, place in y, height of the body, half its width. */
export const VERTEBRAE: readonly (readonly [z: number, y: number, height: number, half: number])[] =
  [
    [-124, -34, 27, 26],
    [-88, -27, 28, 25],
    [-52, -25, 28, 24],
    [-16, -26, 27, 23],
    [19, -30, 26, 22],
    [52, -36, 25, 21],
    [82, -43, 23, 20],
    [110, -49, 22, 19],
    [137, -54, 21, 18],
    [163, -57, 21, 17],
    [188, -58, 20, 16],
    [212, -57, 19, 15.5],
    [235, -54, 18, 15],
    [257, -50, 17.5, 14.5],
    [278, -45, 17, 14.5],
    [298, -39, 16.5, 15],
    [317, -33, 16, 15.5],
    [335, -28, 15, 15.5],
    [352, -25, 14, 15],
  ];

/** The number of L1 in {@linkcode VERTEBRAE}; the twelve above it bear ribs. */
export const L1 = 4;

/** Where the front of the vertebral bodies' middle lies at a height. */
export function spineY(z: number): number {
  const above = VERTEBRAE.findIndex(([height]) => height > z);
  if (above === 0) return VERTEBRAE[0]![1];
  if (above < 0) return VERTEBRAE.at(-1)![1];
  const [z0, y0] = VERTEBRAE[above - 1]!;
  const [z1, y1] = VERTEBRAE[above]!;
  return y0 + (y1 - y0) * (z - z0) / (z1 - z0);
}

/** The inside of the rib cage, open below: a column that closes as a dome above z = 90. */
export const CAGE = { rx: 132, ry: 94, rz: 250, y: -2, top: 90 } as const;

/** The rib cage's inside, grown by some mm. */
export function cage(mm: number): Term {
  const { rx, ry, rz, y, top } = CAGE;
  return ellipsoid([0, y, top - 100], [rx + mm, ry + mm, rz + mm], { core: [0, 0, 100] });
}

/** Size of the rib cage at a height, against its full width. */
export function cageShare(z: number): number {
  const up = Math.max(0, z - CAGE.top) / CAGE.rz;
  return Math.sqrt(Math.max(0.02, 1 - up * up));
}

/** The belly's inside: wide above, narrowing into the pelvis, in front of spine and back muscles. */
export function belly(mm: number): Term {
  return ellipsoid([0, 14, -60], [126 + mm, 78 + mm, 120 + mm], {
    core: [0, 0, 70],
    taper: -0.12,
  });
}

/** The left dome of the diaphragm, which stomach and spleen stay under. */
export function leftDome({ breath }: Person): Term {
  return ellipsoid([-66, 2, 22 + breath], [72, 86, 94]);
}

/** Paints tubes along a way, each as thick as its two ends' mean. */
export function paintTubes(
  painter: Painter,
  way: readonly Vec3[],
  radius: number | ((share: number) => number),
  tissue: Tissue,
  within: readonly Term[] = [],
): void {
  for (let i = 0; i + 1 < way.length; i++) {
    const r = typeof radius === "number" ? radius : radius((i + 0.5) / (way.length - 1));
    painter.paint([tube(way[i]!, way[i + 1]!, r), ...within], tissue);
  }
}

/** Points of a smooth curve through others (Catmull and Rom), `pieces` between two. */
export function curve(points: readonly Vec3[], pieces: number): Vec3[] {
  const at = (i: number) => points[Math.min(points.length - 1, Math.max(0, i))]!;
  const way: Vec3[] = [];
  for (let i = 0; i + 1 < points.length; i++) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let k = 0; k < pieces; k++) {
      const t = k / pieces;
      way.push(
        [0, 1, 2].map((axis) => {
          const [p, q, r, s] = [a[axis]!, b[axis]!, c[axis]!, d[axis]!];
          return q +
            0.5 * t * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)));
        }) as unknown as Vec3,
      );
    }
  }
  way.push(at(points.length - 1));
  return way;
}

/** A point moved by normal draws of this SD, mm. */
export function jitter(random: RandomStream, [x, y, z]: Vec3, sd: number): Vec3 {
  return [x + random.normal(0, sd), y + random.normal(0, sd), z + random.normal(0, sd)];
}
