import { assert, assertEquals, assertGreater, assertMatch, assertNotEquals } from "@std/assert";
import { judge, yardstickOf } from "../../bench/judge.ts";
import { flat, type Pair, pairs, referenceNames } from "../../bench/pairs/mod.ts";
import { type Gpu, selectAdapter } from "../../src/gpu/mod.ts";
import { testAdapter, withGpu } from "../_gpu.ts";
import { testUnless } from "../_skip.ts";

/** Whether two inputs hold the same; `assertEquals` takes seconds for a volume. */
function same(a: unknown, b: unknown): boolean {
  if (ArrayBuffer.isView(a) && ArrayBuffer.isView(b)) {
    const [p, q] = [a, b] as unknown as [Uint8Array, Uint8Array];
    return p.constructor === q.constructor && p.length === q.length &&
      p.every((value, i) => Object.is(value, q[i]));
  }
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return Object.is(a, b);
  }
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) =>
    key in b &&
    same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key])
  );
}

async function checkPair(gpu: Gpu, pair: Pair, fast = false): Promise<void> {
  const way = fast ? pair.fast! : pair;
  const before = gpu.memory.inUse;
  // Later headline cases are larger ones of the same kind: the benchmark checks them when it times them.
  const [first, ...later] = pair.cases.filter((one) => one.headline);
  for (const one of pair.cases) {
    if (one !== first && later.includes(one)) continue;
    const { name, input: make, without = {} } = one;
    const input = make();
    const again = make();
    assert(same(input, again), `${pair.name}, ${name}: input() gave two different inputs`);
    const { bytes, flops } = pair.work(input);
    assert(bytes > 0 && bytes < Infinity, `${pair.name}, ${name}: work of ${bytes} bytes`);
    assert(flops >= 0 && flops < Infinity, `${pair.name}, ${name}: work of ${flops} operations`);
    const got = flat(await way.gpu(gpu, input));
    for (const reference of referenceNames(pair)) {
      if (without[reference] !== undefined) continue;
      const expected = flat(await pair.references[reference]!(input));
      const { error } = judge(got, expected, yardstickOf(pair, input, fast));
      assertEquals(error, undefined, `${pair.name}, ${name}, against ${reference}`);
    }
    assert(same(input, again), `${pair.name}, ${name}: an implementation changed its input`);
  }
  assertEquals(gpu.memory.inUse, before, `${pair.name} left GPU memory in use`);
}

const { info } = await selectAdapter(testAdapter());

for (const pair of pairs) {
  const { name } = pair;
  Deno.test(
    `${name} agrees with its references on every case`,
    withGpu((gpu) => checkPair(gpu, pair)),
  );
  if (!pair.fast) continue;
  testUnless(
    `the fast variant of ${name} agrees with its references on every case`,
    info.features.includes("float32-filterable")
      ? undefined
      : `${info.description} does not filter 32-bit floats`,
    withGpu((gpu) => checkPair(gpu, pair, true)),
  );
}

Deno.test("same() tells inputs apart by value, type, length and keys", () => {
  const input = { data: new Float32Array([1, NaN]), dims: [2, 1, 1], key: { seed: 1n } };
  assert(same(input, structuredClone(input)));
  assert(!same(input, { ...input, data: new Float32Array([1, 2]) }));
  assert(!same(input, { ...input, data: new Float64Array([1, NaN]) }));
  assert(!same(input, { ...input, data: new Float32Array([1]) }));
  assert(!same(input, { ...input, dims: [2, 1] }));
  assert(!same(input, { ...input, key: { seed: 2n } }));
  assert(!same(input, { ...input, more: undefined }));
});

Deno.test("every pair has a name of its own, suite/kernel", () => {
  const names = pairs.map(({ name }) => name);
  for (const name of names) assertMatch(name, /^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/);
  assertEquals(names.length, new Set(names).size);
  assertGreater(names.length, 0);
});

Deno.test("every pair has the TypeScript reference and names its kernels", () => {
  for (const { name, references, kernels, fast } of pairs) {
    assert(references.typescript, `${name} has no TypeScript reference`);
    assertGreater(kernels.length, 0, `${name} names no kernel`);
    if (fast) assertGreater(fast.kernels.length, 0, `${name}'s fast variant names no kernel`);
    const all = [...kernels, ...fast?.kernels ?? []];
    assertEquals(all.length, new Set(all).size, `${name} names a kernel twice`);
  }
});

Deno.test("every pair has headline and edge cases, each case with a name of its own", () => {
  for (const { name, cases } of pairs) {
    assert(cases.some(({ headline }) => headline), `${name} has no headline case`);
    assert(cases.some(({ edge }) => edge), `${name} has no edge case`);
    const kinds = cases.map(({ headline, edge, brief }) =>
      [headline, edge, brief].filter(Boolean).length
    );
    assert(kinds.every((count) => count === 1), `${name}: a case is of one kind`);
    assert(cases.filter(({ brief }) => brief).length <= 1, `${name} has two brief cases`);
    const names = cases.map((one) => one.name);
    assertEquals(names.length, new Set(names).size, `${name} has two cases of one name`);
  }
});

Deno.test("every acceptance gives its reason, and its tolerance where it has one", () => {
  for (const pair of pairs) {
    const parts = pair.parts?.(pair.cases[0]!.input()) ?? [];
    const all = [pair, ...pair.fast ? [pair.fast] : [], ...parts];
    for (const acceptance of all.flatMap(({ acceptance }) => acceptance ?? [])) {
      const { class: kind, tolerance, exceptionsPerMillion, reason } = acceptance;
      assertMatch(reason, /\w+ \w+ \w+/, `${pair.name} gives no reason`);
      if (kind === "exact") assertEquals(tolerance, undefined, `${pair.name}: exact tolerance`);
      else assertGreater(tolerance!, 0, `${pair.name} has no tolerance`);
      if (kind !== "absolute") {
        assertEquals(exceptionsPerMillion, undefined, `${pair.name} has exceptions`);
      }
    }
  }
});

Deno.test("a reference left out of a case is not the oracle, and the reason is given", () => {
  for (const pair of pairs) {
    for (const { name, without = {} } of pair.cases) {
      const label = `${pair.name}, ${name}`;
      for (const [reference, reason] of Object.entries(without)) {
        assertNotEquals(reference, "typescript", label);
        assertMatch(reason, /\w+ \w+ \w+/, label);
      }
    }
  }
});
