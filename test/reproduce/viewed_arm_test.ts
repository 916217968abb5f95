import { assertEquals } from "@std/assert";
import type { CaseScore } from "../../src/reproduce/_metrics.ts";
import { pickCases } from "../../src/reproduce/_viewed_arm.ts";

const score = (number: number, organ: CaseScore["organ"], dice?: number, grid_mm = 3) => ({
  case: number,
  organ,
  grid_mm,
  ...dice !== undefined && { dice },
});

Deno.test("pickCases() takes each organ's best, middle and worst case at 3 mm", () => {
  const picks = pickCases([
    score(0, "liver", 0.7),
    score(1, "liver", 0.9),
    score(2, "liver", 0.8),
    score(3, "liver", 0.2),
    score(4, "liver", 0.6),
    // On the network's own grid, and of an organ the case does not have.
    score(5, "liver", 1, 12),
    score(6, "liver"),
    score(0, "kidneys", 0.5),
  ]);
  assertEquals(picks, [
    { organ: "liver", place: "best", case: 1, dice: 0.9 },
    { organ: "liver", place: "median", case: 0, dice: 0.7 },
    { organ: "liver", place: "worst", case: 3, dice: 0.2 },
    { organ: "kidneys", place: "best", case: 0, dice: 0.5 },
    { organ: "kidneys", place: "median", case: 0, dice: 0.5 },
    { organ: "kidneys", place: "worst", case: 0, dice: 0.5 },
  ]);
});

Deno.test("pickCases() takes the lower middle of an even number and the lower number of equals", () => {
  const picks = pickCases([
    score(3, "bone", 0.5),
    score(2, "bone", 0.9),
    score(1, "bone", 0.9),
    score(4, "bone", 0.6),
  ]);
  assertEquals(picks.map((pick) => pick.case), [1, 4, 3]);
});
