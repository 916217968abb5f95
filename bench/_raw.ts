import type { VoxelArray } from "../src/volume/mod.ts";

/** Element types by the names numpy gives them, so that a peer in Python can use them as they are. */
const TYPES = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** The name of an element type. */
export type Dtype = keyof typeof TYPES;

/**
 * The element type of an array.
 *
 * @param value Anything.
 * @returns Its name, or undefined if the value is no such array.
 */
export function dtypeOf(value: unknown): Dtype | undefined {
  for (const [name, type] of Object.entries(TYPES)) if (value instanceof type) return name as Dtype;
  return undefined;
}

/**
 * Whether a text names an element type.
 *
 * @param name Any value.
 * @returns True for the names of {@linkcode Dtype}.
 */
export function isDtype(name: unknown): name is Dtype {
  return typeof name === "string" && Object.hasOwn(TYPES, name);
}

/**
 * Writes the elements of an array, little-endian: Deno runs on little-endian machines only, so memory is written as it is.
 *
 * @param path The file to write.
 * @param array The elements.
 */
export async function writeRaw(path: string, array: VoxelArray): Promise<void> {
  await Deno.writeFile(path, new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
}

/**
 * Reads elements written by {@linkcode writeRaw} or by a peer.
 *
 * @param path The file.
 * @param dtype The type of its elements.
 * @param length How many there must be.
 * @returns The elements, in memory of their own.
 * @throws {RangeError} If the file holds more or fewer bytes.
 */
export async function readRaw(path: string, dtype: Dtype, length: number): Promise<VoxelArray> {
  const bytes = await Deno.readFile(path);
  const type = TYPES[dtype];
  if (bytes.byteLength !== length * type.BYTES_PER_ELEMENT) {
    throw new RangeError(
      `Cannot read ${path}: ${length} elements of ${dtype} need ${
        length * type.BYTES_PER_ELEMENT
      } bytes, the file holds ${bytes.byteLength}`,
    );
  }
  return new type(bytes.buffer, bytes.byteOffset, length);
}
