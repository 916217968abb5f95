import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  decodeSafetensors,
  encodeSafetensors,
  SafetensorsError,
} from "../../../src/nn/model/safetensors.ts";

const CONTENT = {
  tensors: new Map([
    ["b.weights", { shape: [2, 3], data: Float32Array.of(1, -2, 0.5, 3, NaN, Infinity) }],
    ["a", { shape: [], data: Float32Array.of(7) }],
    ["none", { shape: [0, 4], data: new Float32Array(0) }],
  ]),
  metadata: { config: '{"x":"ü"}' },
};

/** A file by the format's own rules, written without the code under test. */
function handMade(header: unknown, elements: readonly number[] = [], claim?: bigint): Uint8Array {
  const json = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const file = new Uint8Array(8 + json.length + elements.length);
  new DataView(file.buffer).setBigUint64(0, claim ?? BigInt(json.length), true);
  file.set(json, 8);
  file.set(elements, 8 + json.length);
  return file;
}

Deno.test("decodeSafetensors() gives what encodeSafetensors() took, from any place in memory", () => {
  const file = encodeSafetensors(CONTENT);
  const shifted = new Uint8Array(file.length + 1);
  shifted.set(file, 1);
  for (const bytes of [file, shifted.subarray(1)]) {
    const { tensors, metadata } = decodeSafetensors(bytes);
    assertEquals([...tensors], [...CONTENT.tensors]);
    assertEquals(metadata, CONTENT.metadata);
  }
});

Deno.test("encodeSafetensors() writes the format: length, JSON, little-endian elements one after the other", () => {
  const file = encodeSafetensors(CONTENT);
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  assertEquals((8 + length) % 8, 0);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  assertEquals(header["b.weights"], { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] });
  assertEquals(header.a, { dtype: "F32", shape: [], data_offsets: [24, 28] });
  // 7 is 0x40e00000.
  assertEquals([...file.subarray(8 + length + 24)], [0, 0, 0xe0, 0x40]);
});

Deno.test("decodeSafetensors() reads a file made by hand, with tensors in any order and no texts", () => {
  const { tensors, metadata } = decodeSafetensors(handMade({
    second: { dtype: "F32", shape: [1], data_offsets: [4, 8] },
    first: { dtype: "F32", shape: [1, 1], data_offsets: [0, 4] },
  }, [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]));
  assertEquals([...tensors], [
    ["first", { shape: [1, 1], data: Float32Array.of(1) }],
    ["second", { shape: [1], data: Float32Array.of(2) }],
  ]);
  assertEquals(metadata, {});
});

const one = (entry: Record<string, unknown>, elements = [0, 0, 0, 0]) =>
  handMade({ w: { dtype: "F32", shape: [1], data_offsets: [0, 4], ...entry } }, elements);

const bad: [what: string, file: Uint8Array, says: RegExp][] = [
  ["nothing", new Uint8Array(0), /0 bytes/],
  ["a header longer than the file", handMade({}, [], 1n << 63n), /claims a header/],
  ["a header that is no JSON", handMade("{no"), /no JSON/],
  ["a header that is a list", handMade("[]"), /no JSON object/],
  ["a header that is not UTF-8", handMade({}, [0xff], 3n), /no JSON/],
  ["half floats", one({ dtype: "F16", data_offsets: [0, 2] }, [0, 0]), /"w" .*"F16"/],
  ["no type", one({ dtype: undefined }), /type undefined/],
  ["a negative axis", one({ shape: [-1] }), /shape \[-1\]/],
  ["a fractional axis", one({ shape: [0.5] }), /shape \[0.5\]/],
  ["axes without end", one({ shape: [2 ** 52, 2 ** 52] }), /offsets/],
  ["offsets that do not fit the shape", one({ shape: [2] }), /offsets \[0,4\]/],
  ["offsets backward", one({ data_offsets: [4, 0] }), /offsets/],
  ["offsets beyond the file", one({ data_offsets: [0, 4] }, [0, 0]), /cut short/],
  [
    "offsets that leave a hole",
    one({ data_offsets: [4, 8] }, Array(8).fill(0)),
    /begins at byte 4/,
  ],
  [
    "tensors that share bytes",
    handMade({
      a: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
      b: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
    }, [0, 0, 0, 0]),
    /begins at byte 0/,
  ],
  ["bytes of no tensor", one({}, [0, 0, 0, 0, 0]), /1 bytes behind/],
  ["texts that are none", handMade({ __metadata__: { x: 1 } }), /texts/],
  ["a wrong SHA-256", handMade({ __metadata__: { sha256: "0" } }), /damaged/],
];

for (const [what, file, says] of bad) {
  Deno.test(`decodeSafetensors() refuses ${what}`, () => {
    const error = assertThrows(() => decodeSafetensors(file), SafetensorsError);
    assertEquals(says.test(error.message), true, error.message);
    assertEquals(error.message.includes("\n"), false);
  });
}

Deno.test("decodeSafetensors() refuses a written file with any byte changed or cut off", () => {
  const file = encodeSafetensors(CONTENT);
  for (let length = 0; length < file.length; length += 3) {
    assertThrows(() => decodeSafetensors(file.subarray(0, length)), SafetensorsError);
  }
  const start = 8 + Number(new DataView(file.buffer).getBigUint64(0, true));
  const name = new TextDecoder("latin1").decode(file).indexOf("sha256");
  for (let i = 8; i < file.length; i++) {
    // The spaces behind the JSON say nothing, and under another name the hash is a text like others.
    if (file[i] === 0x20 && i < start || i >= name && i < name + 6) continue;
    const changed = file.slice();
    changed[i]! ^= 1;
    assertThrows(() => decodeSafetensors(changed), SafetensorsError);
  }
});

Deno.test("decodeSafetensors() throws nothing but its own error, whatever the bytes are", () => {
  const file = encodeSafetensors(CONTENT);
  fc.assert(fc.property(fc.nat(file.length - 1), fc.nat(255), fc.nat(7), (at, value, cut) => {
    const changed = file.slice(0, file.length - cut);
    if (at < changed.length) changed[at] = value;
    try {
      decodeSafetensors(changed);
    } catch (error) {
      if (!(error instanceof SafetensorsError)) throw error;
    }
  }));
});

Deno.test("encodeSafetensors() refuses axes that do not fit, and names that are taken", () => {
  const data = Float32Array.of(1);
  const write = (name: string, shape: number[], metadata = {}) =>
    encodeSafetensors({ tensors: new Map([[name, { shape, data }]]), metadata });
  assertThrows(() => write("w", [2]), TypeError, '"w" of shape 2 has 1 elements');
  assertThrows(() => write("w", [-1, -1]), TypeError, "-1 x -1");
  assertThrows(() => write("__metadata__", [1]), RangeError, "__metadata__");
  assertThrows(() => write("w", [1], { sha256: "" }), RangeError, "sha256");
});
