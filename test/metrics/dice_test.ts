import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { dice } from "../../src/metrics/mod.ts";

Deno.test("dice() is twice the overlap over the sum of sizes", () => {
  const a = Uint8Array.of(1, 1, 1, 0, 2, 2);
  const b = Uint8Array.of(1, 0, 1, 1, 0, 2);
  assertEquals(dice(a, b, 1), 4 / 6);
  assertEquals(dice(a, b, 2), 2 / 3);
  assertEquals(dice(a, b, 0), 0);
});

Deno.test("dice() is undefined when the label is in neither volume and 0 when it is in one", () => {
  const none = new Uint8Array(4);
  const some = Uint8Array.of(0, 3, 0, 0);
  assertEquals(dice(none, none, 3), undefined);
  assertEquals(dice(none, some, 3), 0);
  assertEquals(dice(some, none, 3), 0);
});

Deno.test("dice() is 1 for equal volumes, symmetric, and falls with every voxel that differs", () => {
  const labels = fc.uint8Array({ min: 0, max: 2, minLength: 2, maxLength: 40 });
  fc.assert(fc.property(labels, fc.infiniteStream(fc.nat(2)), (a, stream) => {
    const b = Uint8Array.from(a, () => stream.next().value);
    for (const value of [0, 1, 2]) {
      assertEquals(dice(a, a, value), a.includes(value) ? 1 : undefined);
      assertEquals(dice(a, b, value), dice(b, a, value));
      // Independent form: 1 - |A xor B| / (|A| + |B|).
      const differ = a.filter((v, i) => (v === value) !== (b[i] === value)).length;
      const total = [...a, ...b].filter((v) => v === value).length;
      if (total > 0) assertAlmostEquals(dice(a, b, value)!, 1 - differ / total, 1e-12);
    }
  }));
});

Deno.test("dice() throws when the volumes differ in length or the value is no label", () => {
  assertThrows(() => dice(new Uint8Array(3), new Uint8Array(4), 1), TypeError, "found 3 and 4");
  assertThrows(() => dice(new Uint8Array(3), new Uint8Array(3), 256), RangeError, "found 256");
  assertThrows(() => dice(new Uint8Array(3), new Uint8Array(3), 1.5), RangeError, "found 1.5");
});
