import { assertEquals, assertStringIncludes } from "@std/assert";
import { ctOrgOrigins, whyNoTruth } from "../../src/data/mod.ts";
import { originNotes } from "../../src/data/provenance.ts";

Deno.test("whyNoTruth() refuses lungs and bone of CT-ORG's training cases, and nothing else of it", () => {
  const refused = (number: number) =>
    (["liver", "bladder", "lungs", "kidneys", "bone", "brain"] as const).filter((organ) =>
      whyNoTruth(ctOrgOrigins(number), organ) !== undefined
    );
  assertEquals([0, 20, 21, 139].map(refused), [[], [], ["lungs", "bone"], ["lungs", "bone"]]);
  assertStringIncludes(whyNoTruth(ctOrgOrigins(25), "lungs")!, "the paper's own rules");
});

Deno.test("whyNoTruth() refuses organs that the labels do not hold", () => {
  assertEquals(whyNoTruth({ liver: "manual" }, "kidneys"), "its labels hold no kidneys");
  assertEquals(whyNoTruth({ liver: "unknown", bone: "model" }, "bone"), undefined);
});

Deno.test("originNotes() counts labels by the rules, and names what is not held", () => {
  const cases = [19, 20, 21].map((number) => ({ origins: ctOrgOrigins(number) }));
  assertEquals(
    originNotes(cases),
    ["lungs", "bone"].map((organ) =>
      `The labels of ${organ} in 1 of 3 cases were made by the paper's own rules (unsupervised)`
    ),
  );
  assertEquals(originNotes([{ origins: { liver: "manual", bone: "manual", lungs: "manual" } }]), [
    "The labels hold no bladder, no kidneys: they count as background",
  ]);
});
