/**
 * Keeps the ratios of a benchmark as the baseline of its adapter class; `bench/baselines/README.md` says when and how.
 * `deno run --allow-read --allow-write=bench/baselines bench/write_baseline.ts RESULT.json`
 *
 * @module
 */
import { adapterClass, baselineOf, parseBase } from "./compare_base.ts";

const [file] = Deno.args;
if (file === undefined) {
  console.error("Cannot write a baseline: name a file that bench --json wrote");
  Deno.exit(2);
}
const base = parseBase(await Deno.readTextFile(file));
const path = new URL(`baselines/${adapterClass(base.adapter)}.json`, import.meta.url);
await Deno.writeTextFile(path, `${JSON.stringify(baselineOf(base), null, 2)}\n`);
console.log(path.pathname);
