import { assertEquals } from "@std/assert";
import { openProgress } from "../../src/cli/progress.ts";

function written(terminal: boolean, stages: string[]): string {
  let text = "";
  const stream = {
    isTerminal: () => terminal,
    writeSync(bytes: Uint8Array) {
      text += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  };
  using progress = openProgress(stream);
  for (const stage of stages) progress.stage(stage);
  progress[Symbol.dispose]();
  return text;
}

Deno.test("openProgress() writes a line a stage where nobody watches, each once", () => {
  assertEquals(written(false, ["Read", "Read", "Warp"]), "Read\nWarp\n");
});

Deno.test("openProgress() keeps one live line on a terminal and wipes it", () => {
  assertEquals(written(true, ["Read", "Warp"]), "\r\x1b[2KRead\r\x1b[2KWarp\r\x1b[2K");
});

Deno.test("openProgress() writes nothing where nothing happens", () => {
  assertEquals(written(true, []), "");
});
