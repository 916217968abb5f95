import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { cutSlices, type DataCheckResult, renderDataReport } from "../../src/report/mod.ts";
import { createVolume } from "../../src/volume/mod.ts";

const RESULT: DataCheckResult = {
  schema: "ct-organ-webgpu/data-check@1",
  command: "deno task check-data <data>",
  versions: { deno: "2.9.6" },
  name: "a <folder>",
  layout: "nnU-Net",
  licence: "CC BY 4.0",
  notes: ["Labels that are no organ here count as background: spleen"],
  cases: [
    {
      ...{ number: 1, name: "one", faults: [], warnings: ["Identity affine", "No air"] },
      ct: {
        ...{ dims: [10, 20, 30], spacing: [0.75, 0.75, 5], orientation: "LPS" },
        ...{ range: [-1024, 1500.4], sha256: "ab" },
      },
      organs: [{ organ: "liver", voxels: 3, ml: 1234.5 }],
      origins: { liver: "unknown" },
    },
    {
      ...{ number: 2, name: "two", faults: ["Cannot read it"], warnings: [] },
      ...{ organs: [], origins: {} },
    },
  ],
  incomplete: [{ name: "three", why: "labelsTr/three.nii.gz is missing" }],
  organs: [{
    ...{ organ: "liver", cases: 1, origins: { unknown: 1 } },
    ml: { least: 1234.5, median: 1234.5, most: 1234.5 },
  }],
};

Deno.test("renderDataReport() names bad and odd cases, and shows organs, cases and slices", async () => {
  const ct = createVolume(new Int16Array(24).fill(100), { dims: [2, 3, 4], spacing: [4, 4, 4] });
  const labels = createVolume(new Uint8Array(24).fill(1), ct);
  const slices = await cutSlices({ case: 1, ct, prediction: labels, organs: ["liver"] });
  const html = await renderDataReport(RESULT, [{ name: "one", slices }]);
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
  const { licence: _, ...rest } = RESULT;
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
