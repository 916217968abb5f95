import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { colourOf } from "../../src/report/_heat_map.ts";
import { place, ticksOf } from "../../src/report/_plot_axis.ts";
import { renderLossReport } from "../../src/report/mod.ts";
import { lossFixture } from "./_fixtures.ts";
import { HOSTILE, poison } from "./_hostile.ts";

Deno.test("colourOf() runs from dark to bright, clamps, and has a grey for what is negative", () => {
  const scale = { min: 0.01, max: 100, log: true };
  assertEquals([...colourOf(0.01, scale)], [68, 1, 84]);
  assertEquals([...colourOf(0, scale)], [68, 1, 84]);
  assertEquals([...colourOf(1e9, scale)], [253, 231, 37]);
  // In the middle of the decades.
  assertEquals([...colourOf(1, scale)], [33, 145, 140]);
  assertEquals([...colourOf(-1, scale)], [158, 158, 158]);
});

Deno.test("place() and ticksOf() know linear and logarithmic axes", () => {
  const log = { min: 0.1, max: 1000, log: true };
  assertEquals([0.1, 10, 1000].map((value) => Math.round(1e6 * place(value, log)) / 1e6), [
    0,
    0.5,
    1,
  ]);
  assertEquals(place(3, { min: 2, max: 6, log: false }), 0.25);
  assertEquals(ticksOf(log), [0.1, 1, 10, 100, 1000]);
  assertEquals(ticksOf({ min: 1, max: 64, log: true }), [1, 2, 5, 10, 20, 50]);
  assertEquals(ticksOf({ min: 0, max: 1, log: false }).map((t) => Number(t.toFixed(6))), [
    0,
    0.2,
    0.4,
    0.6,
    0.8,
    1,
  ]);
});

Deno.test("renderLossReport() shows each statement, what does not hold, and the command", async () => {
  const result = lossFixture();
  const page = await renderLossReport(result);
  for (const { id, text, how, note } of result.study.rows) {
    for (const part of [id, text, how, note ?? ""]) assertStringIncludes(page, part);
  }
  assertStringIncludes(page, "✗ does not hold");
  assertStringIncludes(page, "2 statements on the losses, checked in 2 parts on 30 cases: 2.1 do");
  const shown = page.replaceAll(/<[^>]+>/g, "");
  assertStringIncludes(shown, "smallest difference 0.250, at least 0.500");
  assertStringIncludes(page, result.command);
  assertMatch(page, /data:image\/png;base64,/);
});

Deno.test("renderLossReport() escapes all texts", async () => {
  const texts = new Set<string>();
  const page = await renderLossReport(poison(lossFixture(), texts));
  assertEquals(page.includes(HOSTILE), false);
  assertEquals(texts.size > 10, true);
});
