import { assertEquals, assertThrows } from "@std/assert";
import {
  checkHello,
  checkLoaded,
  checkMethods,
  checkOutput,
  checkSample,
  parseReply,
} from "../../bench/protocol.ts";

Deno.test("parseReply() reads one JSON object", () => {
  assertEquals(parseReply('{"ok":true,"ms":1.5}'), { ok: true, ms: 1.5 });
});

for (const line of ["", "hello", "1", "null", "[true]", '{"ms":1}', '{"ok":']) {
  Deno.test(`parseReply() refuses ${JSON.stringify(line)}`, () => {
    assertThrows(() => parseReply(line), SyntaxError, "it wrote a line that is no reply");
  });
}

Deno.test("parseReply() refuses an ok that is neither true nor false, and quotes little", () => {
  const line = `{"ok":"yes","noise":"${"x".repeat(1000)}"}`;
  const error = assertThrows(() => parseReply(line), SyntaxError, "does not say whether it is ok");
  assertEquals(error.message.length < 200, true);
});

Deno.test("checkSample() takes positive wall times only", () => {
  assertEquals(checkSample({ ok: true, ms: 2 }), { ms: 2 });
  assertEquals(checkSample({ ok: true, ms: 2, kernel_ms: 0 }), { ms: 2, kernel_ms: 0 });
  for (const ms of [0, -1, NaN, "2", undefined]) {
    assertThrows(() => checkSample({ ms }), SyntaxError, 'no valid "ms"');
  }
  assertThrows(() => checkSample({ ms: 1, kernel_ms: null }), SyntaxError, 'no valid "kernel_ms"');
});

Deno.test("checkHello() wants a whole adapter or none", () => {
  const hello = { implementation: "x", version: "1" };
  assertEquals(checkHello({ ok: true, ...hello }), hello);
  const adapter = { description: "A", vendor: "B", software: false, driver: "C 1" };
  assertEquals(checkHello({ ...hello, adapter }), { ...hello, adapter });
  const { software: _, ...partial } = adapter;
  assertThrows(() => checkHello({ ...hello, adapter: partial }), SyntaxError, "adapter.software");
  assertThrows(() => checkHello({ ...hello, adapter: null }), SyntaxError, "adapter.software");
});

Deno.test("checkOutput() knows the element types and whole lengths", () => {
  assertEquals(checkOutput({ dtype: "uint8", length: 0 }), { dtype: "uint8", length: 0 });
  assertThrows(() => checkOutput({ dtype: "toString", length: 1 }), SyntaxError, '"dtype"');
  assertThrows(() => checkOutput({ dtype: "uint8", length: 1.5 }), SyntaxError, '"length"');
});

Deno.test("checkLoaded() refuses a missing time", () => {
  assertThrows(() => checkLoaded({}), SyntaxError, 'no valid "first_call_ms"');
});

Deno.test("checkMethods() wants known methods, radii and times", () => {
  const time = { method: "fft", radius: 8, ms: 20 } as const;
  assertEquals(checkMethods({ methods: [{ ...time, auto: true }, { ...time, more: 1 }] }), [
    { ...time, auto: true },
    time,
  ]);
  assertThrows(() => checkMethods({}), SyntaxError, "methods");
  assertThrows(
    () => checkMethods({ methods: [{ ...time, method: "mean" }] }),
    SyntaxError,
    "method",
  );
  assertThrows(() => checkMethods({ methods: [{ ...time, ms: -1 }] }), SyntaxError, "ms");
});
