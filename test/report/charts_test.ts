import { assertEquals } from "@std/assert";
import { layOut } from "../../src/report/_charts.ts";

const point = (value: number, low: number, high: number) => ({ value, low, high, mark: 0 });

Deno.test("layOut() ends a log axis at the next 1, 2 or 5 outside all intervals", () => {
  const ends = (low: number, high: number, reference?: number) => {
    const axis = { title: "ms", log: true, ...reference !== undefined && { reference } };
    const { min, max } = layOut("c", axis, [
      { label: "a", lines: [[point((low + high) / 2, low, high)]] },
    ]).axis;
    return [min, max];
  };
  assertEquals(ends(30, 400), [20, 500]);
  // A tenth is left free at either end, so 20 and 500 are too near.
  assertEquals(ends(21, 480), [10, 1000]);
  assertEquals(ends(3, 4, 1), [0.5, 5]);
  assertEquals(ends(7, 7), [5, 10]);
});

Deno.test("layOut() ends a linear axis at 0 and 1", () => {
  const { axis } = layOut("c", { title: "Dice", log: false }, [
    { label: "a", lines: [[point(0.9, 0.9, 0.9)]] },
  ]);
  assertEquals([axis.min, axis.max], [0, 1]);
});

Deno.test("layOut() gives every line a height of its own, below its row's heading", () => {
  const { rows, points, height } = layOut("c", { title: "ms", log: true }, [
    { label: "a", lines: [[point(1, 1, 1), point(2, 2, 2)], [point(3, 3, 3)]] },
    { label: "b", note: "n", lines: [[point(4, 4, 4)]] },
  ]);
  const [a, b] = rows;
  const [first, beside, below, other] = points.map(({ y }) => y);
  assertEquals(first, beside);
  const order = [a!.top, first!, below!, b!.top, other!, height];
  assertEquals(order, [...new Set(order)].sort((x, y) => x - y));
  assertEquals([a!.top, a!.note, b!.note], [0, "", "n"]);
});
