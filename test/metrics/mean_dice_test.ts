import { assertEquals } from "@std/assert";
import { meanDice } from "../../src/metrics/mod.ts";

Deno.test("meanDice() leaves absent organs out and counts missed ones as 0", () => {
  assertEquals(meanDice([0.5, undefined, 1, 0]), { mean: 0.5, n: 3 });
});

Deno.test("meanDice() has no mean where no case has the organ", () => {
  assertEquals(meanDice([undefined]), { n: 0 });
  assertEquals(meanDice([]), { n: 0 });
});
