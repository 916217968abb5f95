import { assert, assertEquals, assertMatch } from "@std/assert";
import { type OutputPart, type Pair, pairs, referenceNames } from "../../bench/mod.ts";
import { yardstickOf } from "../../bench/judge.ts";
import config from "../../deno.json" with { type: "json" };

const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));

/** Cells of the tables' rows, without padding. */
const rows = readme.split("\n").filter((line) => line.startsWith("| `"))
  .map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));

/** The acceptance classes of a pair's parts; those of its fast variant must be the same. */
function agreementOf(pair: Pair): string {
  const classes = (fast: boolean) => {
    const { acceptance, parts = [{}] } = yardstickOf(
      pair,
      pair.parts ? pair.cases[0]!.input() : {},
      fast,
    );
    const found = parts.map(({ acceptance: own }: Partial<OutputPart>) => own ?? acceptance);
    return [...new Set(found.map((one) => one.class))].join(", ");
  };
  if (pair.fast) assertEquals(classes(true), classes(false));
  return classes(false);
}

Deno.test("the README lists every kernel with its references and agreement", () => {
  assertEquals(
    rows.filter((row) => row.length === 3),
    pairs.map((pair) => [
      `\`${pair.name}\`${pair.fast ? " (and fast)" : ""}`,
      referenceNames(pair).join(", "),
      agreementOf(pair),
    ]),
  );
});

for (const name of ["README.md", "CONTRIBUTING.md"]) {
  Deno.test(`every file that ${name} links to is there`, async () => {
    const root = new URL("../../", import.meta.url);
    const text = await Deno.readTextFile(new URL(name, root));
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, to]) => to!)
      .filter((to) => !/^([a-z]+:|#)/.test(to));
    const gone: string[] = [];
    for (const link of links) {
      await Deno.stat(new URL(link.split("#")[0]!, root)).catch(() => gone.push(link));
    }
    assertEquals(gone, []);
    if (name === "README.md") assert(links.length > 1);
  });
}

Deno.test("the README lists every task and every package", () => {
  const heads = rows.map(([head]) => head).join("\n");
  for (const name of Object.keys(config.tasks)) {
    assertMatch(heads, new RegExp(`^\`${name}\\b`, "m"));
  }
  for (const specifier of Object.values(config.imports)) {
    const name = /^npm:(.+)@/.exec(specifier)?.[1];
    if (name) assertMatch(heads, new RegExp(`\`${name}\``));
  }
});
