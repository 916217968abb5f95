import { assert, assertEquals, assertThrows } from "@std/assert";
import { foldCases, splitCases, writeSplit } from "../../src/data/mod.ts";
import { DataFolder } from "./_folders.ts";

const cases = (...numbers: number[]) => numbers.map((number) => ({ number }));
const upTo = (count: number) => cases(...Array(count).keys());
const numbers = (list: readonly { readonly number: number }[]) => list.map(({ number }) => number);
const CT_ORG = { seed: 1, officialTest: true };
const OTHER = { seed: 1, officialTest: false };

Deno.test("splitCases() keeps cases 0 to 20 for the test and a tenth of the others for validation", () => {
  const all = upTo(140);
  const { train, validation, test } = splitCases(all, CT_ORG);
  assertEquals(numbers(test), [...Array(21).keys()]);
  // 119 others: 12 for validation.
  assertEquals([train.length, validation.length], [107, 12]);
  assertEquals([...numbers(train), ...numbers(validation)].sort((a, b) => a - b), [
    ...Array.from({ length: 119 }, (_, i) => i + 21),
  ]);
  assertEquals(splitCases(all, CT_ORG), { train, validation, test });
  const other = splitCases(all, { ...CT_ORG, seed: 2 });
  assert(numbers(other.validation).join() !== numbers(validation).join());
});

Deno.test("splitCases() trains on test cases where there are no others, and leaves one case whole", () => {
  const few = splitCases(cases(0, 3, 20), CT_ORG);
  assertEquals([few.train.length, few.validation.length, few.test.length], [2, 1, 0]);
  assertEquals(splitCases(cases(7), CT_ORG), { train: cases(7), validation: [], test: [] });
  assertEquals(splitCases(cases(7), OTHER), { train: cases(7), validation: [], test: [] });
});

Deno.test("splitCases() draws a fifth for the test where a data set has no test cases of its own", () => {
  const { train, validation, test } = splitCases(upTo(100), OTHER);
  assertEquals([train.length, validation.length, test.length], [72, 8, 20]);
  assertEquals(new Set(numbers([...train, ...validation, ...test])).size, 100);
  assert(numbers(test).join() !== [...Array(20).keys()].join());
  const three = splitCases(cases(4, 5, 6), OTHER);
  assertEquals([three.train.length, three.validation.length, three.test.length], [1, 1, 1]);
});

Deno.test("splitCases() and foldCases() do not depend on the order of the cases", () => {
  const forward = upTo(50);
  const backward = forward.toReversed();
  for (const options of [CT_ORG, OTHER]) {
    assertEquals(splitCases(backward, options), splitCases(forward, options));
    assertEquals(
      foldCases(backward, { ...options, k: 4 }),
      foldCases(forward, { ...options, k: 4 }),
    );
  }
});

Deno.test("splitCases() moves few cases when one is added", () => {
  const before = splitCases(upTo(140), CT_ORG);
  const after = splitCases(upTo(141), CT_ORG);
  const moved = before.validation.filter(({ number }) =>
    !numbers(after.validation).includes(number)
  );
  assert(moved.length <= 1);
});

Deno.test("foldCases() validates on each case that is not for testing just once, in even folds", () => {
  const folds = foldCases(upTo(140), { ...CT_ORG, k: 5 });
  assertEquals(folds.map(({ validation }) => validation.length), [24, 24, 24, 24, 23]);
  const validated = folds.flatMap(({ validation }) => numbers(validation)).sort((a, b) => a - b);
  assertEquals(validated, Array.from({ length: 119 }, (_, i) => i + 21));
  for (const { train, validation, test } of folds) {
    assertEquals(numbers(test), [...Array(21).keys()]);
    assertEquals(new Set(numbers([...train, ...validation])).size, 119);
  }
  // Not by number: the first fold is no run of neighbours.
  const first = numbers(folds[0]!.validation);
  assert(first.some((number, i) => i > 0 && number !== first[i - 1]! + 1));
});

Deno.test("foldCases() refuses a wrong number of folds, and both refuse one number twice", () => {
  for (const k of [0, 1, 2.5, 4, NaN]) {
    assertThrows(() => foldCases(cases(21, 22, 23), { ...CT_ORG, k }), RangeError, "from 2 to 3");
  }
  assertThrows(() => splitCases(cases(3, 1, 3), CT_ORG), RangeError, "two have the number 3");
  assertThrows(() => foldCases(cases(3, 1, 3), { ...CT_ORG, k: 2 }), RangeError, "number 3");
});

Deno.test("writeSplit() writes numbers, seed and fold", async () => {
  await using folder = await DataFolder.make();
  const split = { train: cases(21, 22), validation: cases(30), test: cases(1) };
  const fold = { number: 2, of: 5 };
  const path = await writeSplit(folder.path, split, { dataset: "CT-ORG", seed: 7, fold });
  assertEquals(JSON.parse(await Deno.readTextFile(path)), {
    schema: "ct-organ-webgpu/split@1",
    dataset: "CT-ORG",
    seed: 7,
    fold,
    train: [21, 22],
    validation: [30],
    test: [1],
  });
});
