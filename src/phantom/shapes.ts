import type { Vec3 } from "../volume/mod.ts";
import { TERM_FLOATS } from "./scene.ts";

/** Three axes of unit length at right angles: a shape's own x, y, z in the body. */
export type Axes = readonly [Vec3, Vec3, Vec3];

/** How a shape departs from the plain one, in its own coordinates, where its rounding has radius 1. */
export interface Bent {
  /** Its own axes. */
  readonly axes?: Axes;
  /** Half-lengths of its core box, mm, to which the radii are added. */
  readonly core?: Vec3;
  /** Narrows towards its upper end in z: the width is divided by 1 + taper z. */
  readonly taper?: number;
  /** Narrows towards both ends (widens if negative): the width is divided by 1 + barrel z^2. */
  readonly barrel?: number;
  /** Bends it: x is moved by -bend z^2 radii. */
  readonly bend?: number;
}

/** A term of an object: its floats as in `Scene.terms`, and a box that holds it, mm. */
export interface Term {
  readonly floats: readonly number[];
  readonly low: Vec3;
  readonly high: Vec3;
}

const UPRIGHT: Axes = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];

/** Farther than any body, mm. */
const EVERYWHERE = 4000;

/**
 * An ellipsoid, or what {@linkcode Bent} makes of one.
 *
 * @param centre Its middle, mm.
 * @param radii Along its own axes, mm.
 * @param bent Axes, core, taper, barrel, bend.
 * @returns The term.
 */
export function ellipsoid(centre: Vec3, radii: Vec3, bent: Bent = {}): Term {
  const { axes = UPRIGHT, core = [0, 0, 0], taper = 0, barrel = 0, bend = 0 } = bent;
  const rows = [0, 1, 2].map((i) => {
    const row = axes[i]!.map((part) => part / radii[i]!);
    return [...row, -dot(row, centre)];
  });
  const h = core.map((half, i) => half / radii[i]!);
  const scale = Math.min(...radii);
  const end = h[2]! + 1;
  const widest = Math.max(
    ...[-end, 0, end, clamp(-taper / (2 * barrel || 1), end)]
      .map((z) => 1 / (1 + z * (taper + barrel * z))),
  );
  const reach = [
    ((h[0]! + 1) * widest + Math.abs(bend) * end * end) * radii[0],
    (h[1]! + 1) * widest * radii[1],
    end * radii[2],
  ];
  const half = [0, 1, 2].map((axis) =>
    reach.reduce((sum, r, i) => sum + Math.abs(axes[i]![axis]!) * r, 0)
  );
  return {
    floats: [...rows.flat(), ...h, scale, taper, barrel, bend, scale],
    low: vec((axis) => centre[axis]! - half[axis]!),
    high: vec((axis) => centre[axis]! + half[axis]!),
  };
}

/**
 * All points within a radius of the line between two points.
 *
 * @param from One end, mm.
 * @param to The other.
 * @param radius One radius, or two: along `flat` and across it, mm.
 * @param flat Direction of the first radius, not along the tube; any by default.
 * @returns The term.
 */
export function tube(
  from: Vec3,
  to: Vec3,
  radius: number | readonly [number, number],
  flat?: Vec3,
): Term {
  const [rx, ry] = typeof radius === "number" ? [radius, radius] : radius;
  const way = vec((i) => to[i]! - from[i]!);
  const length = Math.hypot(...way);
  const z = length > 1e-6 ? scaled(way, 1 / length) : [0, 0, 1] as const;
  const across = flat ?? (Math.abs(z[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0]);
  return ellipsoid(vec((i) => (from[i]! + to[i]!) / 2), [rx, ry, Math.min(rx, ry)], {
    axes: axesAlong(z, across),
    core: [0, 0, length / 2],
  });
}

/**
 * The side of a plane that its normal points away from.
 *
 * @param normal Of unit length.
 * @param offset Where the plane cuts the normal, mm.
 * @returns The term.
 */
export function halfSpace(normal: Vec3, offset: number): Term {
  // A slab so thick that its other face is beyond any body.
  const half = 800;
  const across = Math.abs(normal[0]) < 0.9 ? [1, 0, 0] as const : [0, 1, 0] as const;
  const centre = scaled(normal, offset - half);
  const { floats } = ellipsoid(centre, [16, 16, 16], {
    axes: axesAlong(normal, across),
    core: [EVERYWHERE, EVERYWHERE, half - 16],
  });
  const everywhere = vec(() => EVERYWHERE);
  return { floats, low: scaled(everywhere, -1), high: everywhere };
}

/**
 * A term made smaller or larger in proportion, so that its narrowest radius changes by so much.
 *
 * @param term The term.
 * @param mm By how much it grows; negative shrinks.
 * @returns The new term.
 */
export function grown(term: Term, mm: number): Term {
  const floats = [...term.floats];
  const radius = floats[TERM_FLOATS - 1]!;
  floats[TERM_FLOATS - 1] = radius + Math.sign(radius) * mm;
  // The box of a tube grows by less than in proportion, that of an ellipsoid by just that.
  const more = Math.max(0, mm / Math.abs(radius)) / 2;
  return {
    floats,
    low: vec((i) => term.low[i]! - more * (term.high[i]! - term.low[i]!)),
    high: vec((i) => term.high[i]! + more * (term.high[i]! - term.low[i]!)),
  };
}

/**
 * All that a term leaves out.
 *
 * @param term The term.
 * @returns Its complement.
 */
export function outside(term: Term): Term {
  const floats = [...term.floats];
  floats[15] = -floats[15]!;
  floats[19] = -floats[19]!;
  const everywhere = vec(() => EVERYWHERE);
  return { floats, low: scaled(everywhere, -1), high: everywhere };
}

/**
 * Axes whose z runs along a direction and whose x lies as near to another as it can.
 *
 * @param along Of unit length.
 * @param across Not parallel to it.
 * @returns The axes, right-handed.
 */
export function axesAlong(along: Vec3, across: Vec3): Axes {
  const part = dot(along, across);
  const rest = vec((i) => across[i]! - part * along[i]!);
  const x = scaled(rest, 1 / Math.hypot(...rest));
  return [x, cross(along, x), along];
}

/**
 * Axes turned about x, then y, then z.
 *
 * @param degrees About each.
 * @returns The axes.
 */
export function turned([about, around, over]: Vec3): Axes {
  const [a, b, c] = [about, around, over].map((degrees) => degrees * Math.PI / 180) as [
    number,
    number,
    number,
  ];
  const turn = ([x, y, z]: Vec3): Vec3 => {
    const [y1, z1] = [y * Math.cos(a) - z * Math.sin(a), y * Math.sin(a) + z * Math.cos(a)];
    const [x2, z2] = [x * Math.cos(b) + z1 * Math.sin(b), z1 * Math.cos(b) - x * Math.sin(b)];
    return [x2 * Math.cos(c) - y1 * Math.sin(c), x2 * Math.sin(c) + y1 * Math.cos(c), z2];
  };
  return [turn([1, 0, 0]), turn([0, 1, 0]), turn([0, 0, 1])];
}

function vec(part: (axis: number) => number): Vec3 {
  return [part(0), part(1), part(2)];
}

function scaled(v: Vec3, by: number): Vec3 {
  return vec((i) => v[i]! * by);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;
}

function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function clamp(value: number, end: number): number {
  return Math.min(end, Math.max(-end, value));
}
