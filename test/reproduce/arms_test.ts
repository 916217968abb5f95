import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  type NamedArm,
  parseArmName,
  recipeOf,
  trainConfig,
  traineeName,
} from "../../src/reproduce/_arms.ts";
import { armDice, comparePairs, compareTwoByTwo, twoByTwo } from "../../src/reproduce/_compare.ts";
import type { CaseScore } from "../../src/reproduce/_metrics.ts";
import { multiplyAdds } from "../../src/reproduce/_plan.ts";
import { checkDisjoint, splitNumbers } from "../../src/reproduce/_split.ts";
import { PROFILES } from "../../src/reproduce/mod.ts";
import { presetConfig } from "../../src/nn/mod.ts";
import { checkTrainConfig } from "../../src/train/mod.ts";
import { TINY } from "./_settings.ts";

Deno.test("parseArmName() reads loss, augmentation, purity and labels, in this order alone", () => {
  const arm = (name: string) => parseArmName(name);
  const iou = { name: "iou", background: true } as const;
  assertEquals(arm("iou"), {
    ...{ name: "iou", loss: iou, augmentation: false, pure: false, labels: "true" },
  });
  assertEquals(arm("iou+aug+pure+unsupervised"), {
    name: "iou+aug+pure+unsupervised",
    ...{ loss: iou, augmentation: true, pure: true, labels: "unsupervised" },
  });
  for (const wrong of ["iuo", "iou+pure+aug", "iou+unsupervised+aug", "+aug", "iou+augment"]) {
    assertThrows(() => arm(wrong), SyntaxError, "Cannot read loss");
  }
});

Deno.test("trainConfig() differs between arms of a seed in loss, warm start and augmentation alone", () => {
  const of = (name: string) => trainConfig({ arm: parseArmName(name), seed: 3 }, TINY.training);
  const { loss: _l, augmentation: _a, warmStart, ...rest } = of("iou+aug");
  assertEquals(warmStart, { loss: { name: "balanced-cross-entropy" }, steps: 2 });
  for (const name of ["iou", "dice+aug", "balanced-cross-entropy", "iou+aug+pure"]) {
    const { loss: _, augmentation: __, warmStart, ...others } = of(name);
    assertEquals(others, rest);
    assertEquals(warmStart !== undefined, name === "iou" || name === "dice+aug");
  }
  assertEquals(of("iou").augmentation, {
    window: { low: -200, high: 400 },
    initial: [4, 0, 0, 0, 4, 0, 0, 0, 4],
    crop: "none",
  });
  assertEquals(of("iou+aug").augmentation.window, { low: -200, high: 400, jitter: 10 });
});

Deno.test("recipeOf() and traineeName() tell a warm start and make file names", () => {
  const arm = (name: string): NamedArm => parseArmName(name);
  assertEquals(
    recipeOf(arm("iou"), TINY.training),
    "the first 2 of 4 steps by balanced-cross-entropy, then iou",
  );
  assertEquals(recipeOf(arm("iou+pure"), TINY.training), "iou in all 4 steps");
  assertEquals(
    traineeName({ arm: arm("tversky:0.3,0.7+aug"), seed: 2 }),
    "tversky_0.3_0.7+aug-2",
  );
});

Deno.test("every arm of every profile has a config that can be trained by", () => {
  for (const { training, arms } of Object.values(PROFILES)) {
    for (const name of arms) {
      checkTrainConfig(trainConfig({ arm: parseArmName(name), seed: 1 }, training));
    }
  }
});

/** Scores of two cases by their Dice of liver and lungs; both lack the other organs. */
const scores = (dice: [liver: number, lungs: number][]): CaseScore[] =>
  dice.flatMap(([liver, lungs], number) => [
    { case: number, grid_mm: 9, organ: "liver", dice: liver },
    { case: number, grid_mm: 9, organ: "lungs", dice: lungs },
  ]);

Deno.test("armDice() takes the mean over seeds for each case, and over the organs that are there", () => {
  const seeds = [scores([[0.2, 0.6], [0.5, 0.7]]), scores([[0.4, 0.8], [0.7, 0.7]])];
  const { organs, mean } = armDice("iou", seeds, [0, 1]);
  assertEquals(organs["bone"], [undefined, undefined]);
  organs["liver"]!.forEach((value, i) => assertAlmostEquals(value!, [0.3, 0.6][i]!));
  mean.forEach((value, i) => assertAlmostEquals(value!, [0.5, 0.65][i]!));
});

Deno.test("compareTwoByTwo() finds main effects and interaction of a case by hand", () => {
  const arm = (name: string, liver: number) => armDice(name, [scores([[liver, liver]])], [0]);
  const four = twoByTwo([
    arm("balanced-cross-entropy", 0.4),
    arm("iou", 0.5),
    arm("iou+aug", 0.9),
    arm("balanced-cross-entropy+aug", 0.6),
  ])!;
  const rows = compareTwoByTwo(four, 1);
  const found = rows.filter(({ organ }) => organ === "mean").map((row) => [
    row.effect,
    row.difference!.toFixed(6),
  ]);
  assertEquals(found, [
    // (0.9 + 0.5 - 0.6 - 0.4) / 2, (0.9 + 0.6 - 0.5 - 0.4) / 2, (0.9 - 0.5) - (0.6 - 0.4).
    ["loss", "0.200000"],
    ["augmentation", "0.300000"],
    ["interaction", "0.200000"],
  ]);
  assertEquals(rows.length, 3 + 15);
  assert(rows[0]!.test.endsWith("Holm over 3 tests"));
  assert(rows[3]!.test.endsWith("Holm over 15 tests"));
  // One case cannot tell anything from chance.
  assert(rows.every(({ p_value }) => p_value === 1));
});

Deno.test("twoByTwo() wants all four arms, comparePairs() those that are there", () => {
  const arms = [0.9, 0.5].map((dice, i) =>
    armDice(["iou+aug", "iou"][i]!, [scores([[dice, dice]])], [0])
  );
  assertEquals(twoByTwo(arms), undefined);
  const pairs = comparePairs(arms, "iou+aug", ["iou", "dice"], 1);
  assertEquals(pairs.map(({ arms, difference }) => [arms, difference!.toFixed(3)]), [
    [["iou+aug", "iou"], "0.400"],
  ]);
});

Deno.test("splitNumbers() leaves all cases for testing where there are no others, and no case has two uses", () => {
  const cases = (...numbers: number[]) => ({
    cases: numbers.map((number) => ({ number })),
    officialTest: true,
  });
  assertEquals(splitNumbers(cases(0, 3), 1), { train: [], validation: [], test: [0, 3] });
  const { train, validation, test } = splitNumbers(cases(0, 20, 21, 22, 23), 1);
  assertEquals(test, [0, 20]);
  assertEquals([train.length, validation.length], [2, 1]);
  assertEquals([...train, ...validation].sort(), [21, 22, 23]);
  assertThrows(
    () => checkDisjoint({ train: [1, 2], validation: [3], test: [2] }),
    RangeError,
    "case 2",
  );
});

Deno.test("multiplyAdds() counts a network of two levels as by hand", () => {
  const config = {
    ...presetConfig("unet-small", { classes: 2 }),
    channels: [2, 3],
    convolutions: 1,
  };
  // Level 0 of 80 voxels: 1 -> 2 down, (2 + 2) -> 2 up, transposed 3 -> 2 over an eighth; level 1 of 10 voxels: 2 -> 3.
  assertEquals(multiplyAdds(config, 80), 27 * 80 * (2 + 8 + 6 / 8) + 27 * 10 * 6);
});
