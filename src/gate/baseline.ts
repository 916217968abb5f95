import { join } from "@std/path";
import { ifThere, ROOT } from "../files/mod.ts";
import { type ResultAdapter, writeTextWhole } from "../report/mod.ts";
import type { GateMask, GateMeasure } from "./measure.ts";

const SCHEMA = "ct-organ-webgpu/gate@1";

/**
 * Where the baseline of a class of adapters lies: by kind and device, without the driver's version.
 *
 * @param adapter Of the class.
 * @returns E.g. `bench/baselines/gate-software-llvmpipe.json` in the project's folder.
 */
export function baselinePath({ description, software }: ResultAdapter): string {
  const device = description.replace(/\(.*\)/, "").toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const name = ["gate", software ? "software" : "hardware", ...device].join("-");
  return join(ROOT ?? ".", "bench", "baselines", `${name}.json`);
}

/**
 * Reads a baseline.
 *
 * @param path The file.
 * @returns The baseline, or undefined if there is no such file.
 * @throws {TypeError} If the file holds something else.
 */
export async function readBaseline(path: string): Promise<GateMeasure | undefined> {
  const text = await ifThere(Deno.readTextFile(path));
  return text === undefined ? undefined : await parseBaseline(text);
}

/**
 * Reads a baseline's text.
 *
 * @param text What {@linkcode writeBaseline} wrote.
 * @returns The baseline.
 * @throws {TypeError} If it is something else.
 */
export async function parseBaseline(text: string): Promise<GateMeasure> {
  const value = parse(text);
  const found = typeof value?.schema === "string" ? `"${value.schema}"` : "none";
  if (value?.schema !== SCHEMA) {
    throw new TypeError(
      `Cannot use the gate's baseline: its schema must be "${SCHEMA}", found ${found}`,
    );
  }
  const { schema: _schema, command: _command, masks, ...rest } = value;
  return { ...rest, masks: await Promise.all(masks.map(unpackMask)) };
}

/** A file that is no JSON has no schema either. */
function parse(text: string): GateFile | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Writes a baseline, whole or not at all.
 *
 * @param path The file.
 * @param baseline What to write.
 */
export async function writeBaseline(path: string, baseline: GateMeasure): Promise<void> {
  const { masks, ...rest } = baseline;
  const packed = await Promise.all(masks.map(packMask));
  const file = { schema: SCHEMA, command: "deno task gate --update", ...rest, masks: packed };
  await writeTextWhole(path, `${JSON.stringify(file, null, 2)}\n`);
}

interface PackedMask extends Pick<GateMask, "chain" | "case"> {
  /** One byte a voxel, x fastest, compressed by gzip, in base64. */
  readonly gzip: string;
}

interface GateFile extends Omit<GateMeasure, "masks"> {
  readonly schema: string;
  readonly command: string;
  readonly masks: readonly PackedMask[];
}

async function packMask({ labels, ...rest }: GateMask): Promise<PackedMask> {
  return { ...rest, gzip: (await through(labels, new CompressionStream("gzip"))).toBase64() };
}

async function unpackMask({ gzip, ...rest }: PackedMask): Promise<GateMask> {
  const bytes = Uint8Array.fromBase64(gzip);
  return { ...rest, labels: await through(bytes, new DecompressionStream("gzip")) };
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(new Blob([bytes]).stream().pipeThrough(transform)).bytes();
}
