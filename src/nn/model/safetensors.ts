import { createHash } from "node:crypto";
import { elementCount } from "../tensor.ts";

/** Numbers with axes, slowest first. */
export interface NamedTensor {
  /** Its axes; none for a single number. */
  readonly shape: readonly number[];
  /** Its elements, the last axis fastest. */
  readonly data: Float32Array<ArrayBuffer>;
}

/** What a safetensors file holds. */
export interface Safetensors {
  /** By name. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** Texts by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes are not a safetensors file, or one of a kind that is not supported. */
export class SafetensorsError extends SyntaxError {
  override readonly name = "SafetensorsError";
}

/** The format's own limit of the header, bytes. */
const MOST_HEADER = 100_000_000;
/** The name under which the header holds its texts. */
const METADATA = "__metadata__";
/** The text that holds the SHA-256 of the header without this text, as JSON, and the elements' bytes: the format itself has none. */
const DIGEST = "sha256";

/**
 * Writes tensors in the safetensors format (https://github.com/huggingface/safetensors): 8 bytes with the header's length, a header in
 * JSON, then the elements, little-endian, in the order of the header. The text
 * `sha256` is added, by which a reader finds damage.
 *
 * @param content Tensors and texts.
 * @returns The whole file.
 * @throws {TypeError} If a tensor's axes do not fit its elements.
 * @throws {RangeError} If a tensor or a text has a name that the format or this writer keeps for itself.
 */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array<ArrayBuffer> {
  if (DIGEST in metadata) {
    throw new RangeError(`Cannot write safetensors: the text "${DIGEST}" is the writer's own`);
  }
  const header: [name: string, entry: unknown][] = [[METADATA, metadata]];
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    if (name === METADATA) {
      throw new RangeError(`Cannot write safetensors: no tensor may be called "${METADATA}"`);
    }
    if (!shape.every(isCount) || elementCount(shape) !== data.length) {
      throw new TypeError(
        `Cannot write safetensors: "${name}" of shape ${
          shape.join(" x ")
        } has ${data.length} elements`,
      );
    }
    header.push([name, { dtype: "F32", shape, data_offsets: [end, end += data.byteLength] }]);
  }
  const elements = new Uint8Array(end);
  let at = 0;
  for (const { data } of tensors.values()) {
    elements.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  const sha256 = digest(Object.fromEntries(header), elements);
  header[0] = [METADATA, { ...metadata, [DIGEST]: sha256 }];
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  // Spaces at the header's end are allowed, and let readers map the elements as they are.
  const start = Math.ceil((8 + json.length) / 8) * 8;
  const file = new Uint8Array(start + end).fill(0x20, 8, start);
  new DataView(file.buffer).setBigUint64(0, BigInt(start - 8), true);
  file.set(json, 8);
  file.set(elements, start);
  return file;
}

/**
 * Reads tensors in the safetensors format, strictly: every byte behind the header belongs to exactly one tensor, all elements are 32-bit
 * floats, and the SHA-256 fits where the texts hold one.
 *
 * @param file The whole file.
 * @returns Tensors with memory of their own, in the order of their elements, and texts.
 * @throws {SafetensorsError} If it is anything else; the message says what is wrong.
 */
export function decodeSafetensors(file: Uint8Array): Safetensors {
  const { header, start } = readHeader(file);
  const elements = file.subarray(start);
  const entries = Object.entries(header).filter(([name]) => name !== METADATA)
    .map(([name, entry]) => ({ name, ...checkEntry(name, entry) }))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  const tensors = new Map<string, NamedTensor>();
  let covered = 0;
  for (const { name, shape, begin, end } of entries) {
    if (begin !== covered) {
      throw new SafetensorsError(
        `"${name}" begins at byte ${begin} of the elements, where the one before ends at ${covered}`,
      );
    }
    if (end > elements.length) {
      throw new SafetensorsError(
        `"${name}" ends at byte ${end} of the elements, there are ${elements.length}: the file is cut short`,
      );
    }
    tensors.set(name, { shape, data: new Float32Array(elements.slice(begin, end).buffer) });
    covered = end;
  }
  if (covered !== elements.length) {
    throw new SafetensorsError(
      `${elements.length - covered} bytes behind the last tensor belong to none`,
    );
  }
  const { [DIGEST]: expected, ...metadata } = checkTexts(
    Object.hasOwn(header, METADATA) ? header[METADATA] : {},
  );
  if (
    expected !== undefined && expected !== digest({ ...header, [METADATA]: metadata }, elements)
  ) {
    throw new SafetensorsError("it is damaged: its SHA-256 is not the one it names");
  }
  return { tensors, metadata };
}

function readHeader(file: Uint8Array): { header: Record<string, unknown>; start: number } {
  if (file.length < 8) throw new SafetensorsError(`${file.length} bytes are too few for a header`);
  const length = new DataView(file.buffer, file.byteOffset).getBigUint64(0, true);
  if (length > MOST_HEADER || length > file.length - 8) {
    throw new SafetensorsError(
      `it claims a header of ${length} bytes, the file has ${file.length}: it is cut short or no safetensors file`,
    );
  }
  const start = 8 + Number(length);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file.subarray(8, start)));
  } catch (cause) {
    throw new SafetensorsError(`its header is no JSON (${(cause as Error).message})`, { cause });
  }
  if (!isObject(header)) throw new SafetensorsError("its header is no JSON object");
  return { header, start };
}

function checkEntry(name: string, entry: unknown) {
  if (!isObject(entry)) throw new SafetensorsError(`"${name}" is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== "F32") {
    throw new SafetensorsError(
      `"${name}" has elements of type ${JSON.stringify(dtype)}: only "F32" is read`,
    );
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    throw new SafetensorsError(`"${name}" has the shape ${JSON.stringify(shape)}`);
  }
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? offsets : [];
  // A product of large axes may pass what a number holds exactly; the elements' bytes are then too few in any case.
  if (!isCount(begin) || !isCount(end) || end - begin !== 4 * elementCount(shape)) {
    throw new SafetensorsError(
      `"${name}" of shape ${shape.join(" x ")} has the offsets ${JSON.stringify(offsets)}`,
    );
  }
  return { shape: shape as number[], begin, end };
}

function checkTexts(texts: unknown): Record<string, string> {
  if (!isObject(texts) || !Object.values(texts).every((text) => typeof text === "string")) {
    throw new SafetensorsError(`"${METADATA}" is not an object of texts`);
  }
  return texts as Record<string, string>;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function digest(header: Readonly<Record<string, unknown>>, elements: Uint8Array): string {
  return createHash("sha256").update(JSON.stringify(header)).update(elements).digest("hex");
}
