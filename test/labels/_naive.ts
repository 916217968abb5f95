import type { Vec3, Volume } from "../../src/volume/mod.ts";
import { neighbourSteps, onBorder, regions } from "../morphology/_flood.ts";

type Test = (x: number, y: number, z: number) => boolean;

/** The paper's rules written down as plainly as possible: sets of points, no packing, no union-find, no GPU. */
export function naiveLabels(
  ct: Volume,
  others: Uint8Array,
  boneThreshold: number,
  border: "safe" | "original",
): Uint8Array {
  const { dims, spacing, data } = ct;
  const labels = others.slice();
  const mask = (test: (i: number) => boolean) => Uint8Array.from(data, (_, i) => test(i) ? 1 : 0);
  const close = (m: Uint8Array, element: Vec3[]) =>
    border === "safe"
      ? closeBeyond(m, dims, element)
      : erode(dilate(m, dims, element), dims, element);

  const dark = mask((i) => data[i]! <= -150);
  const length = Math.ceil(10 / spacing[1]);
  const half = (length % 2 === 1 ? length : length + 1) >> 1;
  const line: Vec3[] = [];
  for (let k = -half; k <= half; k++) line.push([0, k, 0]);
  const shut = close(dark, line);
  for (const region of regions(shut, dims, 1, neighbourSteps(26, 2))) {
    if (region.some((i) => onBorder(i, dims, 2))) region.forEach((i) => shut[i] = 0);
  }
  const inner = mask((i) => dark[i] === 1 && shut[i] === 1);
  const small = ball(10, spacing);
  const opened = dilate(erode(inner, dims, small), dims, small);
  const seeds = bySize(opened, dims).slice(0, 2).flat();
  const grown = new Uint8Array(data.length);
  for (const region of regions(inner, dims, 1, neighbourSteps(26))) {
    if (region.some((i) => seeds.includes(i))) region.forEach((i) => grown[i] = 1);
  }
  fill(grown, dims, undefined);
  grown.forEach((on, i) => {
    if (on && labels[i] === 0) labels[i] = 3;
  });

  const bright = mask((i) => data[i]! >= boneThreshold && labels[i] === 0);
  const skeleton = new Uint8Array(data.length);
  bySize(bright, dims)[0]?.forEach((i) => skeleton[i] = 1);
  const bone = close(skeleton, ball(25, spacing)).map((on, i) => on && data[i]! >= 0 ? 1 : 0);
  fill(bone, dims, 2);
  bone.forEach((on, i) => {
    if (on && labels[i] === 0) labels[i] = 5;
  });
  return labels;
}

/** Offsets from the middle of a cube of ceil(d / spacing) voxels, up to d / 2; a middle between voxels is rounded up. */
function ball(diameter: number, spacing: Vec3): Vec3[] {
  const n = spacing.map((s) => Math.ceil(diameter / s));
  const offsets: Vec3[] = [];
  for (let z = 0; z < n[2]!; z++) {
    for (let y = 0; y < n[1]!; y++) {
      for (let x = 0; x < n[0]!; x++) {
        const square = [x, y, z].reduce(
          (sum, i, a) => sum + ((i - (n[a]! - 1) / 2) * spacing[a]!) ** 2,
          0,
        );
        if (square > (diameter / 2) ** 2) continue;
        offsets.push([x - (n[0]! >> 1), y - (n[1]! >> 1), z - (n[2]! >> 1)]);
      }
    }
  }
  return offsets;
}

function dilate(mask: Uint8Array, dims: Vec3, element: Vec3[]): Uint8Array {
  const inside = reader(mask, dims);
  return build(dims, (x, y, z) => element.some(([u, v, w]) => inside(x - u, y - v, z - w)));
}

function erode(mask: Uint8Array, dims: Vec3, element: Vec3[]): Uint8Array {
  const inside = reader(mask, dims);
  return build(dims, (x, y, z) => element.every(([u, v, w]) => inside(x + u, y + v, z + w)));
}

/** Closing with room around the volume, so that no face cuts it. */
function closeBeyond(mask: Uint8Array, dims: Vec3, element: Vec3[]): Uint8Array {
  const room = 12;
  const inside = reader(mask, dims);
  const wide: Vec3 = [dims[0] + 2 * room, dims[1] + 2 * room, dims[2] + 2 * room];
  const padded = build(wide, (x, y, z) => inside(x - room, y - room, z - room));
  const closed = reader(erode(dilate(padded, wide, element), wide, element), wide);
  return build(dims, (x, y, z) => closed(x + room, y + room, z + room));
}

function reader(mask: Uint8Array, [nx, ny, nz]: Vec3): Test {
  return (x, y, z) =>
    x >= 0 && y >= 0 && z >= 0 && x < nx && y < ny && z < nz && mask[x + nx * (y + ny * z)] === 1;
}

function build([nx, ny, nz]: Vec3, test: Test): Uint8Array {
  const mask = new Uint8Array(nx * ny * nz);
  for (let z = 0, i = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, i++) mask[i] = test(x, y, z) ? 1 : 0;
    }
  }
  return mask;
}

function bySize(mask: Uint8Array, dims: Vec3): number[][] {
  return regions(mask, dims, 1, neighbourSteps(26)).sort((a, b) => b.length - a.length);
}

function fill(mask: Uint8Array, dims: Vec3, slices: 2 | undefined): void {
  for (const region of regions(mask, dims, 0, neighbourSteps(6, slices))) {
    if (!region.some((i) => onBorder(i, dims, slices))) region.forEach((i) => mask[i] = 1);
  }
}
