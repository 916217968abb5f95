import type { Precision } from "../tensor.ts";

/**
 * WGSL that puts weights into the order in which `correlate.wgsl.ts` reads them.
 *
 * Shapes: `weights` [filter z, y, x, input channel, output channel] of a convolution; `bias` f32, read where `biased`;
 * `packed` f32 chunk by chunk of input channels, in it block by block of 8 output channels: 8 biases, which only the first chunk has, then
 * [tap z, channel / lanes, tap y, tap x, lane, 8 output channels] and padding up to `stride` floats. Channels are the pass's: a gradient
 * reads `weights` with input and output channels exchanged and the taps reversed.
 * Workgroup: 64 invocations, one for each packed float. Exact.
 *
 * @param precision How weights are stored; half precision is widened here, once a layer, and not wherever a sum meets it.
 * @returns The WGSL.
 */
export function packWeightsWgsl(precision: Precision): string {
  return `${precision === "f16" ? "enable f16;" : ""}
struct P {
  taps: vec3i, inputs: i32, // taps along x, y, z; the pass's input channels
  base: vec3i, outputs: i32, // the filter's tap at tap 0
  size: vec3i, step: i32, // the filter's voxels; its taps from one tap to the next
  apart: vec2i, chunk: i32, lanes: i32, // elements of weights between input channels, output channels; channels of a chunk / lanes
  blocks: i32, stride: i32, count: u32, biased: u32, // blocks of output channels; floats in all
  first: i32, all: i32, // first input channel that the pass reads; input channels of weights
};
@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> weights: array<${precision}>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> packed: array<f32>;

@compute @workgroup_size(64) fn main(
  @builtin(global_invocation_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let item = id.x + id.y * groups.x * 64u;
  if (item >= p.count) { return; }
  let within = i32(item) % p.stride;
  let block = i32(item) / p.stride;
  let chunk = block / p.blocks;
  let output = block % p.blocks * 8 + within % 8;
  var value = 0.0;
  if (within < 8) {
    if (p.biased > 0u && chunk == 0 && output < p.outputs) { value = bias[output]; }
  } else {
    var rest = (within - 8) / 8;
    let lane = rest % p.lanes;
    rest /= p.lanes;
    let x = rest % p.taps.x;
    rest /= p.taps.x;
    let y = rest % p.taps.y;
    rest /= p.taps.y;
    let input = (chunk * p.chunk + rest % p.chunk) * p.lanes + lane;
    let z = rest / p.chunk;
    if (z < p.taps.z && input < p.inputs && output < p.outputs) {
      let tap = p.base + p.step * vec3i(x, y, z);
      let voxel = (tap.z * p.size.y + tap.y) * p.size.x + tap.x;
      value = f32(weights[voxel * p.all * p.outputs + (p.first + input) * p.apart.x + output * p.apart.y]);
    }
  }
  packed[item] = value;
}`;
}
