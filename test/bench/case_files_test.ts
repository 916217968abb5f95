import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import fc from "fast-check";
import { readCase, writeCase } from "../../bench/case_files.ts";

async function inFolder(fn: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await fn(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("writeCase() writes a layout that other languages can read", () =>
  inFolder(async (dir) => {
    await writeCase(dir, {
      ct: { data: new Int16Array([1, -2]), dims: [2, 1, 1] },
      radius: 12.5,
      left: undefined,
    });
    assertEquals(JSON.parse(await Deno.readTextFile(join(dir, "case.json"))), {
      ct: {
        data: { $array: { file: "0_input.ct.data.raw", dtype: "int16", length: 2 } },
        dims: [2, 1, 1],
      },
      radius: 12.5,
    });
    // 1 and -2 as two's complement, low byte first.
    assertEquals(
      await Deno.readFile(join(dir, "0_input.ct.data.raw")),
      new Uint8Array([1, 0, 254, 255]),
    );
  }));

Deno.test("writeCase() writes only the elements that a view shows", () =>
  inFolder(async (dir) => {
    const view = new Float32Array([9, 1, 2, 9]).subarray(1, 3);
    await writeCase(dir, { view });
    assertEquals(await readCase(dir), { view: new Float32Array([1, 2]) });
  }));

Deno.test("readCase() gives back what writeCase() took", async () => {
  const array = fc.oneof(
    fc.int8Array(),
    fc.uint8Array(),
    fc.int16Array(),
    fc.uint16Array(),
    fc.int32Array(),
    fc.uint32Array(),
    fc.float32Array(),
    fc.float64Array(),
  );
  const number = fc.double({ noNaN: true, noDefaultInfinity: true })
    // JSON has no negative zero.
    .map((value) => value === 0 ? 0 : value);
  const leaf = fc.oneof(array, number, fc.string(), fc.boolean(), fc.bigInt(), fc.constant(null));
  const key = fc.string().filter((key) => !key.startsWith("$") && key !== "__proto__");
  const { input } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, leaf, tie("input"), fc.array(tie("value"), { maxLength: 3 })),
    input: fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  }));
  await fc.assert(
    fc.asyncProperty(input, (value) =>
      inFolder(async (dir) => {
        await writeCase(dir, value as object);
        assertEquals(await readCase(dir), value);
      })),
    { numRuns: 50, seed: 1 },
  );
});

for (
  const [value, told] of [
    [{ a: { b: NaN } }, "input.a.b is the number NaN"],
    [{ a: [1, Infinity] }, "input.a.1 is the number Infinity"],
    [{ a: () => 1 }, "input.a is of type function"],
    [{ a: new Map() }, "input.a is a Map"],
    [{ a: new BigInt64Array(1) }, "input.a is a BigInt64Array"],
    [{ a: { $array: 1 } }, 'input.a has a property "$array"'],
  ] as const
) {
  Deno.test(`writeCase() refuses input where ${told}`, () =>
    inFolder(async (dir) => {
      await assertRejects(() => writeCase(dir, value), TypeError, told);
      assertEquals([...Deno.readDirSync(dir)], []);
    }));
}

Deno.test("readCase() refuses an array whose file has another size", () =>
  inFolder(async (dir) => {
    await writeCase(dir, { a: new Int32Array(3) });
    await Deno.writeFile(join(dir, "0_input.a.raw"), new Uint8Array(11));
    await assertRejects(
      () => readCase(dir),
      RangeError,
      "3 elements of int32 need 12 bytes, the file holds 11",
    );
  }));

Deno.test("readCase() refuses an array of an unknown type", () =>
  inFolder(async (dir) => {
    const entry = { a: { $array: { file: "a.raw", dtype: "float16", length: 1 } } };
    await Deno.writeTextFile(join(dir, "case.json"), JSON.stringify(entry));
    await assertRejects(() => readCase(dir), SyntaxError, "float16");
  }));
