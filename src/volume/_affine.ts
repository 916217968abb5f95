import type { Affine, Vec3 } from "./grid.ts";

/** The world position in mm of a voxel index, which may be fractional. */
export function worldPosition(affine: Affine, index: Vec3): Vec3 {
  const [x, y, z] = index;
  const row = (r: number) =>
    affine[r]! * x + affine[r + 1]! * y + affine[r + 2]! * z + affine[r + 3]!;
  return [row(0), row(4), row(8)];
}

/** The determinant of an affine's linear part. */
export function determinant(m: Affine): number {
  return m[0]! * (m[5]! * m[10]! - m[6]! * m[9]!) -
    m[1]! * (m[4]! * m[10]! - m[6]! * m[8]!) +
    m[2]! * (m[4]! * m[9]! - m[5]! * m[8]!);
}

/** The affine that undoes `m`; by the adjugate, so a diagonal affine stays exactly diagonal. */
export function invert(m: Affine): Affine {
  const [a, b, c, tx, d, e, f, ty, g, h, i, tz] = m as number[] as [
    ...Vec3,
    number,
    ...Vec3,
    number,
    ...Vec3,
    number,
  ];
  const det = determinant(m);
  const linear = [
    (e * i - f * h) / det,
    (c * h - b * i) / det,
    (b * f - c * e) / det,
    (f * g - d * i) / det,
    (a * i - c * g) / det,
    (c * d - a * f) / det,
    (d * h - e * g) / det,
    (b * g - a * h) / det,
    (a * e - b * d) / det,
  ];
  const row = (r: number) => {
    const [p, q, s] = linear.slice(3 * r, 3 * r + 3) as [number, number, number];
    return [p, q, s, -(p * tx + q * ty + s * tz)];
  };
  return [...row(0), ...row(1), ...row(2)];
}

/** `a` after `b`: the affine that applies `b` first. */
export function compose(a: Affine, b: Affine): Affine {
  const result: number[] = [];
  for (let r = 0; r < 12; r += 4) {
    for (let c = 0; c < 4; c++) {
      const sum = a[r]! * b[c]! + a[r + 1]! * b[4 + c]! + a[r + 2]! * b[8 + c]!;
      result.push(c === 3 ? sum + a[r + 3]! : sum);
    }
  }
  return result;
}
