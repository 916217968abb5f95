import { assertEquals } from "@std/assert";
import { readFiles } from "./_files.ts";
import { breaches, importsOf } from "./_imports.ts";

/** What is wrong with a made-up house. */
function found(files: Record<string, string>): string[] {
  return breaches(Object.entries(files).flatMap(([path, source]) => importsOf(path, source)));
}

Deno.test("importsOf() finds every form of import, one or many lines", () => {
  const source = `import a from "./a.ts";
import {
  b,
  type C,
} from "../room/mod.ts";
import "./bare.ts";
export * from "./all.ts";
export { d } from "@std/path";
import text from "./k.wgsl" with { type: "text" };
const e = await import("./late.ts");
`;
  assertEquals(importsOf("src/x/y.ts", source).map(({ to }) => to), [
    "src/x/a.ts",
    "src/room/mod.ts",
    "src/x/all.ts",
    "@std/path",
    "src/x/k.wgsl",
    "src/x/bare.ts",
    "src/x/late.ts",
  ]);
});

Deno.test("importsOf() leaves out types, comments and examples", () => {
  const source = `import type { A } from "../a/mod.ts";
import { type B, type C } from "../b/mod.ts";
export type { D } from "../d/mod.ts";
/**
 * import { x } from "../x/mod.ts";
 * await import("../x/mod.ts");
 */
// import { y } from "../y/mod.ts";
`;
  assertEquals(importsOf("src/x/y.ts", source), []);
});

Deno.test("breaches() allows the way down, the same floor and the same room", () => {
  assertEquals(
    found({
      "src/cli/a.ts": `import { x } from "../labels/mod.ts";\nimport { y } from "./b.ts";`,
      "src/data/a.ts": `import { x } from "../labels/mod.ts";`,
      "src/labels/a.ts": `import type { x } from "../cli/command.ts";`,
      "src/reproduce/a.ts": `import { x } from "../../bench/mod.ts";`,
      "bench/pairs/a.ts": `import { x } from "../../reference/a.ts";`,
      "reference/a.ts": `import { x } from "../src/volume/mod.ts";`,
    }),
    [],
  );
});

Deno.test("breaches() names an import that runs upward", () => {
  assertEquals(found({ "src/gpu/a.ts": `import { x } from "../labels/mod.ts";` }), [
    "src/gpu/a.ts imports src/labels/mod.ts: imports go downward only",
  ]);
});

Deno.test("breaches() names an import past the door", () => {
  assertEquals(found({ "src/labels/a.ts": `import { x } from "../gpu/kernel.ts";` }), [
    "src/labels/a.ts imports src/gpu/kernel.ts: a room is entered by src/gpu/mod.ts",
  ]);
});

Deno.test("breaches() names what uses references and bench without being allowed to", () => {
  assertEquals(
    found({
      "src/cli/a.ts": `const x = await import("../../reference/a.ts");`,
      "src/report/a.ts": `import { x } from "../../bench/mod.ts";`,
      "reference/a.ts": `import { x } from "../src/gpu/mod.ts";`,
    }),
    [
      "src/cli/a.ts imports reference/a.ts: only bench and tests use the references",
      "src/report/a.ts imports bench/mod.ts: imports go downward only",
      "reference/a.ts imports src/gpu/mod.ts: references use only src/volume and src/random",
    ],
  );
});

Deno.test("breaches() names two rooms that import each other", () => {
  assertEquals(
    found({
      "src/data/a.ts": `import { x } from "../labels/mod.ts";`,
      "src/labels/a.ts": `import { x } from "../data/mod.ts";`,
    }),
    ["src/data and src/labels import each other"],
  );
});

Deno.test("every import of src, bench and reference keeps the house's rules", async () => {
  const files = await readFiles(["src", "bench", "reference"], /(?<!\.d)\.ts$/);
  assertEquals(found(Object.fromEntries(files)), []);
});
