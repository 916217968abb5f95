import { assertEquals, assertGreater } from "@std/assert";
import { pairs } from "../../bench/mod.ts";

const STORED = ["reports/sample/result.json", "bench/baselines/software-llvmpipe.json"];

/** The kernels that a stored result names, wherever it does. */
function kernelsOf(value: unknown): Set<string> {
  if (typeof value !== "object" || value === null) return new Set();
  const own = "kernel" in value && typeof value.kernel === "string" ? [value.kernel] : [];
  return new Set([...own, ...Object.values(value).flatMap((part) => [...kernelsOf(part)])]);
}

for (const file of STORED) {
  Deno.test(`every kernel that ${file} names is a pair of the registry`, async () => {
    const text = await Deno.readTextFile(new URL(`../../${file}`, import.meta.url));
    const found = kernelsOf(JSON.parse(text));
    assertGreater(found.size, 0);
    const known = new Set<string>(pairs.map(({ name }) => name));
    assertEquals([...found].filter((name) => !known.has(name)), []);
  });
}
