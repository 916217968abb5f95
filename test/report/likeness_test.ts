import { assertFalse, assertStringIncludes } from "@std/assert";
import { HU_BINS, type Likeness } from "../../src/data/mod.ts";
import { renderReproduceReport } from "../../src/report/mod.ts";
import { bodyText } from "./_text.ts";
import { reproduceFixture } from "./_fixtures.ts";

/** Shares of some bins. */
function histogram(shares: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: HU_BINS.count }, (_, bin) => shares[bin] ?? 0);
}

const PHANTOMS: Likeness = {
  cases: 3,
  // Bin 51 is from 0 to 20 HU, bin 56 from 100 to 120.
  histograms: { liver: histogram({ 51: 0.5, 56: 0.5 }), bladder: histogram({ 51: 1 }) },
  noise: { spacing: 3, power: new Array(8).fill(2304) },
};
const REAL = { name: "a CT", cases: 1, histograms: { liver: histogram({ 52: 1 }) } };

Deno.test("renderReproduceReport() puts phantoms beside a real CT in numbers and curves", async () => {
  const likeness = { phantoms: PHANTOMS, real: REAL };
  const html = await renderReproduceReport({ ...reproduceFixture(), likeness });
  const text = bodyText(html);
  assertStringIncludes(text, "3 phantoms for testing, and one real CT at 3 mm: a CT, whose");
  // Means of 10 and 110 HU, 50 from both; one bin has no deviation.
  assertStringIncludes(text, "liver 60 50 30 0 bladder 10 0 – – HU of liver");
  assertStringIncludes(text, "HU of bladder");
  assertFalse(text.includes("HU of bone"));
  // 2304 HU² mm² over rings of 2 pi k / 48² a mm², k from 1 to 8: 2304 * 2 pi * 36 / 2304, and the root of it.
  assertStringIncludes(text, "highest frequency shown: 15.0 HU (phantoms).");
});

Deno.test("renderReproduceReport() draws no noise where none was measured", async () => {
  const { noise: _, ...phantoms } = PHANTOMS;
  const likeness = { phantoms, real: REAL };
  const html = await renderReproduceReport({ ...reproduceFixture(), likeness });
  assertFalse(bodyText(html).includes("Noise in the liver"));
});
