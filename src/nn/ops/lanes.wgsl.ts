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

/** Workgroups of a kernel that walks: groups along z. */
export function lanesGroups(gpu: Gpu, { perGroup, groups }: Lanes): [number, number, number] {
  return [...gpu.workgroups(perGroup, 64), groups];
}

/** The walk's uniform block, `struct P` of {@linkcode lanesWgsl}. */
export function lanesUniform(
  { items, steps, perGroup, groups }: Lanes,
  floats: { readonly slope?: number; readonly epsilon?: number } = {},
): Uint8Array<ArrayBuffer> {
  const { slope = 0, epsilon = 0 } = floats;
  return uniforms({ u32: [items, steps, perGroup, groups] }, { f32: [slope, epsilon] });
}

/** What the WGSL of a walk depends on. */
export interface Walk extends Pick<Lanes, "channels" | "width" | "lanes"> {
  /** How activations are stored; 32-bit floats by default. */
  readonly precision?: Precision;
}

/**
 * WGSL of a kernel that walks: `group`, `lane` of the group, and what is done before, at and behind its items. An item is an `F`; a table of
 * channels, bound as `array<Row>`, is read by {@linkcode perChannel}.
 *
 * @param walk Channels, elements in an item, and how activations are stored; 32-bit floats by default.
 * @param parts Bindings from 1; `before`; `at`, where `i` is the item's index in the tensor; `behind`, where `steps` items were met.
 * @returns The WGSL.
 */
export function lanesWgsl(
  walk: Walk,
  { bindings, before = "", at, behind = "" }: {
    readonly bindings: string;
    readonly before?: string;
    readonly at: string;
    readonly behind?: string;
  },
): string {
  const { channels, width, lanes, precision } = walk;
  // Two items an iteration: a software adapter takes a fifth less time than with one, and no less with four.
  return `${itemTypes(width, precision)}
alias Row = ${wholeRows(walk) ? "vec4f" : "f32"};
// items, perGroup: items and invocations of a group.
struct P { items: u32, steps: u32, perGroup: u32, groups: u32, slope: f32, epsilon: f32 };
@group(0) @binding(0) var<uniform> p: P;
${bindings}
@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let lane = id.x + id.y * groups.x * 64u;
  if (lane < p.perGroup) {
    let group = id.z;
    let c = (${width}u * lane${width === 4 ? " + vec4u(0, 1, 2, 3)" : ""}) % ${channels}u;
    let start = lane / ${lanes}u * ${lanes}u * p.steps + lane % ${lanes}u;
    let end = min(start + p.steps * ${lanes}u, p.items);
    let offset = group * p.items;
    ${before}
    var item = start;
    for (; item + ${lanes}u < end; item += ${2 * lanes}u) {
      {
        let i = offset + item;
        ${at}
      }
      {
        let i = offset + item + ${lanes}u;
        ${at}
      }
    }
    if (item < end) {
      let i = offset + item;
      ${at}
    }
    let steps = (max(end, start) - start + ${lanes - 1}u) / ${lanes}u;
    ${behind}
  }
}`;
}

/** Whether four floats of a table's row are read at once. */
function wholeRows({ channels, width }: Pick<Lanes, "channels" | "width">): boolean {
  return width === 4 && channels % 4 === 0;
}

/**
 * WGSL of a table of channels, as an item sees it.
 *
 * @param walk Channels and floats in an item.
 * @param table The binding, `array<Row>`.
 * @param row WGSL of which row of the table.
 * @returns An `F`.
 */
export function perChannel(
  walk: Pick<Lanes, "channels" | "width">,
  table: string,
  row = "0u",
): string {
  const { channels, width } = walk;
  const first = `${row} * ${channels}u`;
  if (wholeRows(walk)) return `${table}[(${first} + c.x) / 4u]`;
  if (width === 1) return `${table}[${first} + c]`;
  return `vec4f(${["x", "y", "z", "w"].map((k) => `${table}[${first} + c.${k}]`).join(", ")})`;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
