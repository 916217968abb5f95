import { join } from "@std/path";
import type { VoxelArray } from "../src/volume/mod.ts";
import { type Dtype, dtypeOf, isDtype, readRaw, writeRaw } from "./_raw.ts";

/** What stands in `case.json` in place of a typed array. */
interface ArrayEntry {
  readonly $array: { readonly file: string; readonly dtype: Dtype; readonly length: number };
}

/**
 * Writes a case's input so that a program in any language can read it: `case.json` holds the input with
 * `{"$array": {"file", "dtype", "length"}}` in place of every typed array, and beside it lie the arrays' elements, raw and
 * little-endian. `dtype` is numpy's name of the element type.
 *
 * @param dir An existing folder.
 * @param input A plain object of finite numbers, strings, booleans, null, bigints, arrays, plain objects and typed arrays. A
 *   bigint becomes `{"$bigint": "123"}`; a property that is undefined is left out.
 * @throws {TypeError} If it holds anything else; the message names where.
 */
export async function writeCase(dir: string, input: object): Promise<void> {
  const arrays: { file: string; array: VoxelArray }[] = [];
  const encode = (value: unknown, path: string): unknown => {
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    if (typeof value === "bigint") return { $bigint: value.toString() };
    const dtype = dtypeOf(value);
    if (dtype) {
      const array = value as VoxelArray;
      const file = `${arrays.length}_${path.replaceAll(/[^\w.-]/g, "_")}.raw`;
      arrays.push({ file, array });
      return { $array: { file, dtype, length: array.length } } satisfies ArrayEntry;
    }
    if (Array.isArray(value)) return value.map((item, i) => encode(item, `${path}.${i}`));
    if (!isPlain(value)) {
      throw new TypeError(
        `Cannot write a benchmark case: ${path} is ${
          describe(value)
        }; give plain data and typed arrays`,
      );
    }
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(entries.map(([key, item]) => {
      if (key.startsWith("$")) {
        throw new TypeError(
          `Cannot write a benchmark case: ${path} has a property "${key}"; names with $ are taken`,
        );
      }
      return [key, encode(item, `${path}.${key}`)];
    }));
  };
  const json = JSON.stringify(encode(input, "input"), null, 1);
  for (const { file, array } of arrays) await writeRaw(join(dir, file), array);
  await Deno.writeTextFile(join(dir, "case.json"), json);
}

/**
 * Reads what {@linkcode writeCase} wrote.
 *
 * @param dir The case's folder.
 * @returns The input, with arrays in memory of their own.
 * @throws {SyntaxError} If `case.json` is not JSON, or an array's entry is not complete.
 * @throws {RangeError} If an array's file has the wrong size.
 */
export async function readCase(dir: string): Promise<object> {
  const decode = async (value: unknown): Promise<unknown> => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return await Promise.all(value.map(decode));
    if ("$bigint" in value) return BigInt(value.$bigint as string);
    if ("$array" in value) return await readArray(dir, value.$array);
    const entries = Object.entries(value).map(async ([key, item]) => [key, await decode(item)]);
    return Object.fromEntries(await Promise.all(entries));
  };
  return await decode(JSON.parse(await Deno.readTextFile(join(dir, "case.json")))) as object;
}

async function readArray(dir: string, entry: unknown): Promise<VoxelArray> {
  const { file, dtype, length } = (entry ?? {}) as Partial<ArrayEntry["$array"]>;
  if (typeof file !== "string" || !isDtype(dtype) || !Number.isSafeInteger(length)) {
    throw new SyntaxError(
      `Cannot read a benchmark case in ${dir}: the array entry ${
        JSON.stringify(entry)
      } needs a file, ` +
        "a dtype and a length",
    );
  }
  return await readRaw(join(dir, file), dtype, length!);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: unknown): string {
  if (typeof value === "number") return `the number ${value}`;
  if (typeof value !== "object" || value === null) return `of type ${typeof value}`;
  return `a ${value.constructor?.name ?? "foreign object"}`;
}
