import { assert } from "@std/assert";
import { gatePlan } from "../../bench/sampler.ts";
import { RandomStream } from "../../src/random/mod.ts";
import { againstSession, compareSession, NOISES, type SessionPlan } from "./_sessions.ts";

const [fewest] = gatePlan().stops;
const shared = NOISES.filter(({ process }) => process === undefined);
const between = NOISES.find(({ process }) => process !== undefined)!;

/** How many of some sessions find that the first case, or any, has become slower. */
async function count(
  sessions: number,
  run: typeof againstSession,
  plan: SessionPlan,
  seed: number,
): Promise<{ sessions: number; tripped: number; found: number }> {
  let [tripped, found] = [0, 0];
  for (let stream = 0; stream < sessions; stream++) {
    const moves = await run(plan, new RandomStream({ seed, stream }));
    if (moves.some(({ verdict }) => verdict === "slower")) tripped++;
    if (moves[0]!.verdict === "slower") found++;
  }
  return { sessions, tripped, found };
}

/** Fails unless so few of so many would be seen in less than one of twenty experiments if the rate were 5 %. */
function assertBelow5Percent(seen: number, of: number): void {
  let [term, tail] = [0.95 ** of, 0];
  for (let k = 0; k <= seen; k++) {
    tail += term;
    term *= (of - k) / (k + 1) * 0.05 / 0.95;
  }
  assert(tail < 0.05, `${seen} of ${of} do not show a rate under 5 % (tail ${tail})`);
}

for (const noise of shared) {
  Deno.test(`findMoves() of --against trips in under 5 % of A/A sessions of 5 cases, noise ${noise.name}`, async () => {
    const plan = { noise, cases: 5, rounds: fewest!, slowdown: 1 };
    const { tripped, sessions } = await count(100, againstSession, plan, 21);
    assertBelow5Percent(tripped, sessions);
  });

  Deno.test(`findMoves() of --against finds over 95 % of slowdowns by 20 %, noise ${noise.name}`, async () => {
    for (const [cases, sessions] of [[1, 100], [5, 60]] as const) {
      const plan = { noise, cases, rounds: fewest!, slowdown: 1.2 };
      const { found } = await count(sessions, againstSession, plan, 22);
      assertBelow5Percent(sessions - found, sessions);
    }
  });

  Deno.test(`findMoves() of --compare trips in under 5 % of A/A sessions, noise ${noise.name}`, async () => {
    const plan = { noise, cases: 1, rounds: fewest!, slowdown: 1 };
    const { tripped, sessions } = await count(130, compareSession, plan, 23);
    assertBelow5Percent(tripped, sessions);
  });

  Deno.test(`findMoves() of --compare finds over 95 % of slowdowns by 20 %, noise ${noise.name}`, async () => {
    const plan = { noise, cases: 1, rounds: fewest!, slowdown: 1.2 };
    const { found, sessions } = await count(100, compareSession, plan, 24);
    assertBelow5Percent(sessions - found, sessions);
  });
}

Deno.test("findMoves() of --against trips in under 5 % of A/A sessions where processes differ", async () => {
  const plan = { noise: between, cases: 1, rounds: fewest!, slowdown: 1 };
  const { tripped, sessions } = await count(400, againstSession, plan, 25);
  assertBelow5Percent(tripped, sessions);
});
