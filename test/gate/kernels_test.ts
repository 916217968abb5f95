import { assertEquals, assertStringIncludes } from "@std/assert";
import { GATE_KERNELS, pairs } from "../../bench/mod.ts";
import { testUnless } from "../_skip.ts";
import { projectWith, Repository, runIn, whyNoGit } from "./_repository.ts";

Deno.test("GATE_KERNELS are kernels that there are", () => {
  const known: string[] = pairs.map(({ name }) => name);
  assertEquals(GATE_KERNELS.filter((name) => !known.includes(name)), []);
});

const KERNELS = ["random/philox", "morphology/pack"];

const PROGRAM = `
// Packages are laid out before what names their files is loaded.
import "@std/path";
const { against, formatMoves, regressionLine } = await import("./bench/mod.ts");
const outcome = await against("fast", { kernels: ${JSON.stringify(KERNELS)}, brief: true });
console.log(formatMoves(outcome, "moves"));
console.log(regressionLine(outcome, "fast"));
`;

testUnless(
  "against() times the kernels it is given alone, and sees work that is done twice",
  await whyNoGit(),
  async () => {
    await using repository = await Repository.make();
    await projectWith(repository, 2);
    await repository.write("program.ts", PROGRAM);
    const { code, stdout, error } = await runIn(repository, "program.ts");
    assertEquals(code, 0, error);
    for (const name of KERNELS) assertStringIncludes(stdout, `  SLOWER  ${name}: `);
    assertStringIncludes(stdout, "0 unchanged, 0 not compared");
    assertStringIncludes(stdout, "become slower than fast, worst ");
    assertStringIncludes(stdout, " by 2.00 x");
    assertEquals(stdout.includes("random/normal"), false);
  },
);
