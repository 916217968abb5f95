import { type Estimate, median } from "./statistics.ts";

/** A case measured now and before, and now twice over. */
export interface Change {
  /** `suite/name`. */
  readonly kernel: string;
  readonly case: string;
  /** How many times longer it takes now: above 1 it has become slower. */
  readonly change: Estimate;
  /** The same between now and now, each in a process of its own (A/A): what is not 1 is noise. */
  readonly again: number;
}

/** What is said of a case. */
export interface Move extends Change {
  /** The least factor, above 1, that counts as a change, whichever way. */
  readonly floor: number;
  readonly verdict: "slower" | "faster" | "same";
}

/** A case that could not be compared. */
export interface NotCompared {
  readonly kernel: string;
  readonly case: string;
  /** One line. */
  readonly reason: string;
}

/** What came of a comparison with an earlier version. */
export interface GateOutcome {
  /** One entry per case that could be compared. */
  readonly moves: readonly Move[];
  readonly notCompared: readonly NotCompared[];
}

/** Fewer A/A changes than this say too little of the others. */
const ENOUGH_CASES = 5;
/** 95 % of a normal law lie within 2.906 times the median of its sizes: 1.959964 / 0.674490. */
const UPPER = 2.906;

/**
 * The noise floor of a session: the 95 % quantile of the sizes of its A/A changes, taken from their median, so that a few noisy cases do
 * not hide what happens to the others.
 *
 * @param changes The changes of all cases of the session.
 * @returns A factor of at least 1; 1 where fewer than five cases leave only each case's own A/A change to go by.
 */
export function noiseFloor(changes: readonly Change[]): number {
  if (changes.length < ENOUGH_CASES) return 1;
  return Math.exp(UPPER * median(changes.map(({ again }) => Math.abs(Math.log(again)))));
}

/**
 * Says of each case whether it has moved: the change's interval excludes 1, and the change is larger than the noise floor, which is the
 * session's or the case's own A/A change, whichever is larger.
 *
 * @param changes Cases of one session.
 * @param sessionFloor From {@linkcode noiseFloor}.
 * @returns One entry per change.
 */
export function judgeChanges(changes: readonly Change[], sessionFloor: number): Move[] {
  return changes.map((entry) => {
    const { change: { value, ci95: [low, high] }, again } = entry;
    const floor = Math.max(sessionFloor, again, 1 / again);
    const verdict = low > 1 && value > floor
      ? "slower"
      : high < 1 && value < 1 / floor
      ? "faster"
      : "same";
    return { ...entry, floor, verdict };
  });
}

/** Measurements, each in new processes, that must all find the same. */
const MEASUREMENTS = 3;

/**
 * Measures all cases, then twice more those that moved, each time in new processes. Only what moves the same way every time has moved: a
 * process can be off by some percent for as long as it lives, and where few cases say how much, one such process would trip the gate.
 * What an earlier version's own process was off by when its file was stored cannot be told from a change, however often now is measured.
 *
 * @param measure Measures all cases, or only those that it is asked for.
 * @returns What moved.
 */
export async function findMoves(
  measure: (only?: (entry: { kernel: string; case: string }) => boolean) => Promise<{
    readonly changes: readonly Change[];
    readonly notCompared: readonly NotCompared[];
  }>,
): Promise<GateOutcome> {
  const { changes, notCompared } = await measure();
  const floor = noiseFloor(changes);
  let moves = judgeChanges(changes, floor);
  for (let n = 1; n < MEASUREMENTS; n++) {
    const moved = moves.filter(({ verdict }) => verdict !== "same");
    if (moved.length === 0) break;
    const { changes } = await measure((entry) => moved.some((move) => isSame(move, entry)));
    moves = moves.map((move) => {
      if (move.verdict === "same") return move;
      const repeated = changes.find((entry) => isSame(move, entry));
      // A case that cannot be measured again has not been confirmed.
      if (!repeated) return { ...move, verdict: "same" };
      const [other] = judgeChanges([repeated], floor);
      return { ...other!, verdict: other!.verdict === move.verdict ? move.verdict : "same" };
    });
  }
  return { moves, notCompared };
}

function isSame(
  a: { readonly kernel: string; readonly case: string },
  b: { readonly kernel: string; readonly case: string },
): boolean {
  return a.kernel === b.kernel && a.case === b.case;
}
