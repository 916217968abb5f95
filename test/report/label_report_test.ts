import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { LabelledFolder } from "../../src/data/mod.ts";
import { cutSlices, renderLabelReport } from "../../src/report/mod.ts";
import { createVolume } from "../../src/volume/mod.ts";
import { HOSTILE, poison } from "./_hostile.ts";

const ORGANS = ["lungs", "bone"] as const;

function fixture(): LabelledFolder {
  return {
    schema: "ct-organ-webgpu/labels@1",
    command: "deno task label <cts> out",
    adapter: "a <GPU>",
    versions: { deno: "2.9.6" },
    cases: {
      seven: {
        ...{ file: "seven.nii.gz", ml: { lungs: 0, bone: 123.45 }, seconds: 1.234 },
        ...{ sha256: "ab", key: "cd" },
      },
    },
    failures: [{ name: "eight", error: "Cannot read it" }],
  };
}

Deno.test("renderLabelReport() shows volumes, what is not in view, what failed, and slices", async () => {
  const ct = createVolume(new Int16Array(24).fill(100), { dims: [2, 3, 4], spacing: [4, 4, 4] });
  const labels = createVolume(new Uint8Array(24).fill(5), ct);
  const slices = await cutSlices({ case: "seven", ct, prediction: labels, organs: ORGANS });
  const html = await renderLabelReport(fixture(), ORGANS, [{ name: "seven", slices }]);
  assertStringIncludes(html, "Adapter: a &lt;GPU&gt;.");
  assertStringIncludes(html, "1 CT labelled.");
  assertStringIncludes(html, "<strong>Case eight: Cannot read it.</strong>");
  assertMatch(
    html,
    /<th scope="row">seven<\/th>\s*<td>not in view<\/td>\s*<td>123<\/td>\s*<td>1.23<\/td>\s*<td>seven.nii.gz/,
  );
  assertEquals(html.match(/<div class="slice">/g)?.length, 3);
  assert(!/(src|href)="http/.test(html));
});

Deno.test("renderLabelReport() leaves out what there is nothing of", async () => {
  const html = await renderLabelReport({ ...fixture(), cases: {}, failures: [] }, ORGANS, []);
  assertStringIncludes(html, "0 CTs labelled.");
  for (const title of ["Cases", "Slices"]) assert(!html.includes(`<h2>${title}</h2>`), title);
});

Deno.test("renderLabelReport() escapes every text", async () => {
  const texts = new Set<string>();
  const html = await renderLabelReport(poison(fixture(), texts), ORGANS, []);
  assert(texts.has("Cannot read it"));
  assert(!html.includes(HOSTILE) && !html.includes("<script>globalThis") && !html.includes("<img"));
});
