import { assertEquals } from "@std/assert";
import { type Pair, pairs } from "../../bench/mod.ts";
import { readFiles } from "./_files.ts";

/** Kernel files that need no pair: the self-test holds their expected values itself. */
const UNPAIRED = /^src\/gpu\/self_check\w*\.wgsl belongs/;

/** One line for each kernel file without a pair and each listed file that does not exist. */
function faults(
  files: Iterable<string>,
  listed: readonly Pick<Pair, "name" | "kernels" | "fast">[],
): string[] {
  const there = new Set(files);
  const all = listed.map(({ name, kernels, fast }) => ({
    name,
    kernels: [...kernels, ...fast?.kernels ?? []],
  }));
  const paired = new Set(all.flatMap(({ kernels }) => kernels));
  return [
    ...[...there].filter((file) => !paired.has(file)).map((file) => `${file} belongs to no pair`),
    ...all.flatMap(({ name, kernels }) =>
      kernels.filter((file) => !there.has(file)).map((file) =>
        `${name} lists ${file}: no such file`
      )
    ),
  ];
}

Deno.test("a kernel file without a pair and a listed file that does not exist are faults", () => {
  const listed = [{ name: "a/b" as const, kernels: ["src/a/b.wgsl", "src/a/gone.wgsl"] }];
  assertEquals(faults(["src/a/b.wgsl", "src/a/new.wgsl.ts"], listed), [
    "src/a/new.wgsl.ts belongs to no pair",
    "a/b lists src/a/gone.wgsl: no such file",
  ]);
});

Deno.test("every kernel file of src belongs to a pair, and every pair's files exist", async () => {
  // The benchmark's own shaders measure the adapter and prove nothing of the product: they may have a pair, but need none.
  const files = await readFiles(["src", "bench"], /\.wgsl(\.ts)?$/);
  const found = faults(files.keys(), pairs).filter((line) => !/^bench\S+ belongs/.test(line));
  assertEquals(found.filter((line) => !UNPAIRED.test(line)), []);
});
