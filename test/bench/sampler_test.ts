import { assertEquals, assertRejects } from "@std/assert";
import { sampleInterleaved, type Subject } from "../../bench/sampler.ts";

/** Subjects that note their calls and take as long as told. */
function recorders(times: Record<string, number>): { calls: string[]; subjects: Subject[] } {
  const calls: string[] = [];
  const subjects = Object.entries(times).map(([name, ms]) => ({
    name,
    sample: () => {
      calls.push(name);
      return Promise.resolve({ ms });
    },
  }));
  return { calls, subjects };
}

Deno.test("sampleInterleaved() takes turns and keeps raw samples but no warm-up", async () => {
  const { calls, subjects } = recorders({ a: 1, b: 2 });
  const sampled = await sampleInterleaved(subjects, { warmup: 1, stops: [2], budgetMs: 1e9 });
  assertEquals(calls.join(""), "ab" + "abab");
  assertEquals(sampled, [
    { name: "a", samples: [{ ms: 1 }, { ms: 1 }] },
    { name: "b", samples: [{ ms: 2 }, { ms: 2 }] },
  ]);
});

for (const [budgetMs, rounds] of [[0, 3], [29, 3], [30, 3], [31, 5], [50, 5], [51, 8], [1e9, 8]]) {
  Deno.test(`sampleInterleaved() stops after ${rounds} rounds on ${budgetMs} ms`, async () => {
    // A round takes 10 ms, so 30 ms are spent at the first stop and 50 at the second.
    const { subjects } = recorders({ a: 4, b: 6 });
    const plan = { warmup: 2, stops: [3, 5, 8], budgetMs: budgetMs! };
    const [a] = await sampleInterleaved(subjects, plan);
    assertEquals("samples" in a! && a.samples.length, rounds!);
  });
}

Deno.test("sampleInterleaved() lets the others go on when one fails", async () => {
  const { calls, subjects: [a, b] } = recorders({ a: 1, b: 1 });
  let left = 2;
  const failing = {
    name: "c",
    sample: () => left-- > 0 ? Promise.resolve({ ms: 1 }) : Promise.reject(new Error("tired")),
  };
  const plan = { warmup: 0, stops: [4], budgetMs: 1e9 };
  const sampled = await sampleInterleaved([a!, failing, b!], plan);
  assertEquals(calls.length, 8);
  assertEquals(sampled.map((s) => "error" in s ? s.error.message : s.samples.length), [
    4,
    "tired",
    4,
  ]);
});

Deno.test("sampleInterleaved() stops between two samples when aborted", async () => {
  const controller = new AbortController();
  const { calls, subjects: [a, b] } = recorders({ a: 1, b: 1 });
  const stopper = {
    name: "s",
    sample: () => {
      controller.abort(new Error("enough"));
      return Promise.resolve({ ms: 1 });
    },
  };
  const plan = { warmup: 0, stops: [9], budgetMs: 1e9 };
  await assertRejects(
    () => sampleInterleaved([a!, stopper, b!], plan, controller.signal),
    Error,
    "enough",
  );
  assertEquals(calls, ["a"]);
});
