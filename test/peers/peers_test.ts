import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "@std/path";
import { judge, yardstickOf } from "../../bench/judge.ts";
import { readRaw } from "../../bench/_raw.ts";
import { writeCase } from "../../bench/case_files.ts";
import { flat, pairs } from "../../bench/pairs/mod.ts";
import { Peer, PeerError, type PeerProgram } from "../../bench/peer.ts";
import { testUnless } from "../_skip.ts";
import { CANDIDATES } from "./_programs.ts";

/** What a peer makes of an input. */
async function compute(peer: Peer, kernel: string, input: object) {
  const dir = await Deno.makeTempDir();
  try {
    await writeCase(dir, input);
    const { own_noise } = await peer.load(kernel, dir);
    await peer.sample();
    const file = join(dir, "out.raw");
    const { dtype, length } = await peer.output(file);
    return { own_noise, output: await readRaw(file, dtype, length) };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Feeds a program lines, then the end of input. */
async function answers({ command, args }: PeerProgram, lines: readonly string[]) {
  const child = new Deno.Command(command, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(lines.map((line) => `${line}\n`).join("")));
  await writer.close();
  const { code, stdout } = await child.output();
  const replies = new TextDecoder().decode(stdout).trimEnd().split("\n");
  return { code, replies: replies.map((line) => JSON.parse(line)) };
}

function moments(values: ArrayLike<number>): { mean: number; sd: number } {
  const all = Array.from(values);
  const mean = all.reduce((sum, v) => sum + v, 0) / all.length;
  return { mean, sd: Math.sqrt(all.reduce((sum, v) => sum + (v - mean) ** 2, 0) / all.length) };
}

const INTEGERS = "augment/full, 16-bit integers, occluded slab, 20 x 18 x 11";

/** SciPy and ITK measure from nowhere to nothing: any large number. */
const NO_MASK = "morphology/distance, at 0.7 x 1.3 x 5 mm, empty 33 x 7 x 5";

/** ITK knows neither 18 neighbours nor slices. */
const REGIONS = pairs.flatMap(({ name, cases }) =>
  name === "morphology/components" || name === "morphology/keep-largest"
    ? cases.filter((item) => item.edge && /18 neigh|in slices/.test(item.name))
      .map((item) => `${name}, ${item.name}`)
    : []
);

/** Edge cases that a peer refuses or computes otherwise; no timed case is among them. */
const BEYOND: Partial<Record<string, readonly string[]>> = {
  scipy: [NO_MASK],
  // PyTorch rounds halves to even.
  "torch-cpu": ["augment/warp-labels, half a voxel beyond the faces"],
  "monai-cuda": ["augment/warp-labels, half a voxel beyond the faces"],
  // The driver reads images as floats, and ITK has no filter for the slab.
  "itk-1t": [INTEGERS, NO_MASK, ...REGIONS],
  "itk-2t": [INTEGERS, NO_MASK, ...REGIONS],
};

for (const { name, standIn, program, reason } of CANDIDATES) {
  const test = (what: string, fn: (program: PeerProgram) => Promise<void>) =>
    testUnless(
      `${name}${standIn ? `, with a stand-in for ${standIn},` : ""} ${what}`,
      reason,
      () => fn(program!),
    );

  test("introduces itself with kernels of the registry", async (program) => {
    const { peer, hello } = await Peer.start(program);
    await using _ = peer;
    assertEquals(hello.implementation, name);
    const known = pairs.map((pair): string => pair.name);
    assert(hello.kernels!.length > 0);
    assertEquals(hello.kernels!.filter((kernel) => !known.includes(kernel)), []);
  });

  test("computes the edge cases as the TypeScript reference does", async (program) => {
    const { peer, hello } = await Peer.start(program);
    await using _ = peer;
    const faults = new Map<string, string | undefined>();
    for (const pair of pairs.filter((pair) => hello.kernels!.includes(pair.name))) {
      for (const item of pair.cases.filter(({ edge }) => edge)) {
        const input = item.input();
        try {
          const { output, own_noise } = await compute(peer, pair.name, input);
          const expected = flat(await pair.references.typescript!(input));
          const { ok, error } = judge(output, expected, yardstickOf(pair, input), own_noise);
          if (!ok) faults.set(`${pair.name}, ${item.name}`, error);
        } catch (error) {
          if (!(error instanceof PeerError)) throw error;
          faults.set(`${pair.name}, ${item.name}`, error.reason);
        }
      }
    }
    assertEquals([...faults.keys()], BEYOND[name] ?? [], JSON.stringify([...faults]));
  });

  test("draws noise of the sigma it is told", async (program) => {
    const { peer } = await Peer.start(program);
    await using _ = peer;
    const dims = [40, 30, 20];
    const transform = {
      shape: dims,
      matrix: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
      noise: { sigma: 6, key: { seed: 1, stream: 0 } },
      window: { low: -200, high: 400 },
    };
    const input = { data: new Float32Array(24_000).fill(100), dims, transform };
    const { output, own_noise } = await compute(peer, "augment/fused", input);
    // 100 HU lies in the window's middle, 6 HU are a hundredth of its width.
    assertAlmostEquals(own_noise!, 0.01, 1e-6);
    const { mean, sd } = moments(output);
    assertAlmostEquals(mean, 0.5, 5 * 0.01 / Math.sqrt(24_000));
    assertAlmostEquals(sd, 0.01, 5 * 0.01 / Math.sqrt(48_000));
  });

  test("refuses what it cannot do in one line and goes on", async (program) => {
    const dir = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(join(dir, "case.json"), '{"data": [1, 2');
      const load = (kernel: string, dir: string) => JSON.stringify({ op: "load", kernel, dir });
      const { code, replies } = await answers(program, [
        "no JSON",
        "[1, 2]",
        "",
        '{"op": "dance"}',
        '{"kernel": "augment/warp"}',
        '{"op": "device"}',
        '{"op": "sample"}',
        '{"op": "output", "file": "out.raw"}',
        load("augment/none", dir),
        load("augment/warp", dir),
        load("augment/warp", join(dir, "gone")),
        '{"op": "sample"}',
        '{"op": "hello"}',
        '{"op": "quit"}',
        '{"op": "hello"}',
      ]);
      assertEquals(replies.map(({ ok }) => ok), [...Array(12).fill(false), true, true]);
      for (const { error } of replies.slice(0, 12)) assert(/^[^\n]+$/.test(error), error);
      assertStringIncludes(replies[0].error, "no JSON");
      assertStringIncludes(replies[8].error, 'Cannot load kernel "augment/none": there are ');
      assertEquals(code, 0);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });

  test("ends with its input", async (program) => {
    const { code, replies } = await answers(program, ['{"op": "hello"}']);
    assertEquals([code, replies.length], [0, 1]);
  });

  test("refuses a case whose array is shorter than it says", async (program) => {
    const { peer } = await Peer.start(program);
    await using _ = peer;
    const dir = await Deno.makeTempDir();
    try {
      const matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];
      const dims = [4, 3, 2];
      await writeCase(dir, {
        data: new Float32Array(24),
        dims,
        transform: { shape: dims, matrix },
      });
      await Deno.writeFile(join(dir, "0_input.data.raw"), new Uint8Array(40));
      await assertRejects(() => peer.load("augment/warp", dir), PeerError, "0_input.data.raw");
      assert(peer.alive);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });
}
