import { bench, benchFailures, benchSuites, formatTable } from "../../bench/mod.ts";
import { renderBenchReport } from "../report/mod.ts";
import { ADAPTER_FLAG, wantedAdapter } from "./adapter_flag.ts";
import { type Command, defineCommand } from "./command.ts";
import { oneOf, wholeNumber } from "./flags.ts";
import { checkOutput, writeOutput } from "./outputs.ts";
import { userPath } from "./paths.ts";

/** Checks and times every kernel. */
export const benchCommand: Command = defineCommand({
  name: "bench",
  summary: "Check each kernel against its CPU references, then time both",
  operands: [],
  flags: {
    suite: { type: "string", value: "NAME", help: `One of ${benchSuites().join(", ")}` },
    quick: { type: "boolean", help: "The smallest case of each kernel, few samples" },
    json: { type: "string", value: "FILE", help: "Write the result as JSON, raw samples included" },
    html: { type: "string", value: "FILE", help: "Write a report that opens in a browser" },
    seed: { type: "string", value: "N", help: "Seed of the intervals' bootstrap (1 by default)" },
    adapter: ADAPTER_FLAG,
  },
  details:
    "Times are wall times with upload and readback; the kernel's own time stands beside them.\n" +
    "Exit code 1 if a kernel disagrees with a reference.",
  examples: [
    { line: "deno task bench --quick", does: "A first look, all kernels" },
    {
      line: "deno task bench --suite morphology --json morphology.json --html morphology.html",
      does: "One suite at full length, kept for later",
    },
  ],
  async run(_operands, flags, { signal, progress, print }) {
    const suite = flags.suite === undefined ? {} : {
      suite: oneOf("suite", flags.suite, benchSuites()),
    };
    const seed = wholeNumber("seed", flags.seed);
    const adapter = wantedAdapter(flags.adapter);
    const json = flags.json === undefined ? undefined : userPath(flags.json);
    const html = flags.html === undefined ? undefined : userPath(flags.html);
    for (const path of [json, html]) if (path !== undefined) await checkOutput(path);

    const result = await bench({
      ...suite,
      quick: flags.quick,
      ...(seed === undefined ? {} : { seed }),
      ...(adapter === undefined ? {} : { adapter }),
      signal,
      onProgress: ({ kernel, case: name, done, total }) =>
        progress.stage(`${done + 1} of ${total}: ${kernel}, ${name}`),
    });
    progress[Symbol.dispose]();
    print(formatTable(result));
    if (json !== undefined) await writeOutput(json, `${JSON.stringify(result, null, 2)}\n`);
    if (html !== undefined) await writeOutput(html, await renderBenchReport(result));
    for (const path of [json, html]) if (path !== undefined) print(path);
    const [first, ...others] = benchFailures(result);
    if (first !== undefined) {
      for (const line of others) print(line);
      throw new Error(others.length > 0 ? `${first} (and ${others.length} more, above)` : first);
    }
  },
});
