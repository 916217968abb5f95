import { assertEquals, assertStringIncludes } from "@std/assert";
import { renderEvaluateReport } from "../../src/report/mod.ts";
import { evaluateFixture } from "./_fixtures.ts";
import { HOSTILE, poison } from "./_hostile.ts";

Deno.test("renderEvaluateReport() shows organs, cases, what failed, and the command", async () => {
  const result = evaluateFixture();
  const page = await renderEvaluateReport(result);
  const shown = page.replaceAll(/<[^>]+>/g, "");
  for (
    const part of [
      "2 cases scored.",
      "Cannot score case &quot;labels-9&quot;: it has no prediction.",
      "Without a truth, not scored: stray.",
      "0.800 ± 0.141 (0.700 – 0.900), n 2",
      "within 2.50 mm",
      "labels-2",
      result.command,
    ]
  ) assertStringIncludes(shown, part);
  assertStringIncludes(page, '<canvas id="organs"');
});

Deno.test("renderEvaluateReport() of no case shows what failed alone", async () => {
  const page = await renderEvaluateReport({ ...evaluateFixture(), organs: [], rows: [] });
  assertStringIncludes(page, "0 cases scored.");
  assertEquals(page.includes("<canvas"), false);
});

Deno.test("renderEvaluateReport() escapes all texts", async () => {
  const texts = new Set<string>();
  const page = await renderEvaluateReport(poison(evaluateFixture(), texts));
  assertEquals(page.includes(HOSTILE), false);
  assertEquals(texts.size > 8, true);
});
