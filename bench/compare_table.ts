import type { GateSubject } from "./compare_levels.ts";
import type { GateOutcome, Move } from "./compare_moves.ts";

const VERDICTS = { slower: "SLOWER", faster: "faster", same: "" } as const;

/**
 * A comparison as text for a terminal: what has moved first, the slower before the faster, then the rest by name. A change above 1 says
 * how many times slower the GPU side is now; the floor is what it had to exceed, with as many processes of now.
 *
 * @param outcome What came of the comparison.
 * @param title What was compared with what, a line.
 * @returns Lines without a final line break.
 */
export function formatMoves({ moves, notCompared }: GateOutcome, title: string): string {
  const order: Move["verdict"][] = ["slower", "faster", "same"];
  const rows = order.flatMap((verdict) =>
    moves.filter((move) => move.verdict === verdict).map((move) => [
      VERDICTS[verdict],
      rowName(move),
      `${factor(move.change.value)} x`,
      move.change.ci95.map(factor).join(" - "),
      `${factor(move.floor)} x`,
      `${move.processes}`,
    ])
  );
  const head = ["", "case", "change", "95 % interval", "noise floor", "processes"];
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[]) =>
    "  " + row.map((text, i) => i < 2 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))
      .join("  ").trimEnd();
  const count = (verdict: Move["verdict"]) =>
    moves.filter((move) => move.verdict === verdict).length;
  return [
    title,
    ...(rows.length > 0 ? [line(head), ...rows.map(line)] : []),
    ...notCompared.map((entry) => `  not compared: ${rowName(entry)}: ${entry.reason}`),
    `${count("slower")} slower, ${count("faster")} faster, ${count("same")} unchanged, ` +
    `${notCompared.length} not compared`,
  ].join("\n");
}

/**
 * Why a gate must trip.
 *
 * @param outcome What came of a comparison.
 * @param base What it was compared with.
 * @returns One line, or undefined if nothing has become slower.
 */
export function regressionLine({ moves }: GateOutcome, base: string): string | undefined {
  const slower = moves.filter(({ verdict }) => verdict === "slower")
    .sort((a, b) => b.change.value - a.change.value);
  const [worst] = slower;
  if (!worst) return undefined;
  const cases = slower.length === 1 ? "1 case has" : `${slower.length} cases have`;
  const { kernel, case: name, implementation, change } = worst;
  const way = implementation === "webgpu" ? "" : `, ${implementation}`;
  return `Cannot pass the gate: ${cases} become slower than ${base}, ${
    slower.length === 1 ? "" : "worst "
  }${kernel} (${name}${way}) by ${factor(change.value)} x`;
}

function rowName({ kernel, case: name, implementation }: GateSubject): string {
  return `${kernel}: ${name}${implementation === "webgpu" ? "" : ` (${implementation})`}`;
}

function factor(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
