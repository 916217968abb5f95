import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { checkSchedule, rateAt, scheduleOf } from "../../src/train/schedule.ts";

Deno.test("rateAt() keeps a constant rate, and takes a cosine from its rate over a half to 0", () => {
  const constant = scheduleOf("constant", { rate: 0.5, steps: 10 });
  assertEquals([0, 5, 1e6].map((step) => rateAt(constant, step)), [0.5, 0.5, 0.5]);
  const cosine = scheduleOf("cosine", { rate: 0.5, steps: 10 });
  assertEquals(rateAt(cosine, 0), 0.5);
  assertAlmostEquals(rateAt(cosine, 5), 0.25, 1e-15);
  assertEquals([rateAt(cosine, 10), rateAt(cosine, 11)], [0, 0]);
});

Deno.test("rateAt() follows the paper's stages from 1e-4 to 5e-7, equally long, and stays at the last", () => {
  const paper = scheduleOf("paper", { rate: 1, steps: 8 });
  const rates = Array.from({ length: 10 }, (_, step) => rateAt(paper, step));
  assertEquals(rates, [1e-4, 1e-4, 1e-5, 1e-5, 1e-6, 1e-6, 5e-7, 5e-7, 5e-7, 5e-7]);
});

Deno.test("checkSchedule() refuses rates and lengths that are none", () => {
  checkSchedule(scheduleOf("paper", { rate: 1, steps: 1 }));
  assertThrows(() => checkSchedule({ kind: "constant", rate: 0 }), RangeError, "rate of 0");
  assertThrows(() => checkSchedule({ kind: "constant", rate: NaN }), RangeError, "rate of NaN");
  assertThrows(() => checkSchedule({ kind: "cosine", rate: 1, steps: 0 }), RangeError, "0 steps");
  assertThrows(() => checkSchedule({ kind: "stages", stages: [] }), RangeError, "no stage");
});
