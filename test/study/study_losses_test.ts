import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import type { Scored } from "../../src/nn/mod.ts";
import { Draws } from "../../src/study/_draws.ts";
import { statement4, statement5, statement6 } from "../../src/study/_family.ts";
import { statement1, statement2, statement3 } from "../../src/study/_soft_iou.ts";
import { SUBJECT, type Subject } from "../../src/study/_subject.ts";
import { type LossStudy, studyFailures, studyLosses } from "../../src/study/mod.ts";
import { checkStatements } from "../../src/study/study_losses.ts";

const study = studyLosses({ seed: 3 });

type Check = typeof statement1;

/** Numbers of the rows that do not hold if something takes the place of the losses' functions. */
function failing(check: Check, wrong: Partial<Subject>): string[] {
  return check({ ...SUBJECT, ...wrong }, new Draws(3, 1)).filter(({ holds }) => !holds)
    .map(({ id }) => id);
}

Deno.test("studyLosses() checks all six statements, and all hold", () => {
  assertEquals(studyFailures(study), []);
  assertEquals([...new Set(study.rows.map(({ id }) => id[0]))], ["1", "2", "3", "4", "5", "6"]);
  assertEquals(new Set(study.rows.map(({ id }) => id)).size, study.rows.length);
  for (const { id, cases, holds } of study.rows) assert(holds && cases >= 100, id);
});

Deno.test("studyLosses() gives plain data, the same for the same seed", () => {
  assertEquals(JSON.parse(JSON.stringify(study)), study);
  assertEquals(checkStatements(SUBJECT, 3), [...study.rows]);
  assertEquals(studyFailures({ rows: checkStatements(SUBJECT, 4) }), []);
});

Deno.test("the statements find out a soft IOU that is Dice", () => {
  const softIou = SUBJECT.softDice;
  assertEquals(failing(statement1, { softIou }), ["1.1"]);
  assertEquals(failing(statement2, { softIou }), ["2.1", "2.2"]);
  assertEquals(failing(statement3, { softIou }), ["3.1"]);
  assertEquals(failing(statement4, { softIou }), ["4.1", "4.3"]);
  assertEquals(failing(statement5, { softIou }), ["5.1", "5.2", "5.4"]);
  assertEquals(failing(statement6, { softIou }), ["6.2"]);
});

Deno.test("the statements find out wrong values, gradients, means and forms", () => {
  const changed = (of: (scored: Scored) => Scored) => ({
    softIou: (...args: Parameters<Subject["softIou"]>) => of(SUBJECT.softIou(...args)),
  });
  const halved = changed(({ value, gradient }) => ({
    value,
    gradient: gradient.map((slope) => slope / 2),
  }));
  assertEquals(failing(statement2, halved), ["2.1"]);
  const beyond = changed(({ value, gradient }) => ({ value: value + 0.01, gradient }));
  assertEquals(failing(statement1, beyond), ["1.1", "1.2", "1.4", "1.5"]);
  const falling = changed(({ value, gradient }) => ({ value: 1 - value, gradient }));
  assert(failing(statement1, falling).includes("1.3"));
  const voxels: Subject["softIou"] = (p, y) =>
    SUBJECT.softIou([...Array.from(p), 0.5], [...Array.from(y), p.length]);
  assert(failing(statement1, { softIou: voxels }).includes("1.6"));
  const none = changed(({ gradient }) => ({ value: NaN, gradient }));
  assertEquals(failing(statement1, none).length, 6);

  // A sum over voxels in the place of a mean does not notice background that is predicted right.
  const summed: Subject["lossOfProbabilities"] = (image, loss) => {
    const { value, gradient } = SUBJECT.lossOfProbabilities(image, loss);
    const n = image.labels.length;
    return { value: value * n, gradient: gradient.map((slope) => slope * n) };
  };
  assertEquals(failing(statement1, { lossOfProbabilities: summed }), ["1.7"]);
  assertEquals(failing(statement2, { lossOfProbabilities: summed }), ["2.3", "2.4"]);
  assertEquals(failing(statement4, { minMaxIou: SUBJECT.softIou }), ["4.4"]);
  assertEquals(failing(statement4, { minMaxIou: SUBJECT.softDice }), ["4.3"]);
  assertEquals(failing(statement4, { powerIou: SUBJECT.softIou }), ["4.2"]);
  assertEquals(failing(statement5, { tversky: SUBJECT.softIou }), ["5.3"]);
  // Soft IOU's loss is an extension too, but not a convex one.
  const lovaszLoss: Subject["lovaszLoss"] = (p, y) => {
    const { value, gradient } = SUBJECT.softIou(p, y);
    return { value: 1 - value, gradient };
  };
  assertEquals(failing(statement5, { lovaszLoss }), ["5.5"]);
  assertEquals(failing(statement6, { lossOfProbabilities: summed }), ["6.1"]);
});

Deno.test("studyLosses() measures of each loss what follows from its formula", () => {
  const member = (loss: string) => study.members.find((one) => one.loss === loss)!;
  for (const { loss, binary_deviation, at_truth } of study.members) {
    assertAlmostEquals(at_truth, 0, 1e-12, loss);
    // Dice is 2 J / (1 + J), off J by (1 - J) J / (1 + J): at most 3 - 2 sqrt(2).
    if (loss.startsWith("dice")) assertLess(binary_deviation!, 3 - 2 * Math.SQRT2 + 1e-12);
    if (/^(iou|lovasz)/.test(loss)) assertAlmostEquals(binary_deviation!, 0, 1e-12, loss);
    if (!/entropy|ce-iou/.test(loss)) assert(member(loss).background_change < 1e-12, loss);
  }
  assertEquals(member("iou-foreground").wrong_moves, 0);
  assertEquals(member("cross-entropy").wrong_moves, 0);
  // A share of foreground p = 0.9 gives 2 p > p^4 + 1: more than 1.
  assertLess(member("iou-power-foreground:4").range[0], 0);
  // Where F > 1 the derivative by B is (1 - F) / (1 + B)^2.
  assert(member("ce-iou-foreground").wrong_moves > 0);
});

Deno.test("studyLosses() draws the surfaces of the closed forms", () => {
  const { shares, predictions, losses } = study.surfaces;
  const surface = (loss: string) => losses.find((one) => one.loss === loss)!;
  shares.forEach((f, i) =>
    predictions.forEach((q, j) => {
      const union = f + q * (1 - f);
      const iou = surface("iou-foreground");
      assertAlmostEquals(iou.value[i]![j]!, 1 - q * f / union, 1e-5);
      assertAlmostEquals(iou.foreground[i]![j]!, f / union, 1e-5);
      assertAlmostEquals(iou.background[i]![j]!, (1 - f) * q * f / union ** 2, 1e-5);
      const plain = surface("cross-entropy");
      assertAlmostEquals(plain.foreground[i]![j]! * q, f, 1e-5);
      assertAlmostEquals(plain.background[i]![j]! * (1 - q), 1 - f, 1e-5);
      assertAlmostEquals(surface("balanced-cross-entropy").foreground[i]![j]! * q, 0.5, 1e-5);
    })
  );
});

Deno.test("studyFailures() says which statement does not hold, and by how much", () => {
  const rows: LossStudy["rows"] = [
    {
      ...{ id: "9.1", text: "Two is three.", how: "Counted.", cases: 2, found: 1, holds: false },
      limit: { at: "most", value: 0.5 },
    },
    { ...study.rows[0]! },
  ];
  assertEquals(studyFailures({ rows }), [
    'Statement 9.1 does not hold: "Two is three." (2 cases, 1 found, at most 0.5 expected)',
  ]);
});
