import {
  bench,
  benchFailures,
  type BenchOptions,
  benchSuites,
  findPeers,
  formatGithub,
  formatTable,
  installPeers,
  PEER_NAMES,
  type PeerName,
} from "../../bench/mod.ts";
import { renderBenchReport, writeTextWhole } from "../report/mod.ts";
import { ADAPTER_FLAG, wantedAdapter } from "./adapter_flag.ts";
import {
  checkGateFlags,
  compareTable,
  gateRecord,
  readBase,
  runAgainst,
  runBaseline,
  runCompare,
  trip,
} from "./bench_gate.ts";
import { type Command, defineCommand } from "./command.ts";
import { failFor } from "./failures.ts";
import { oneOf, wholeNumber } from "./flags.ts";
import { checkOutput } from "./outputs.ts";
import { userPath } from "./paths.ts";

/** Checks and times every kernel. */
export const benchCommand: Command = defineCommand({
  name: "bench",
  summary: "Check each kernel against its CPU references, then time both",
  operands: [],
  flags: {
    suite: { type: "string", value: "NAME", help: `One of ${benchSuites().join(", ")}` },
    quick: { type: "boolean", help: "Only the first case of each kernel, few samples" },
    brief: { type: "boolean", help: "Shorter still: a small case of each kernel, five samples" },
    peers: {
      type: "string",
      value: "LIST",
      help: `Native programs to time as well: auto, none (default) or ${PEER_NAMES.join(",")}`,
    },
    "install-peers": {
      type: "boolean",
      help: "As root: install what Debian has of them with apt-get, then time as with --peers auto",
    },
    json: { type: "string", value: "FILE", help: "Write the result as JSON, raw samples included" },
    html: { type: "string", value: "FILE", help: "Write a report that opens in a browser" },
    compare: {
      type: "string",
      value: "BASE.json",
      help: "Compare the ratios to the CPU twin with those of an earlier result",
    },
    against: {
      type: "string",
      value: "GIT_REF",
      help: "Compare the GPU side with that of another version, both in turn",
    },
    baseline: {
      type: "string",
      value: "BASE.json",
      help: "Write a base for --compare: the ratios to the CPU twin in six processes each",
    },
    format: {
      type: "string",
      value: "github",
      help: "Print JSON as github-action-benchmark reads it (customSmallerIsBetter)",
    },
    seed: { type: "string", value: "N", help: "Seed of the intervals' bootstrap (1 by default)" },
    adapter: ADAPTER_FLAG,
  },
  details:
    "Times are wall times with upload and readback; the kernel's own time stands beside them.\n" +
    "Exit code 1 if a kernel disagrees with a reference. --compare and --against print what has moved\n" +
    "beyond the noise of this session, and end with exit code 4 if a kernel has become slower.",
  examples: [
    { line: "deno task bench --quick", does: "A first look, all kernels" },
    {
      line: "deno task bench --suite morphology --json result.json --html report.html",
      does: "One suite at full length",
    },
    {
      line: "deno task bench --suite morphology --baseline morphology.json",
      does: "Something to compare later versions with",
    },
    {
      line: "deno task bench --suite morphology --compare morphology.json",
      does: "Has a kernel lost against its CPU twin since?",
    },
    { line: "deno task bench --against main", does: "Has a kernel become slower than on main?" },
  ],
  async run(_operands, flags, context) {
    const { signal, progress, print } = context;
    checkGateFlags(flags);
    if (flags.format !== undefined) oneOf("format", flags.format, ["github"]);
    const suite = flags.suite === undefined ? {} : {
      suite: oneOf("suite", flags.suite, benchSuites()),
    };
    const wanted = wantedPeers(flags.peers ?? (flags["install-peers"] ? "auto" : "none"));
    const seed = wholeNumber("seed", flags.seed);
    const adapter = wantedAdapter(flags.adapter);
    const json = flags.json === undefined ? undefined : userPath(flags.json);
    const html = flags.html === undefined ? undefined : userPath(flags.html);
    const baseline = flags.baseline === undefined ? undefined : userPath(flags.baseline);
    for (const path of [json, html, baseline]) if (path !== undefined) await checkOutput(path);
    const base = flags.compare === undefined ? undefined : await readBase(flags.compare);

    const steps = { onStep: (text: string) => progress.stage(text), signal };
    if (flags["install-peers"]) {
      const { absent } = await findPeers("auto", steps);
      await installPeers(absent, { ...steps, root: Deno.uid() === 0 });
    }
    const peers = wanted && await findPeers(wanted, steps);
    const options: BenchOptions = {
      ...suite,
      quick: flags.quick,
      brief: flags.brief,
      ...(seed === undefined ? {} : { seed }),
      ...(adapter === undefined ? {} : { adapter }),
      ...(peers ? { peers } : {}),
      signal,
      onProgress: ({ kernel, case: name, done, total }) =>
        progress.stage(`${done + 1} of ${total}: ${kernel}, ${name}`),
    };
    if (flags.against !== undefined) return await runAgainst(flags.against, options, context);
    if (baseline !== undefined) return await runBaseline(baseline, options, context);
    const { result: measured, gate } = base
      ? await runCompare(base, options)
      : { result: await bench(options), gate: undefined };
    const result = base && gate ? { ...measured, gate: gateRecord(gate, base) } : measured;
    progress[Symbol.dispose]();
    // What a program reads from stdout is JSON alone.
    const say = flags.format === "github" ? () => {} : print;
    if (flags.format === "github") print(formatGithub(result));
    say(formatTable(result));
    if (json !== undefined) await writeTextWhole(json, `${JSON.stringify(result, null, 2)}\n`);
    if (html !== undefined) await writeTextWhole(html, await renderBenchReport(result));
    for (const path of [json, html]) if (path !== undefined) say(path);
    if (base && gate) say(compareTable(gate, base));
    failFor(benchFailures(result), say);
    if (base && gate) trip(gate, base.path);
  },
});

function wantedPeers(text: string): "auto" | readonly PeerName[] | undefined {
  if (text === "none") return undefined;
  return text === "auto" ? text : text.split(",").map((name) => oneOf("peer", name, PEER_NAMES));
}
