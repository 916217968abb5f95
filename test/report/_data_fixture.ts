import type { DataCheckResult } from "../../src/report/mod.ts";

/** A check of a folder with a good case, a bad one, and one without labels. */
export function dataFixture(): DataCheckResult {
  return {
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
}
