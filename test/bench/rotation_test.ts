import { assertEquals } from "@std/assert";
import { inputCopies } from "../../bench/_rotation.ts";
import { writeCase } from "../../bench/case_files.ts";
import { Peer } from "../../bench/peer.ts";
import { fakeProgram } from "./_programs.ts";
import { readRaw } from "../../bench/_raw.ts";

const MIB = 1 << 20;

for (
  const [mib, copies] of [[1, 4], [16, 4], [22, 3], [32, 3], [33, 2], [300, 2], [513, 1]] as const
) {
  Deno.test(`inputCopies() hands out ${copies} of ${mib} MiB`, () => {
    assertEquals(inputCopies({ data: new Uint8Array(mib * MIB) }).length, copies);
  });
}

Deno.test("inputCopies() copies every array into memory of its own and leaves the rest equal", () => {
  const input = { dims: [2, 1, 1], key: { seed: 3n }, parts: [new Int16Array([1, 2])] };
  const copies = inputCopies(input) as (typeof input)[];
  assertEquals(copies, [input, input, input, input]);
  assertEquals(copies[0], input);
  assertEquals(new Set(copies.map(({ parts }) => parts[0]!.buffer)).size, 4);
});

Deno.test("serve() computes the copies of its input in turn", async () => {
  const dir = await Deno.realPath(await Deno.makeTempDir());
  try {
    await writeCase(dir, { values: new Float32Array([1, 1, 1]) });
    // This one changes its input: how often a copy was its input shows in its output.
    const { peer } = await Peer.start(fakeProgram("scipy", "counts-up", dir));
    await using _ = peer;
    const first = async () => {
      const { dtype, length } = await peer.output(`${dir}/out.raw`);
      return (await readRaw(`${dir}/out.raw`, dtype, length))[0];
    };
    await peer.load("test/double", dir);
    const outputs = [await first()];
    for (let i = 0; i < 8; i++) {
      await peer.sample();
      outputs.push(await first());
    }
    assertEquals(outputs, [2, 2, 2, 2, 4, 4, 4, 4, 6]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
