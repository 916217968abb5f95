import { assertEquals } from "@std/assert";
import { tally } from "../_tally.ts";

const OUTPUT = `running 3 tests from ./test/a_test.ts
skip: draws: no chromium
one ... \x1b[32mok\x1b[0m (1ms)

\x1b[32mok\x1b[0m | 12 passed (3 steps) | 0 failed | 1 ignored (1s)
`;

Deno.test("tally() reads counts and skips through colours", () => {
  assertEquals(tally(OUTPUT, true), {
    passed: 12,
    failed: 0,
    ignored: 1,
    skips: ["draws: no chromium"],
  });
});

Deno.test("tally() reads failures", () => {
  assertEquals(tally("FAILED | 5 passed | 2 failed (1s)\r\n", false).failed, 2);
});

Deno.test("tally() counts a failure where deno test ended badly without saying one", () => {
  assertEquals(tally("", false), { passed: 0, failed: 1, ignored: 0, skips: [] });
  assertEquals(tally(OUTPUT, false).failed, 1);
});
