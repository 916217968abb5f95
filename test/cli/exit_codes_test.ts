import { assertEquals } from "@std/assert";
import { describeFailure, RegressionError, UsageError } from "../../src/cli/exit_codes.ts";
import { NoAdapterError } from "../../src/gpu/mod.ts";

Deno.test("describeFailure() gives each kind of error its exit code", () => {
  const cases: [unknown, boolean, number][] = [
    [new Error("x"), false, 1],
    [new RangeError("x"), false, 1],
    ["x", false, 1],
    [new UsageError("x"), false, 2],
    [new NoAdapterError("x"), false, 3],
    [new RegressionError("x"), false, 4],
    [new DOMException("x", "AbortError"), true, 130],
  ];
  for (const [error, interrupted, code] of cases) {
    assertEquals(describeFailure(error, interrupted).code, code);
  }
});

Deno.test("describeFailure() says one line", () => {
  assertEquals(describeFailure(new Error("Cannot a\nat b"), false).message, "Cannot a");
  assertEquals(describeFailure(new TypeError(""), false).message, "TypeError");
});
