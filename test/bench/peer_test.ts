import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { writeCase } from "../../bench/case_files.ts";
import { complaintOf } from "../../bench/_line_program.ts";
import { Peer, PeerError } from "../../bench/peer.ts";
import { fakeProgram, IMPATIENT } from "./_programs.ts";

Deno.test("Peer loads, samples and hands out the output of a talkative program", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await writeCase(dir, { values: new Float32Array([1, 2.5]) });
    const { peer, hello } = await Peer.start(fakeProgram("scipy", "good", dir));
    await using _ = peer;
    assertEquals(hello, { implementation: "scipy", version: "1.0" });
    assert((await peer.load("test/double", dir)).first_call_ms >= 0);
    const sample = await peer.sample();
    assert(sample.ms > 0);
    assertEquals(Object.keys(sample), ["ms"]);
    const file = join(dir, "out.raw");
    assertEquals(await peer.output(file), { dtype: "float32", length: 2 });
    assertEquals(new Float32Array((await Deno.readFile(file)).buffer), new Float32Array([2, 5]));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("Peer asks a program on a GPU for adapter, ceilings and kernel time", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await writeCase(dir, { values: new Float32Array([1]) });
    const { peer, hello } = await Peer.start(fakeProgram("webgpu", "good", dir));
    await using _ = peer;
    assertEquals(hello.adapter, { description: "Fake adapter", vendor: "Test", software: true });
    assertEquals((await peer.device()).empty_submit_ms, 0.5);
    assertEquals(await peer.methods(), [
      { method: "packed", radius: 4, ms: 1.5, auto: true },
      { method: "fft", radius: 4, ms: 20 },
    ]);
    await peer.load("test/double", dir);
    assertEquals((await peer.sample()).kernel_ms, 0.25);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

for (
  const [behaviour, message] of [
    ["dies", 'Cannot measure scipy: it ended with code 7 on "hello": out of luck'],
    ["junk", 'Cannot measure scipy: it wrote a line that is no reply: "Loading WASM module ..."'],
    ["endless", "Cannot measure scipy: it wrote a line of more than 1 MiB"],
    ["half", 'Cannot measure scipy: its reply has no valid "version": ""'],
    ["no-adapter", "Cannot measure scipy: Cannot find a GPU adapter: none answers"],
  ] as const
) {
  Deno.test(`Peer.start() ends a program that says hello like "${behaviour}"`, async () => {
    const error = await assertRejects(
      () => Peer.start(fakeProgram("scipy", behaviour)),
      PeerError,
    );
    assertEquals(error.message, message);
    assertEquals(error.kind, behaviour === "no-adapter" ? "NoAdapterError" : undefined);
  });
}

Deno.test("Peer.start() ends a program that does not answer", async () => {
  await assertRejects(
    () => Peer.start(fakeProgram("scipy", "hangs"), { patience: IMPATIENT }),
    PeerError,
    'Cannot measure scipy: no answer to "hello" within 5 s; it was ended',
  );
});

Deno.test("Peer.start() names a program that is not there", async () => {
  const program = { name: "scipy", command: "deno-of-no-such-name", args: [] } as const;
  await assertRejects(() => Peer.start(program), PeerError, "Cannot measure scipy: ");
});

Deno.test("Peer lives on after a refusal and tells it in one line", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await writeCase(dir, { values: new Float32Array([1]) });
    const { peer } = await Peer.start(fakeProgram("scipy", "refuses", dir));
    await using _ = peer;
    const error = await assertRejects(() => peer.load("test/double", dir), PeerError);
    assertEquals(error.reason, 'Cannot load kernel "test/double": not mine');
    assertEquals(error.kind, "RangeError");
    await assertRejects(() => peer.sample(), PeerError, "no case is loaded");
    assertEquals(peer.alive, true);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("Peer ends a program that hangs in a computation and stays dead", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await writeCase(dir, { values: new Float32Array([1]) });
    const options = { patience: IMPATIENT };
    const { peer } = await Peer.start(fakeProgram("scipy", "hangs-sampling", dir), options);
    await using _ = peer;
    await peer.load("test/double", dir);
    await peer.sample();
    await peer.sample();
    const late = 'no answer to "sample" within 0.5 s; it was ended';
    await assertRejects(() => peer.sample(), PeerError, late);
    assertEquals(peer.alive, false);
    await assertRejects(() => peer.sample(), PeerError, late);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("Peer ends its program and gives the reason when aborted", async () => {
  const controller = new AbortController();
  const starting = Peer.start(fakeProgram("scipy", "hangs"), { signal: controller.signal });
  setTimeout(() => controller.abort(new Error("interrupted")), 50);
  await assertRejects(() => starting, Error, "interrupted");
});

Deno.test("complaintOf() takes the line that names an error, not the stack or hints below it", () => {
  const cases: [lines: string[], words: string | undefined][] = [
    [[], undefined],
    [["out of luck"], "out of luck"],
    // Deno.
    [
      [
        "Warning: old",
        "error: Uncaught (in promise) TypeError: no voxels",
        "  throw new TypeError(",
        "        ^",
        "    at file:///bench/worker.ts:3:7",
        "    info: set RUST_BACKTRACE=1",
      ],
      "error: Uncaught (in promise) TypeError: no voxels",
    ],
    // Python.
    [
      [
        "Traceback (most recent call last):",
        '  File "peer.py", line 3, in <module>',
        "    import scipy",
        "ModuleNotFoundError: No module named 'scipy'",
      ],
      "ModuleNotFoundError: No module named 'scipy'",
    ],
    [["first", "last", "    at x.ts:1"], "last"],
    [["  all", "  indented"], "indented"],
  ];
  for (const [lines, words] of cases) assertEquals(complaintOf(lines), words, lines.join("|"));
});
