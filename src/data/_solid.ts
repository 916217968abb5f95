import type { Vec3 } from "../volume/mod.ts";

/** A body in world mm (RAS+) with a box that holds it, so that painting visits few voxels. */
export interface Solid {
  readonly low: Vec3;
  readonly high: Vec3;
  contains(x: number, y: number, z: number): boolean;
}

/** An ellipsoid, turned by `tilt` radians about the y axis. */
export function ellipsoid(centre: Vec3, radii: Vec3, tilt = 0): Solid {
  const [cx, cy, cz] = centre;
  const [rx, ry, rz] = radii;
  const cos = Math.cos(tilt);
  const sin = Math.sin(tilt);
  const reachX = Math.hypot(rx * cos, rz * sin);
  const reachZ = Math.hypot(rx * sin, rz * cos);
  return {
    low: [cx - reachX, cy - ry, cz - reachZ],
    high: [cx + reachX, cy + ry, cz + reachZ],
    contains(x, y, z) {
      const u = (cos * (x - cx) + sin * (z - cz)) / rx;
      const v = (y - cy) / ry;
      const w = (cos * (z - cz) - sin * (x - cx)) / rz;
      return u * u + v * v + w * w <= 1;
    },
  };
}

/** An upright elliptic column around (cx, cy), from `bottom` to `top`. */
export function column(
  [cx, cy]: readonly [number, number],
  [rx, ry]: readonly [number, number],
  bottom = -Infinity,
  top = Infinity,
): Solid {
  return {
    low: [cx - rx, cy - ry, bottom],
    high: [cx + rx, cy + ry, top],
    contains(x, y, z) {
      const u = (x - cx) / rx;
      const v = (y - cy) / ry;
      return z >= bottom && z <= top && u * u + v * v <= 1;
    },
  };
}

/** All points within `radius` of the line between two points. */
export function tube(from: Vec3, to: Vec3, radius: number): Solid {
  const [x0, y0, z0] = from;
  const [dx, dy, dz] = [to[0] - x0, to[1] - y0, to[2] - z0];
  const square = dx * dx + dy * dy + dz * dz;
  return {
    low: [Math.min(x0, to[0]) - radius, Math.min(y0, to[1]) - radius, Math.min(z0, to[2]) - radius],
    high: [
      Math.max(x0, to[0]) + radius,
      Math.max(y0, to[1]) + radius,
      Math.max(z0, to[2]) + radius,
    ],
    contains(x, y, z) {
      const along = ((x - x0) * dx + (y - y0) * dy + (z - z0) * dz) / square;
      const t = Math.min(1, Math.max(0, along));
      const [u, v, w] = [x - x0 - t * dx, y - y0 - t * dy, z - z0 - t * dz];
      return u * u + v * v + w * w <= radius * radius;
    },
  };
}

/** An upright box. */
export function cuboid(low: Vec3, high: Vec3): Solid {
  return {
    low,
    high,
    contains: (x, y, z) =>
      x >= low[0] && x <= high[0] && y >= low[1] && y <= high[1] && z >= low[2] && z <= high[2],
  };
}

/** What two solids share. */
export function both(a: Solid, b: Solid): Solid {
  return {
    low: [Math.max(a.low[0], b.low[0]), Math.max(a.low[1], b.low[1]), Math.max(a.low[2], b.low[2])],
    high: [
      Math.min(a.high[0], b.high[0]),
      Math.min(a.high[1], b.high[1]),
      Math.min(a.high[2], b.high[2]),
    ],
    contains: (x, y, z) => a.contains(x, y, z) && b.contains(x, y, z),
  };
}

/** The first solid less the second. */
export function without(a: Solid, b: Solid): Solid {
  return {
    low: a.low,
    high: a.high,
    contains: (x, y, z) => a.contains(x, y, z) && !b.contains(x, y, z),
  };
}

/** The part of a solid in a layer around the plane z = middle + slope y. */
export function layer(solid: Solid, slope: number, middle: number, thickness: number): Solid {
  const lift = [slope * solid.low[1], slope * solid.high[1]];
  return {
    low: [solid.low[0], solid.low[1], middle + Math.min(...lift) - thickness / 2],
    high: [solid.high[0], solid.high[1], middle + Math.max(...lift) + thickness / 2],
    contains: (x, y, z) =>
      Math.abs(z - middle - slope * y) <= thickness / 2 && solid.contains(x, y, z),
  };
}
