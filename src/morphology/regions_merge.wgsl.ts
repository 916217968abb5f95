/** A row that a row of voxels is joined with: where it lies, and whether voxels also touch by corners along x (1) or not (0). */
export interface JoinedRow {
  readonly dy: number;
  readonly dz: number;
  readonly reach: number;
}

/**
 * The kernel `merge` of `regionsWgsl`: joins each word's stretches with those they touch in earlier rows. A pair of stretches has one bit x of
 * `joins`: the first voxel that both hold, or, where they touch by a corner alone, that before which one ends and behind which the other
 * begins. Across edges (`dy` and `dz`), pairs with a voxel of a face between are left out: that voxel joins them.
 *
 * One loop does all a word has to do, a step along two chains of parents each time: software adapters run what a branch leaves out,
 * and every loop once. With a loop a row and kind of contact, within which loops followed the chains: 13 to 20 ms for blobs of
 * 160 x 160 x 130 voxels on lavapipe, 2 cores; now 1.5 to 4.
 *
 * @param rows The earlier rows: of the same slice first, then those of the slice before.
 * @returns WGSL of `visit`.
 */
export function mergeBody(rows: readonly JoinedRow[]): string {
  return `
/** A word and the one behind it in a row, and the last voxel of the one before it. */
struct Reach { word: u32, next: u32, before: u32 };

fn reachOf(on: bool, row: i32, w: i32) -> Reach {
  let at = select(0, row, on);
  let word = voxels(at, w);
  let after = voxels(at, min(w + 1, p.width - 1)) & select(0u, 1u, w + 1 < p.width);
  let before = (voxels(at, max(w - 1, 0)) >> 31u) & select(0u, 1u, w > 0);
  let all = select(0u, 0xffffffffu, on);
  return Reach(word & all, ((word >> 1u) | (after << 31u)) & all, before & all);
}

fn visit(i: i32, row: i32, w: i32) {
  let y = row % p.ny;
  let z = row / p.ny;
  let here = reachOf(true, row, w);
${rows.map(joins).join("")}
  var a = 0u;
  var b = 0u;
  loop {
    if (a == b) {
      if ((${rows.map((_, n) => `joins${n}`).join(" | ")}) == 0u) { break; }
      var joins = 0u;
      var there = 0u;
      var other = 0;
${rows.map(pick).join("")}
      let bit = firstTrailingBit(joins);
      a = slotAt(row, w, select(bit + 1u, beginning(here.word, bit), ((here.word >> bit) & 1u) != 0u));
      b = slotAt(other, w, select(bit + 1u, beginning(there, bit), ((there >> bit) & 1u) != 0u));
    }
    if (steps <= 0) {
      atomicStore(&state[0], 1u);
      break;
    }
    steps--;
    let overA = atomicLoad(&parents[a]);
    let overB = atomicLoad(&parents[b]);
    if (overA == a && overB == b && a != b) {
      let low = min(a, b);
      let high = max(a, b);
      let found = atomicMin(&parents[high], low);
      // Another invocation may have joined it elsewhere meanwhile: that region must be joined too.
      a = select(found, low, found == high);
      b = low;
    } else {
      a = overA;
      b = overB;
    }
  }
}`;
}

function joins({ dy, dz, reach }: JoinedRow, n: number): string {
  // Of the rows between, only those read already.
  const between = dy !== 0 && dz !== 0 ? dy < 0 ? [0, 1] : [1] : [];
  const hold = (field: string) => between.map((k) => `row${k}.${field}`).join(" | ");
  const unheld = (...fields: string[]) =>
    between.length > 0 ? ` & ~(${fields.map(hold).join(" | ")})` : "";
  const both = `here.word & row${n}.word${unheld("word")}`;
  const bothBefore = `here.before & row${n}.before${unheld("before")}`;
  const corners = ` 
    | ((here.word & ~row${n}.word & ~here.next & row${n}.next)
      | (~here.word & row${n}.word & here.next & ~row${n}.next))${unheld("word", "next")}`;
  return `
  let at${n} = row + ${dy} + ${dz} * p.ny;
  let row${n} = reachOf(y + ${dy} >= 0 && y + ${dy} < p.ny && z + ${dz} >= 0, at${n}, w);
  let both${n} = ${both};
  var joins${n} = (both${n} & ~((both${n} << 1u) | (${bothBefore})))${reach > 0 ? corners : ""};`;
}

function pick(_: JoinedRow, n: number): string {
  return `
      if (joins == 0u) {
        joins = joins${n};
        there = row${n}.word;
        other = at${n};
        joins${n} &= joins${n} - 1u;
      }`;
}
