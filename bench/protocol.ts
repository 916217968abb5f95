/**
 * The line protocol between the benchmark and the programs it measures: one JSON object a line, a request on the program's
 * standard input, its reply on standard output, strictly in turn. Whatever a program wants to say besides goes to standard error.
 *
 * | request | reply |
 * |---|---|
 * | `{"op":"hello"}` | `{"ok":true,"implementation":"scipy","version":"1.10.1"}`, on a GPU also `adapter`, a native peer also `kernels` |
 * | `{"op":"device"}` | what the adapter can do, see {@linkcode Device}; only asked of a program on a GPU |
 * | `{"op":"methods"}` | how long each method of dilation takes: `{"ok":true,"methods":[...]}`, see `MethodTime`; asked of `webgpu` alone |
 * | `{"op":"load","kernel":"suite/name","dir":"/tmp/case"}` | reads the case, computes once: `{"ok":true,"first_call_ms":1.5}`, with noise of its own also `own_noise` |
 * | `{"op":"sample"}` | computes once more: `{"ok":true,"ms":1.5}`, on a GPU also `kernel_ms` |
 * | `{"op":"output","file":"/tmp/out.raw"}` | writes the last output, raw: `{"ok":true,"dtype":"uint8","length":8}` |
 * | `{"op":"quit"}` | `{"ok":true}`, then ends |
 *
 * A request that fails is answered `{"ok":false,"error":"one line","kind":"RangeError"}`, and the program goes on. `ms` is wall time
 * from input in the program's memory to output in its memory, uploads and readbacks included; `kernel_ms` comes from a run of its own.
 * The end of standard input means quit. The case's folder is described at `writeCase`.
 *
 * @module
 */
import type { MethodTime } from "../src/report/bench_schema.ts";
import { type Dtype, isDtype } from "./_raw.ts";

/** A question to a program under measurement. */
export type Request =
  | { readonly op: "hello" }
  | { readonly op: "device" }
  | { readonly op: "methods" }
  | { readonly op: "load"; readonly kernel: string; readonly dir: string }
  | { readonly op: "sample" }
  | { readonly op: "output"; readonly file: string }
  | { readonly op: "quit" };

/** The adapter a program runs on. */
export interface HelloAdapter {
  readonly description: string;
  readonly vendor: string;
  readonly software: boolean;
  readonly driver?: string;
}

/** The reply to `hello`. */
export interface Hello {
  /** The program's name, e.g. `scipy`. */
  readonly implementation: string;
  /** Its version in words. */
  readonly version: string;
  /** Present if it runs on a GPU. */
  readonly adapter?: HelloAdapter;
  /** The kernels it can compute; absent if it is to be asked for each. */
  readonly kernels?: readonly string[];
}

/** The reply to `device`: the adapter's own measured ceilings and overhead. */
export interface Device {
  /** Wall time of the smallest dispatch and a readback of 4 bytes, median, ms. */
  readonly empty_submit_ms: number;
  /** Bytes read plus bytes written per second by a copy. */
  readonly copy_bytes_per_s: number;
  /** Floating-point operations per second, a multiply-add counting two. */
  readonly flops_per_s: number;
  /** Integer operations per second: the faster of multiply-adds, which count two, and exclusive ors and additions in turn. */
  readonly integer_ops_per_s: number;
}

/** The reply to `load`. */
export interface Loaded {
  /** Wall time of the first computation of the case, compilation included, ms. */
  readonly first_call_ms: number;
  /**
   * Standard deviation of the noise that the output's values hold and that the program draws by a generator of its own;
   * absent if the output can be compared as it is.
   */
  readonly own_noise?: number;
}

/** The reply to `sample`. */
export interface Sample {
  /** Wall time, ms. */
  readonly ms: number;
  /** Time of the kernels by the GPU's own clock, ms. */
  readonly kernel_ms?: number;
}

/** The reply to `output`. */
export interface Output {
  readonly dtype: Dtype;
  readonly length: number;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a reply's line.
 *
 * @param line One line.
 * @returns Its fields, among them the boolean `ok`.
 * @throws {SyntaxError} If it is no reply.
 */
export function parseReply(line: string): Fields & { readonly ok: boolean } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  if (typeof value !== "object" || value === null || !("ok" in value)) {
    throw new SyntaxError(`it wrote a line that is no reply: ${quote(line)}`);
  }
  if (typeof value.ok !== "boolean") {
    throw new SyntaxError(`its reply does not say whether it is ok: ${quote(line)}`);
  }
  return value as Fields & { readonly ok: boolean };
}

/**
 * Checks the reply to `hello`.
 *
 * @param fields A reply that is ok.
 * @returns The same, typed.
 * @throws {SyntaxError} If a field is missing or of the wrong type.
 */
export function checkHello(fields: Fields): Hello {
  const implementation = text(fields, "implementation");
  const version = text(fields, "version");
  const kernels = fields.kernels === undefined ? {} : { kernels: texts(fields, "kernels") };
  if (fields.adapter === undefined) return { implementation, version, ...kernels };
  const adapter = (fields.adapter ?? {}) as Fields;
  if (typeof adapter.software !== "boolean") wrong("adapter.software", adapter.software);
  return {
    implementation,
    version,
    ...kernels,
    adapter: {
      description: text(adapter, "description"),
      vendor: text(adapter, "vendor"),
      software: adapter.software as boolean,
      ...(adapter.driver === undefined ? {} : { driver: text(adapter, "driver") }),
    },
  };
}

/**
 * Checks the reply to `device`; see {@linkcode checkHello}.
 *
 * @param fields A reply that is ok.
 * @returns The same, typed.
 */
export function checkDevice(fields: Fields): Device {
  return {
    empty_submit_ms: amount(fields, "empty_submit_ms"),
    copy_bytes_per_s: amount(fields, "copy_bytes_per_s"),
    flops_per_s: amount(fields, "flops_per_s"),
    integer_ops_per_s: amount(fields, "integer_ops_per_s"),
  };
}

/**
 * Checks the reply to `methods`; see {@linkcode checkHello}.
 *
 * @param fields A reply that is ok.
 * @returns The same, typed.
 */
export function checkMethods({ methods }: Fields): MethodTime[] {
  if (!Array.isArray(methods)) return wrong("methods", methods);
  return methods.map((one: Fields) => {
    const { method, auto } = one;
    if (method !== "packed" && method !== "fft" && method !== "distance") wrong("method", method);
    return {
      method: method as MethodTime["method"],
      radius: amount(one, "radius"),
      ms: amount(one, "ms"),
      ...auto === true && { auto },
    };
  });
}

/**
 * Checks the reply to `load`; see {@linkcode checkHello}.
 *
 * @param fields A reply that is ok.
 * @returns The same, typed.
 */
export function checkLoaded(fields: Fields): Loaded {
  const first_call_ms = amount(fields, "first_call_ms");
  if (fields.own_noise === undefined) return { first_call_ms };
  return { first_call_ms, own_noise: amount(fields, "own_noise") };
}

/**
 * Checks the reply to `sample`; see {@linkcode checkHello}.
 *
 * @param fields A reply that is ok.
 * @returns The same, typed.
 */
export function checkSample(fields: Fields): Sample {
  const ms = amount(fields, "ms");
  // A ratio divides by it.
  if (ms === 0) wrong("ms", ms);
  return fields.kernel_ms === undefined ? { ms } : { ms, kernel_ms: amount(fields, "kernel_ms") };
}

/**
 * Checks the reply to `output`; see {@linkcode checkHello}.
 *
 * @param fields A reply that is ok.
 * @returns The same, typed.
 */
export function checkOutput(fields: Fields): Output {
  const length = amount(fields, "length");
  if (!Number.isSafeInteger(length)) wrong("length", length);
  const { dtype } = fields;
  return isDtype(dtype) ? { dtype, length } : wrong("dtype", dtype);
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === "string" && value !== "" ? value : wrong(name, value);
}

function texts(fields: Fields, name: string): string[] {
  const value = fields[name];
  return Array.isArray(value) && value.every((item) => typeof item === "string")
    ? value
    : wrong(name, value);
}

function amount(fields: Fields, name: string): number {
  const value = fields[name];
  return typeof value === "number" && Number.isFinite(value) && value >= 0
    ? value
    : wrong(name, value);
}

function wrong(name: string, value: unknown): never {
  throw new SyntaxError(`its reply has no valid "${name}": ${quote(JSON.stringify(value) ?? "")}`);
}

/** Text from a foreign program, short enough for a line. */
function quote(line: string): string {
  return JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}...` : line);
}
