/** Steps of one pixel along an edge, in the order of right turns: east, south, west, north (y points down). */
const STEP_X = [1, 0, -1, 0];
const STEP_Y = [0, 1, 0, -1];
const EAST = 0, SOUTH = 1, WEST = 2, NORTH = 3;

/**
 * Outlines of a mask along the edges of its pixels. Each is closed and keeps the mask on its right, so holes run the other way round
 * than the regions around them. Pixels that touch at a corner alone have outlines of their own.
 *
 * @param mask A byte per pixel, row by row; every value but 0 is inside.
 * @param width Pixels per row.
 * @param height Rows.
 * @returns One outline each: corners as [x, y], pixel (0, 0) reaching from [0, 0] to [1, 1]. The last corner joins the first.
 * @throws {TypeError} If the mask is not `width * height` long.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(traceContours(new Uint8Array([1, 1]), 2, 1), [[[0, 0], [2, 0], [2, 1], [0, 1]]]);
 * ```
 */
export function traceContours(
  mask: Uint8Array,
  width: number,
  height: number,
): [x: number, y: number][][] {
  if (mask.length !== width * height) {
    throw new TypeError(
      `Cannot trace contours: ${width} x ${height} pixels need ${
        width * height
      } values, found ${mask.length}`,
    );
  }
  const stride = width + 1;
  const edges = leavingEdges(mask, width, height);
  const seen = new Uint8Array(edges.length);
  const contours: [number, number][][] = [];
  for (let start = 0; start < edges.length; start++) {
    // Every outline has an edge that runs east; the first one found begins at a corner.
    if (!has(edges, start, EAST) || has(seen, start, EAST)) continue;
    const corners: [number, number][] = [];
    let corner = start;
    let direction = EAST;
    let before = NORTH;
    do {
      if (direction !== before) corners.push([corner % stride, Math.floor(corner / stride)]);
      seen[corner]! |= 1 << direction;
      corner += STEP_X[direction]! + STEP_Y[direction]! * stride;
      before = direction;
      direction = nextDirection(edges, corner, direction);
    } while (corner !== start || direction !== EAST);
    contours.push(corners);
  }
  return contours;
}

/** For each corner of the pixel grid, the directions in which a border edge leaves it, as bits. */
function leavingEdges(mask: Uint8Array, width: number, height: number): Uint8Array {
  const stride = width + 1;
  const edges = new Uint8Array(stride * (height + 1));
  const inside = (x: number, y: number) =>
    x >= 0 && x < width && y >= 0 && y < height && mask[y * width + x] !== 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!inside(x, y)) continue;
      const corner = y * stride + x;
      if (!inside(x, y - 1)) edges[corner]! |= 1 << EAST;
      if (!inside(x + 1, y)) edges[corner + 1]! |= 1 << SOUTH;
      if (!inside(x, y + 1)) edges[corner + 1 + stride]! |= 1 << WEST;
      if (!inside(x - 1, y)) edges[corner + stride]! |= 1 << NORTH;
    }
  }
  return edges;
}

/** Where two outlines meet at a corner, the right turn stays with the same pixel. */
function nextDirection(edges: Uint8Array, corner: number, direction: number): number {
  const right = (direction + 1) % 4;
  if (has(edges, corner, right)) return right;
  return has(edges, corner, direction) ? direction : (direction + 3) % 4;
}

function has(bits: Uint8Array, corner: number, direction: number): boolean {
  return (bits[corner]! & 1 << direction) !== 0;
}
