import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { type Stage, StageRunner } from "../../src/reproduce/_stage.ts";
import { withFolder } from "./_folder.ts";

/** Two stages in a row, each of which writes its input's text with its own letter behind it. */
function chain(folder: string, options: { a?: unknown; b?: unknown } = {}) {
  const runs: string[] = [];
  const stage = (name: "a" | "b", from: string, to: string): Stage => ({
    name: `test/${name}`,
    code: ["src/metrics"],
    options: options[name] ?? null,
    inputs: { from: join(folder, from) },
    outputs: { to: join(folder, to) },
    async run() {
      runs.push(name);
      const text = await Deno.readTextFile(join(folder, from));
      await Deno.writeTextFile(join(folder, to), text + name);
      return { letters: text.length + 1 };
    },
  });
  return { runs, stages: [stage("a", "0.txt", "1.txt"), stage("b", "1.txt", "2.txt")] };
}

async function runAll(folder: string, options?: { a?: unknown; b?: unknown }) {
  const { runs, stages } = chain(folder, options);
  const runner = new StageRunner(folder, undefined);
  const outcomes = [];
  for (const stage of stages) outcomes.push(await runner.run(stage));
  return { runs, outcomes };
}

Deno.test("StageRunner runs each stage once and takes its outputs the next time", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "0.txt"), "x");
    const first = await runAll(folder);
    assertEquals(first.runs, ["a", "b"]);
    assertEquals(await Deno.readTextFile(join(folder, "2.txt")), "xab");
    const second = await runAll(folder);
    assertEquals(second.runs, []);
    assertEquals(second.outcomes.map(({ reused }) => reused), [true, true]);
    assertEquals(
      second.outcomes.map(({ record }) => record),
      first.outcomes.map(({ record }) => record),
    );
    assertEquals(second.outcomes.map(({ record }) => record.detail), [{ letters: 2 }, {
      letters: 3,
    }]);
  }));

Deno.test("StageRunner hashes inputs and outputs by SHA-256", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "0.txt"), "abc");
    const { record } = (await runAll(folder)).outcomes[0]!;
    // FIPS 180-2, appendix B.1.
    const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assertEquals(record.inputs, { from: abc });
    assertEquals(Object.keys(record.outputs), ["to"]);
  }));

Deno.test("StageRunner reruns what a changed input reaches", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "0.txt"), "x");
    await runAll(folder);
    await Deno.writeTextFile(join(folder, "0.txt"), "y");
    assertEquals((await runAll(folder)).runs, ["a", "b"]);
    assertEquals(await Deno.readTextFile(join(folder, "2.txt")), "yab");
  }));

Deno.test("StageRunner reruns only the stage whose options changed, where its output stays the same", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "0.txt"), "x");
    await runAll(folder);
    assertEquals((await runAll(folder, { b: 1 })).runs, ["b"]);
    assertEquals((await runAll(folder, { a: 1, b: 1 })).runs, ["a"]);
  }));

Deno.test("StageRunner reruns a stage whose output is gone or was changed", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "0.txt"), "x");
    await runAll(folder);
    await Deno.writeTextFile(join(folder, "2.txt"), "cut sho");
    assertEquals((await runAll(folder)).runs, ["b"]);
    await Deno.remove(join(folder, "1.txt"));
    assertEquals((await runAll(folder)).runs, ["a"]);
    assertEquals(await Deno.readTextFile(join(folder, "2.txt")), "xab");
  }));

Deno.test("StageRunner reruns a stage whose record is damaged", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "0.txt"), "x");
    await runAll(folder);
    for (const text of ["{", "null", '{"key": 3}']) {
      await Deno.writeTextFile(join(folder, "stages", "test-b.json"), text);
      assertEquals((await runAll(folder)).runs, ["b"]);
    }
  }));

Deno.test("StageRunner reruns a stage that is not settled", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "0.txt"), "x");
    const again = async (settled: boolean) => {
      const { runs, stages } = chain(folder);
      const seen: unknown[] = [];
      await new StageRunner(folder, undefined).run({
        ...stages[0]!,
        settled: (detail) => {
          seen.push(detail);
          return settled;
        },
      });
      return { runs, seen };
    };
    assertEquals(await again(false), { runs: ["a"], seen: [] });
    assertEquals(await again(false), { runs: ["a"], seen: [{ letters: 2 }] });
    assertEquals(await again(true), { runs: [], seen: [{ letters: 2 }] });
  }));

Deno.test("StageRunner leaves no record of a stage that failed or was stopped", () =>
  withFolder(async (folder) => {
    const abort = new AbortController();
    const runner = new StageRunner(folder, abort.signal);
    const stage = (run: () => Promise<void>): Stage => ({
      name: "test/c",
      code: [],
      options: null,
      inputs: {},
      outputs: {},
      run,
    });
    await assertRejects(
      () => runner.run(stage(() => Promise.reject(new Error("no luck")))),
      Error,
      "no luck",
    );
    let ran = false;
    await assertRejects(
      () =>
        runner.run(stage(() => {
          ran = true;
          abort.abort();
          return Promise.resolve();
        })),
      DOMException,
    );
    assert(ran);
    assertEquals([...Deno.readDirSync(folder)], []);
  }));
