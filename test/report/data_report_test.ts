import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { cutSlices, renderDataReport } from "../../src/report/mod.ts";
import { createVolume } from "../../src/volume/mod.ts";
import { dataFixture } from "./_data_fixture.ts";
import { HOSTILE, poison } from "./_hostile.ts";

Deno.test("renderDataReport() names bad and odd cases, and shows organs, cases and slices", async () => {
  const ct = createVolume(new Int16Array(24).fill(100), { dims: [2, 3, 4], spacing: [4, 4, 4] });
  const labels = createVolume(new Uint8Array(24).fill(1), ct);
  const slices = await cutSlices({ case: 1, ct, prediction: labels, organs: ["liver"] });
  const html = await renderDataReport(dataFixture(), [{ name: "one", slices }]);
  assertStringIncludes(html, "Data check of a &lt;folder&gt;");
  assertStringIncludes(html, "3 cases in the layout of nnU-Net; licence: CC BY 4.0.");
  assertStringIncludes(html, "2 cases cannot be used: three and two.");
  assertStringIncludes(html, "1 case can be used and is odd: one.");
  assertStringIncludes(html, "count as background: spleen.");
  assertMatch(html, /<th scope="row">three<\/th>\s*<td>labelsTr\/three.nii.gz is missing<\/td>/);
  assertMatch(html, /<th scope="row">one<\/th>\s*<td>Identity affine. No air. <\/td>/);
  assertMatch(
    html,
    /<th scope="row">liver<\/th>\s*<td>1<\/td>\s*(<td>1235<\/td>\s*){3}<td>unknown 1/,
  );
  assertMatch(html, /<td>10 x 20 x 30<\/td>\s*<td>0.75 x 0.75 x 5<\/td>\s*<td>LPS<\/td>/);
  assertMatch(html, /<td>-1024 to 1500<\/td>\s*<td>1235<\/td>/);
  assertEquals(html.match(/<div class="slice">/g)?.length, 3);
  assertStringIncludes(html, "<h3>Case one</h3>");
  assertStringIncludes(html, "check-data &lt;data&gt;");
  assert(!/(src|href)="http/.test(html));
});

Deno.test("renderDataReport() leaves out what there is nothing of", async () => {
  const { licence: _, ...rest } = dataFixture();
  const html = await renderDataReport(
    { ...rest, cases: [], incomplete: [], organs: [], notes: [] },
    [],
  );
  assertStringIncludes(html, "0 cases in the layout of nnU-Net; the folder names no licence.");
  assertStringIncludes(html, "Every case can be used.");
  for (const title of ["Organs", "Cases", "Slices", "What is wrong"]) {
    assert(!html.includes(`<h2>${title}</h2>`), title);
  }
});

Deno.test("renderDataReport() escapes every text", async () => {
  const texts = new Set<string>();
  const html = await renderDataReport(poison(dataFixture(), texts), []);
  assert(texts.has("labelsTr/three.nii.gz is missing"));
  assert(!html.includes(HOSTILE) && !html.includes("<script>globalThis") && !html.includes("<img"));
});
