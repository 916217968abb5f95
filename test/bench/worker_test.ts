import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { judge, yardstickOf } from "../../bench/judge.ts";
import { readRaw } from "../../bench/_raw.ts";
import { writeCase } from "../../bench/case_files.ts";
import { pairs, referenceNames } from "../../bench/mod.ts";
import { Peer, PeerError } from "../../bench/peer.ts";
import { ownPrograms } from "../../bench/programs.ts";
import { testAdapter } from "../_gpu.ts";

const adapter = testAdapter();

async function inFolder(fn: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.realPath(await Deno.makeTempDir());
  try {
    await fn(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function programs(dir: string, wanted = adapter) {
  const all = ownPrograms({ dir, ...(wanted === undefined ? {} : { adapter: wanted }) });
  return (name: string) => all.find((program) => program.name === name)!;
}

for (const name of ["typescript", "itk-wasm", "niimath"] as const) {
  Deno.test(`the worker computes the same as ${name} in a process of its own`, () =>
    inFolder(async (dir) => {
      const pair = pairs.find((pair) => referenceNames(pair).includes(name))!;
      const item = pair.cases.find(({ edge }) => edge)!;
      const input = item.input();
      await writeCase(dir, input);
      const program = programs(dir);
      const outputs = [];
      for (const peerName of ["webgpu", name]) {
        const { peer, hello } = await Peer.start(program(peerName));
        await using _ = peer;
        assertEquals(hello.implementation, peerName);
        await peer.load(pair.name, dir);
        const sample = await peer.sample();
        assert(sample.kernel_ms === undefined || peerName === "webgpu");
        const file = join(dir, `${peerName}.raw`);
        const { dtype, length } = await peer.output(file);
        outputs.push(await readRaw(file, dtype, length));
      }
      assertEquals(judge(outputs[0]!, outputs[1]!, yardstickOf(pair, input)).error, undefined);
    }));
}

Deno.test("the worker measures its adapter with checked kernels", () =>
  inFolder(async (dir) => {
    const { peer, hello } = await Peer.start(programs(dir)("webgpu"));
    await using _ = peer;
    assertEquals(typeof hello.adapter!.software, "boolean");
    const { empty_submit_ms, copy_bytes_per_s, flops_per_s, integer_ops_per_s } = await peer
      .device();
    // No adapter in reach is slower than this; a figure in other units would be.
    assert(empty_submit_ms > 0);
    assert(copy_bytes_per_s > 1e8, `${copy_bytes_per_s} bytes/s`);
    assert(flops_per_s > 1e8, `${flops_per_s} operations/s`);
    assert(integer_ops_per_s > 1e8, `${integer_ops_per_s} operations/s`);
  }));

Deno.test("the worker names an adapter that is not there", () =>
  inFolder(async (dir) => {
    const program = programs(dir, "no such adapter")("webgpu");
    const error = await assertRejects(() => Peer.start(program), PeerError);
    assertEquals(error.kind, "NoAdapterError");
  }));

Deno.test("the worker refuses a kernel it does not have, and goes on", () =>
  inFolder(async (dir) => {
    await writeCase(dir, {});
    const { peer } = await Peer.start(programs(dir)("typescript"));
    await using _ = peer;
    const error = await assertRejects(() => peer.load("no/such", dir), PeerError);
    assertEquals(error.reason.startsWith('Cannot load kernel "no/such": the registry has '), true);
    assertEquals(peer.alive, true);
  }));
