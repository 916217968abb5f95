import { assertAlmostEquals, assertEquals } from "@std/assert";
import { labelColumns } from "../../src/report/_labels.ts";
import { renderReproduceReport } from "../../src/report/mod.ts";
import { reproduceFixture } from "./_fixtures.ts";

Deno.test("labelColumns() leaves absent organs out of mean and SD", () => {
  const score = (number: number, organ: "lungs" | "bone", dice?: number) => ({
    ...{ case: number, organ, variant: "paper" },
    ...dice !== undefined && { dice },
  });
  const [lungs, bone] = labelColumns([
    score(0, "lungs", 0.9),
    score(0, "bone", 0),
    score(1, "lungs"),
    score(1, "bone"),
    score(2, "lungs", 0.7),
  ]);
  assertEquals([lungs!.organ, lungs!.n, bone!.organ, bone!.n], ["lungs", 2, "bone", 1]);
  assertAlmostEquals(lungs!.mean!, 0.8);
  // Deviations of 0.1 twice over n - 1 = 1.
  assertAlmostEquals(lungs!.sd!, Math.sqrt(0.02));
  // A missed organ counts as 0, and one case has no spread.
  assertEquals([bone!.mean, "sd" in bone!], [0, false]);
});

Deno.test("labelColumns() keeps variants of the rules apart", () => {
  const columns = labelColumns([
    { case: 0, organ: "lungs", variant: "paper", dice: 0.1 },
    { case: 0, organ: "lungs", variant: "robust", dice: 0.9 },
  ]);
  assertEquals(columns.map(({ variant, mean }) => [variant, mean]), [["paper", 0.1], [
    "robust",
    0.9,
  ]]);
});

Deno.test("renderReproduceReport() shows an organ that no case has as a dash, not as a number", async () => {
  const { transfer: _, manifest, ...rest } = reproduceFixture();
  const page = await renderReproduceReport({
    ...rest,
    manifest: { ...manifest, stages: [] },
    ...{ arms: [], comparisons: [] },
    labels: [{ case: 5, organ: "brain", variant: "paper" }],
  });
  const rows = [...page.matchAll(/<tr><th scope="row">([^<]*)<\/th><td class="number">([^<]*)</g)]
    .map(([, head, cell]) => [head, cell]);
  assertEquals(rows, [["5", "–"], ["Mean", "–"], ["SD", "–"], ["Cases counted", "0"]]);
});
