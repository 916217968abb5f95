import type { Window } from "../../augment/mod.ts";
import { writeWhole } from "../../files/mod.ts";
import type { Vec3 } from "../../volume/mod.ts";
import { elementCount } from "../tensor.ts";
import { parseConfig, type UNetConfig } from "./config.ts";
import { requiredMultiple } from "./network.ts";
import { parametersOf, runningStatisticsOf } from "./parameters.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  SafetensorsError,
} from "./safetensors.ts";

/** A trained network and what its input must be. Volumes are turned to RAS first. */
export interface Model {
  /** The network. */
  readonly config: UNetConfig;
  /** Name of each class; a class's place is its label value. */
  readonly labels: readonly string[];
  /** mm between the voxels that it was trained on. */
  readonly spacing: Vec3;
  /** HU that become 0 and 1. */
  readonly window: Window;
  /** Voxels along x, y, z that it was trained on: the size of a tile. */
  readonly crop: Vec3;
  /** Parameters and running statistics by name, the last axis fastest. */
  readonly weights: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  /** Where it comes from, in words by name: command, seed, steps, versions, adapter. */
  readonly provenance: Readonly<Record<string, string>>;
}

/** The text that tells a model's file from others. */
const FORMAT = "ct-organ-webgpu/model@1";
/** A file above this is none of ours, bytes. */
const LARGEST = 2 ** 31;

/**
 * Writes a model as a safetensors file, whole or not at all; config, labels, spacing, window, crop and provenance stand in its header.
 *
 * @param path Where to; a file already there is replaced.
 * @param model The model.
 * @throws {TypeError} If {@linkcode checkModel} refuses it.
 */
export async function writeModel(path: string, model: Model): Promise<void> {
  checkModel(model, `write model "${path}"`);
  await writeWhole(path, encodeSafetensors(toFile(model)));
}

/**
 * Reads a model.
 *
 * @param path The file.
 * @returns The model.
 * @throws {SafetensorsError} If the file is damaged, or no model; the message names the file.
 * @throws {Deno.errors.NotFound} If there is no such file.
 */
export async function readModel(path: string): Promise<Model> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) throw new SafetensorsError("it is not a file");
    if (size > LARGEST) throw new SafetensorsError(`${size} bytes are more than a model has`);
    return fromFile(decodeSafetensors(await Deno.readFile(path)));
  } catch (cause) {
    const action = `Cannot read model "${path}"`;
    if (cause instanceof Deno.errors.NotFound) {
      throw new Deno.errors.NotFound(`${action}: there is no such file`, { cause });
    }
    const reason = (cause as Error).message.replace(/ \(os error \d+\).*/, "");
    const Kind = cause instanceof SyntaxError ? SafetensorsError : Error;
    throw new Kind(`${action}: ${reason}`, { cause });
  }
}

/**
 * Refuses a model that is not whole.
 *
 * @param model A model whose config is sound.
 * @param action What is to be done with it, for the message.
 * @throws {TypeError} If a parameter is missing, unknown, not finite or of another size than the config says, or if labels, spacing, window,
 * crop or provenance are not sound.
 */
export function checkModel(model: Model, action: string): void {
  const fault = faultOf(model);
  if (fault !== undefined) throw new TypeError(`Cannot ${action}: ${fault}`);
}

function toFile({ config, labels, spacing, window, crop, weights, provenance }: Model) {
  const description = { config, labels, spacing, window, crop, provenance };
  const tensors = new Map(
    shapesOf(config).map(({ name, shape }) => [name, { shape, data: weights.get(name)! }]),
  );
  return { tensors, metadata: { format: FORMAT, model: JSON.stringify(description) } };
}

function fromFile({ tensors, metadata }: Safetensors): Model {
  if (metadata["format"] !== FORMAT || metadata["model"] === undefined) {
    throw new SafetensorsError(`it is no model of this project: its header lacks "${FORMAT}"`);
  }
  const found = JSON.parse(metadata["model"]);
  if (typeof found !== "object" || found === null) {
    throw new SafetensorsError("its header describes no model");
  }
  const model: Model = {
    config: configOf(found.config),
    labels: found.labels,
    spacing: found.spacing,
    window: found.window,
    crop: found.crop,
    provenance: found.provenance,
    weights: new Map([...tensors].map(([name, { data }]) => [name, data])),
  };
  const fault = faultOf(model) ??
    shapesOf(model.config).map(({ name, shape }) => {
      const found = tensors.get(name)!.shape;
      return found.join() === shape.join()
        ? undefined
        : `"${name}" has the shape ${found.join(" x ")}, not ${shape.join(" x ")}`;
    }).find((fault) => fault !== undefined);
  if (fault !== undefined) throw new SafetensorsError(fault);
  return model;
}

function configOf(value: unknown): UNetConfig {
  try {
    return parseConfig(value);
  } catch (cause) {
    throw new SafetensorsError((cause as Error).message, { cause });
  }
}

function shapesOf(config: UNetConfig): { name: string; shape: readonly number[] }[] {
  return [...parametersOf(config), ...runningStatisticsOf(config)];
}

/** What is wrong with a model, whose config is sound. */
function faultOf(model: Model): string | undefined {
  const { config, labels, spacing, window, crop, weights, provenance } = model;
  const isText = (value: unknown) => typeof value === "string";
  const isTriple = (list: unknown, fits: (n: number) => boolean) =>
    Array.isArray(list) && list.length === 3 && list.every((n) => typeof n === "number" && fits(n));
  if (!Array.isArray(labels) || labels.length !== config.classes || !labels.every(isText)) {
    return `its labels must be ${config.classes} names, one a class`;
  }
  if (!isTriple(spacing, (mm) => mm > 0 && mm < Infinity)) return "its spacing must be three mm";
  if (!(Number.isFinite(window?.low) && Number.isFinite(window.high) && window.low < window.high)) {
    return "its window must be two HU, the lower first";
  }
  const multiple = requiredMultiple(config);
  if (!isTriple(crop, (n) => n > 0 && Number.isInteger(n / multiple))) {
    return `its crop must be three multiples of ${multiple}`;
  }
  if (
    typeof provenance !== "object" || provenance === null ||
    !Object.values(provenance).every(isText)
  ) {
    return "its provenance must be texts by name";
  }
  const shapes = shapesOf(config);
  for (const { name, shape } of shapes) {
    const data = weights.get(name);
    if (!data) return `"${name}" is missing`;
    if (data.length !== elementCount(shape)) {
      return `"${name}" has ${data.length} numbers, not ${shape.join(" x ")}`;
    }
    if (!data.every(Number.isFinite)) return `"${name}" holds a number that is not finite`;
  }
  const known = new Set(shapes.map(({ name }) => name));
  const unknown = [...weights.keys()].find((name) => !known.has(name));
  return unknown === undefined ? undefined : `the network has no "${unknown}"`;
}
