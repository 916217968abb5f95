import { assertEquals, assertStrictEquals } from "@std/assert";
import { memo } from "../../src/gpu/mod.ts";

Deno.test("memo() makes a result once for equal arguments, plain objects among them", () => {
  const seen: string[] = [];
  const made = memo((name: string, { size }: { readonly size: number }) => {
    seen.push(name);
    return { size };
  });
  const first = made("a", { size: 1 });
  assertStrictEquals(made("a", { size: 1 }), first);
  assertEquals([made("a", { size: 2 }).size, made("b", { size: 1 }).size], [2, 1]);
  assertEquals(seen, ["a", "a", "b"]);
});

Deno.test("memo() tells arguments apart that read alike when joined", () => {
  const made = memo((...key: readonly (string | number)[]) => key);
  const keys = [["1,2"], ["1", "2"], [1, 2], ["1", 2]];
  assertEquals(keys.map((key) => made(...key)), keys);
});
