/**
 * Prints as JSON what the CTs of a data folder look like at 3 mm: what `src/data/real_likeness.json` holds of a real one.
 *
 * Argument: the folder. By hand: deno run -A test/data/_measure_likeness.ts DIR
 */
import { findCases, measureLikeness, readCase } from "../../src/data/mod.ts";

const [folder] = Deno.args;
const { cases } = await findCases(folder!);
const likeness = await measureLikeness((async function* () {
  for (const one of cases) yield await readCase(one);
})());
const round = (_: string, value: unknown) =>
  typeof value === "number" ? Number(value.toPrecision(4)) : value;
console.log(JSON.stringify(likeness, round));
