import { assertEquals, assertThrows } from "@std/assert";
import {
  cohort,
  type CohortSplit,
  PHANTOM_VERSION,
  phantomScene,
  splitOf,
} from "../../src/data/mod.ts";

Deno.test("cohort() shares no patient between train, validation and test", () => {
  const counts = { test: 21, train: 9979, validation: 10_000 };
  const all = Object.entries(counts).flatMap(([split, count]) =>
    cohort({ split: split as CohortSplit, seed: 1, count })
  );
  assertEquals(new Set(all.map(({ index }) => index)).size, 20_000);
  for (const [split, count] of Object.entries(counts)) {
    for (const { index } of cohort({ split: split as CohortSplit, seed: 1, count })) {
      assertEquals(splitOf(index), split);
    }
  }
  assertThrows(() => splitOf(20_000), RangeError, "phantom 20000");
});

Deno.test("cohort() gives the same first patients for a larger count, and all fields of view", () => {
  const few = cohort({ split: "test", seed: 1, count: 20 });
  assertEquals(cohort({ split: "test", seed: 1, count: 21 }).slice(0, 20), few);
  const many = cohort({ split: "train", seed: 1, count: 200 });
  assertEquals(
    [...new Set(many.map(({ fieldOfView }) => fieldOfView))].sort(),
    ["abdomen", "chest", "trunk"],
  );
  assertEquals(
    [...new Set(many.map(({ orientation }) => orientation))].sort(),
    ["LAS", "LPS", "RAS"],
  );
});

Deno.test("cohort() refuses counts that a split does not have", () => {
  for (const [split, count] of [["test", 0], ["test", 22], ["validation", 1.5]] as const) {
    assertThrows(() => cohort({ split, seed: 1, count }), RangeError, `${count} ${split} phantoms`);
  }
});

Deno.test("cohort() has the test cases of this version of the generator: a change raises PHANTOM_VERSION", async () => {
  // Figures of two versions are not to be compared. Version 1 was frozen before any network was tuned on it.
  const hashes = new Map([[1, "3da02216e92c5456c291270a8a22a9239249c1f437550b108ccbef7e94326029"]]);
  const bytes: Uint8Array<ArrayBuffer>[] = [];
  for (const patient of cohort({ split: "test", seed: 1, count: 21 })) {
    const { scanner, ...arrays } = phantomScene(patient);
    const numbers = [scanner.blur, scanner.noise, ...scanner.reach, scanner.key.stream];
    const text = `${patient.fieldOfView} ${patient.orientation} ${numbers.join(" ")}`;
    bytes.push(new TextEncoder().encode(text));
    for (const array of Object.values(arrays)) bytes.push(new Uint8Array(array.buffer));
  }
  const digest = await crypto.subtle.digest("SHA-256", await new Blob(bytes).arrayBuffer());
  assertEquals(new Uint8Array(digest).toHex(), hashes.get(PHANTOM_VERSION));
});
