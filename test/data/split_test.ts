import { assert, assertEquals } from "@std/assert";
import { splitCases } from "../../src/data/mod.ts";

const cases = (...numbers: number[]) => numbers.map((number) => ({ number }));
const numbers = (list: readonly { readonly number: number }[]) => list.map(({ number }) => number);

Deno.test("splitCases() keeps cases 0 to 20 for the test and a tenth of the others for validation", () => {
  const all = cases(...Array(140).keys());
  const { train, validation, test } = splitCases(all, 1);
  assertEquals(numbers(test), [...Array(21).keys()]);
  // 119 others: 12 for validation.
  assertEquals([train.length, validation.length], [107, 12]);
  assertEquals([...numbers(train), ...numbers(validation)].sort((a, b) => a - b), [
    ...Array.from({ length: 119 }, (_, i) => i + 21),
  ]);
  assertEquals(splitCases(all, 1), { train, validation, test });
  assert(numbers(splitCases(all, 2).validation).join() !== numbers(validation).join());
});

Deno.test("splitCases() trains on test cases where there are no others, and leaves one case whole", () => {
  const few = splitCases(cases(0, 3, 20), 1);
  assertEquals([few.train.length, few.validation.length, few.test.length], [2, 1, 0]);
  assertEquals(splitCases(cases(7), 1), { train: cases(7), validation: [], test: [] });
});
