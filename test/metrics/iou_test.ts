import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { dice, iou } from "../../src/metrics/mod.ts";

Deno.test("iou() is the overlap over the union", () => {
  const a = Uint8Array.of(1, 1, 1, 0, 2, 2);
  const b = Uint8Array.of(1, 0, 1, 1, 0, 2);
  assertEquals(iou(a, b, 1), 2 / 4);
  assertEquals(iou(a, b, 2), 1 / 2);
  assertEquals(iou(a, b, 0), 0);
});

Deno.test("iou() is undefined when the label is in neither volume and 0 when it is in one", () => {
  const none = new Uint8Array(4);
  const some = Uint8Array.of(0, 3, 0, 0);
  assertEquals(iou(none, none, 3), undefined);
  assertEquals(iou(none, some, 3), 0);
  assertEquals(iou(some, none, 3), 0);
});

Deno.test("iou() J and dice() D satisfy D = 2 J / (1 + J)", () => {
  const labels = fc.uint8Array({ min: 0, max: 2, minLength: 1, maxLength: 40 });
  fc.assert(fc.property(labels, fc.infiniteStream(fc.nat(2)), (a, stream) => {
    const b = Uint8Array.from(a, () => stream.next().value);
    for (const value of [0, 1, 2]) {
      const j = iou(a, b, value);
      const d = dice(a, b, value);
      if (j === undefined || d === undefined) assertEquals(j, d);
      else assertAlmostEquals(d, 2 * j / (1 + j), 1e-12);
    }
  }));
});

Deno.test("iou() throws when the volumes differ in length", () => {
  assertThrows(() => iou(new Uint8Array(3), new Uint8Array(4), 1), TypeError, "Cannot compute IOU");
});
