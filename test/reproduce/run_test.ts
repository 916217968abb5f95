import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { type ReproduceProgress, Run } from "../../src/reproduce/_run.ts";
import type { Stage } from "../../src/reproduce/_stage.ts";

Deno.test("Run never says that a stage takes longer than all that is left", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const said: ReproduceProgress[] = [];
    const run = new Run(folder, 3, { onProgress: (progress) => said.push(progress) });
    const stage = (name: string, work: () => void): Stage => ({
      name,
      code: [],
      options: {},
      inputs: {},
      outputs: { text: join(folder, name) },
      async run() {
        await new Promise((done) => setTimeout(done, 300));
        work();
        await Deno.writeTextFile(join(folder, name), name);
      },
    });
    await run.stage(stage("quick", () => {}), "Quick", 1);
    // Planned for two seconds, it is slow: a hundredth of it takes 300 ms.
    const part = { within: 0.01, seconds: 2 };
    await run.stage(stage("slow", () => run.say("slow", "Slow", part)), "Slow", 2);
    const slow = said.find(({ message, stageSecondsLeft }) =>
      message === "Slow" && stageSecondsLeft
    );
    assert(slow!.stageSecondsLeft! >= 0.3 * 99);
    assert(slow!.secondsLeft! >= slow!.stageSecondsLeft!);
    // What the plan says of the last stage, at the pace of the first, before it has one of its own.
    const start = said.find(({ message }) => message === "Slow")!;
    assertEquals(start.stageSecondsLeft, undefined);
    assert(start.secondsLeft! >= 2 * 0.3 && start.secondsLeft! < slow!.secondsLeft!);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
