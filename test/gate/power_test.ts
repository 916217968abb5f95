import { assert } from "@std/assert";
import { RandomStream } from "../../src/random/mod.ts";
import {
  againstSession,
  baselineSession,
  NOISES,
  plainSession,
  type Session,
  type SessionPlan,
} from "./_sessions.ts";

/** How many of some sessions find that the first case, or any, has become slower. */
async function count(
  sessions: number,
  run: Session,
  plan: SessionPlan,
  seed: number,
): Promise<{ tripped: number; found: number }> {
  let [tripped, found] = [0, 0];
  for (let stream = 0; stream < sessions; stream++) {
    const moves = await run(plan, new RandomStream({ seed, stream }));
    if (moves.some(({ verdict }) => verdict === "slower")) tripped++;
    if (moves[0]!.verdict === "slower") found++;
  }
  return { tripped, found };
}

/** Fails unless so few of so many would be seen in less than one of a hundred experiments if the rate were as given. */
function assertBelow(rate: number, seen: number, of: number): void {
  let [term, tail] = [(1 - rate) ** of, 0];
  for (let k = 0; k <= seen; k++) {
    tail += term;
    term *= (of - k) / (k + 1) * rate / (1 - rate);
  }
  assert(tail < 0.01, `${seen} of ${of} do not show a rate under ${rate} (tail ${tail})`);
}

/** Cases of a session, and how many sessions. */
const SESSIONS = [[1, 800], [5, 400], [20, 400]] as const;

const GATES = {
  "--against": againstSession,
  "--compare with six processes in the base": baselineSession,
  "--compare with one process in the base": plainSession,
} satisfies Record<string, Session>;

/** Rates that sessions stay below. */
interface Rates {
  /** Of sessions without a change in which something has become slower. */
  readonly alarms: number;
  /** Of slowdowns by 20 %. */
  readonly unseen: number;
}

const GOAL: Rates = { alarms: 0.05, unseen: 0.05 };

/**
 * Where the goal is not reached: what is. What the only process of a base was off by shows nowhere, and no number of processes of now
 * can tell it from a change; among many cases, processes that differ by a tenth look like a slowdown.
 */
const SHORT: readonly (Partial<Rates> & {
  readonly gate: keyof typeof GATES;
  readonly noise: string;
  readonly cases: number;
})[] = [
  ...[
    { noise: "log-normal", cases: 5, unseen: 0.08 },
    { noise: "log-normal", cases: 20, unseen: 0.5 },
    { noise: "heavy-tailed", cases: 20, unseen: 0.08 },
    { noise: "differing between processes", cases: 1, unseen: 0.17 },
    { noise: "differing between processes", cases: 5, unseen: 0.56 },
    { noise: "differing between processes", cases: 20, unseen: 0.83 },
    { noise: "of two kinds of processes", cases: 1, alarms: 0.06, unseen: 0.4 },
    { noise: "of two kinds of processes", cases: 5, alarms: 0.14, unseen: 0.78 },
    { noise: "of two kinds of processes", cases: 20, alarms: 0.16, unseen: 0.93 },
  ].map((rates) => ({ ...rates, gate: "--compare with one process in the base" as const })),
  {
    gate: "--compare with six processes in the base",
    ...{ noise: "of two kinds of processes", cases: 20, unseen: 0.17 },
  },
];

for (const noise of NOISES) {
  for (const [gate, run] of Object.entries(GATES)) {
    for (const [cases, sessions] of SESSIONS) {
      const short = SHORT.find((entry) =>
        entry.gate === gate && entry.noise === noise.name && entry.cases === cases
      );
      const { alarms, unseen } = { ...GOAL, ...short };
      const percent = (rate: number) => `${Math.round(100 * rate)} %`;
      const where = `${cases} case(s), noise ${noise.name}`;

      Deno.test(`findMoves() of ${gate} trips in under ${percent(alarms)} of A/A sessions, ${where}`, async () => {
        const { tripped } = await count(sessions, run, { noise, cases, slowdown: 1 }, 21);
        assertBelow(alarms, tripped, sessions);
      });

      Deno.test(`findMoves() of ${gate} finds over ${percent(1 - unseen)} of slowdowns by 20 %, ${where}`, async () => {
        const { found } = await count(sessions, run, { noise, cases, slowdown: 1.2 }, 22);
        assertBelow(unseen, sessions - found, sessions);
      });
    }
  }
}
