import { assertEquals } from "@std/assert";
import { commandLine } from "../../bench/mod.ts";

Deno.test("commandLine() leaves out flags that were not given", () => {
  assertEquals(
    commandLine("bench", { suite: undefined, quick: true, all: false, seed: 0, out: "a/b.c" }),
    "deno task bench --quick --seed 0 --out a/b.c",
  );
});

Deno.test("commandLine() quotes what a shell would take apart", () => {
  const of = (value: string) => commandLine("x", { a: value }).slice("deno task x --a ".length);
  assertEquals(of("my GPU"), '"my GPU"');
  assertEquals(of("it's"), `"it's"`);
  assertEquals(of("$HOME"), "'$HOME'");
  assertEquals(of(`"$a's"`), `'"$a'\\''s"'`);
  assertEquals(of(""), '""');
});

Deno.test("commandLine() puts operands before flags, quoted alike", () => {
  assertEquals(commandLine("x", { a: 1 }, ["my data", "b"]), 'deno task x "my data" b --a 1');
});
