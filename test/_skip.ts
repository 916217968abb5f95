/**
 * Declares a test that cannot run on every machine. Where it cannot, one line says so, and the test run lists it at its end.
 *
 * @param name The test's name.
 * @param reason Why it cannot run here and how to mend that; undefined where it can.
 * @param fn The test.
 *
 * @example
 * ```ts
 * testUnless("report opens in a browser", chromium ? undefined : "no chromium; apt-get install chromium", fn);
 * ```
 */
export function testUnless(
  name: string,
  reason: string | undefined,
  fn: (t: Deno.TestContext) => void | Promise<void>,
): void {
  if (reason !== undefined) console.log(`skip: ${name}: ${reason}`);
  Deno.test({ name, ignore: reason !== undefined, fn });
}
