import { assertEquals, assertThrows } from "@std/assert";
import { failFor } from "../../src/cli/failures.ts";

Deno.test("failFor() throws the first failure after it printed the others", () => {
  const lines: string[] = [];
  const fail = (...failures: string[]) => () => failFor(failures, (line) => lines.push(line));
  fail()();
  assertEquals(assertThrows(fail("Cannot a"), Error).message, "Cannot a");
  assertEquals(lines, []);
  const error = assertThrows(fail("Cannot a", "Cannot b", "Cannot c"), Error);
  assertEquals(error.message, "Cannot a (and 2 more, above)");
  assertEquals(lines, ["Cannot b", "Cannot c"]);
});
