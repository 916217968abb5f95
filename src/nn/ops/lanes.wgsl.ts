import { type Gpu, uniforms } from "../../gpu/mod.ts";
import { elementCount, type Precision, type TensorShape } from "../tensor.ts";
import { itemTypes } from "./_item_types.ts";

/** Which values share their mean and variance: those of a channel in the whole batch, or in one image. */
export type NormalizationKind = "batch" | "instance";

/** Invocations that walk side by side through a block, about. */
const LANES = 64;

/**
 * How invocations walk through groups of rows of channels so that each keeps to its own channels.
 *
 * A group (the batch, or one image) is seen as flat items of `width` floats. After `period` items the channels repeat; a block of
 * `lanes` invocations, a multiple of the period, walks `steps` times by `lanes` items. So lane l meets the channels
 * `(width * l + k) % channels`, k < width, alone: parameters and sums of a channel stay in registers, whatever the number of channels.
 */
export interface Lanes {
  /** Floats in an item: 4, or 1 where a group is no whole number of items of 4. */
  readonly width: 1 | 4;
  readonly channels: number;
  /** Images or batches that have statistics of their own. */
  readonly groups: number;
  /** Voxels of a group. */
  readonly rows: number;
  /** Items of a group. */
  readonly items: number;
  /** Invocations of a block. */
  readonly lanes: number;
  /** Items an invocation takes. */
  readonly steps: number;
  /** Invocations of a group, whole blocks. */
  readonly perGroup: number;
}

/**
 * @param shape The tensor's axes.
 * @param kind What makes a group.
 * @param steps Items an invocation takes.
 * @returns The walk.
 */
export function lanesOf(shape: TensorShape, kind: NormalizationKind, steps: number): Lanes {
  const channels = shape[4];
  const groups = kind === "batch" ? 1 : shape[0];
  const floats = elementCount(shape) / groups;
  const width = floats % 4 === 0 ? 4 : 1;
  const items = floats / width;
  const period = channels / greatestCommonDivisor(channels, width);
  const lanes = period * Math.max(1, Math.floor(LANES / period));
  const perGroup = lanes * Math.ceil(items / (lanes * steps));
  return { width, channels, groups, rows: floats / channels, items, lanes, steps, perGroup };
}

/** The walk's uniform block, `struct P` of {@linkcode lanesWgsl}. */
export function lanesUniform(
  { items, steps, perGroup, groups, rows }: Lanes,
  ...floats: number[]
): Uint8Array<ArrayBuffer> {
  return uniforms({ u32: [items, steps, perGroup, perGroup * groups] }, {
    f32: [rows, ...floats],
  });
}

/** Workgroups of a kernel that walks. */
export function lanesGroups(gpu: Gpu, { perGroup, groups }: Lanes): [number, number] {
  return gpu.workgroups(perGroup * groups, 64);
}

/** What the WGSL of a walk depends on. */
export interface Walk extends Pick<Lanes, "channels" | "width" | "lanes"> {
  /** How activations are stored; 32-bit floats by default. */
  readonly precision?: Precision;
}

/**
 * WGSL of a kernel that walks: `group`, `lane` of the group, and what is done before, at and behind its items.
 *
 * @param walk Channels, elements in an item, and how activations are stored; 32-bit floats by default.
 * @param parts Bindings from 1; `before`; `at`, where `i` is the item's index in the tensor; `behind`.
 * @returns The WGSL.
 */
export function lanesWgsl(
  { channels, width, lanes, precision }: Walk,
  parts: {
    readonly bindings: string;
    readonly before?: string;
    readonly at: string;
    readonly behind?: string;
  },
): string {
  return `${itemTypes(width, precision)}
alias Channels = ${width === 4 ? "vec4u" : "u32"};
// items, perGroup: of a group; all: invocations of all groups; rows: voxels of a group.
struct P { items: u32, steps: u32, perGroup: u32, all: u32, rows: f32, a: f32, b: f32 };
@group(0) @binding(0) var<uniform> p: P;
${parts.bindings}
@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let invocation = id.x + id.y * groups.x * 64u;
  if (invocation < p.all) {
    let group = invocation / p.perGroup;
    let lane = invocation % p.perGroup;
    let c = (${width}u * lane${width === 4 ? " + vec4u(0, 1, 2, 3)" : ""}) % ${channels}u;
    let start = lane / ${lanes}u * ${lanes}u * p.steps + lane % ${lanes}u;
    let end = min(start + p.steps * ${lanes}u, p.items);
    let offset = group * p.items;
    ${parts.before ?? ""}
    for (var item = start; item < end; item += ${lanes}u) {
      let i = offset + item;
      ${parts.at}
    }
    ${parts.behind ?? ""}
  }
}`;
}

/**
 * WGSL of a row of a table of channels, as an item sees it.
 *
 * @param width Floats in an item.
 * @param table The binding, `array<f32>`.
 * @param offset WGSL of where the row begins.
 * @returns An `F`.
 */
export function perChannel(width: 1 | 4, table: string, offset = "0u"): string {
  if (width === 1) return `${table}[${offset} + c]`;
  return `vec4f(${["x", "y", "z", "w"].map((k) => `${table}[${offset} + c.${k}]`).join(", ")})`;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
