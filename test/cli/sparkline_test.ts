import { assertEquals } from "@std/assert";
import { sparkline } from "../../src/cli/sparkline.ts";

Deno.test("sparkline() draws the means of equal parts between the lowest and the highest", () => {
  assertEquals(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8), "▁▂▃▄▅▆▇█");
  assertEquals(sparkline([7, 0], 8), "█▁");
  assertEquals(sparkline([8, 8, 4, 4, 0, 0], 3), "█▅▁");
  assertEquals(sparkline([2, 2, 2], 8), "▁▁▁");
});
