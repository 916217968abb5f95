import { defineKernel } from "../../src/gpu/mod.ts";

/** `to[i] = from[i]` for as many words as `to` has. */
export const copy = defineKernel({
  label: "test/copy",
  code: `@group(0) @binding(0) var<storage, read> source: array<u32>;
@group(0) @binding(1) var<storage, read_write> to: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&to)) { to[id.x] = source[id.x]; }
}`,
  bindings: { source: "read", to: "write" },
});

/** `to[p.x] = p.y`. */
export const put = defineKernel({
  label: "test/put",
  code: `@group(0) @binding(0) var<uniform> p: vec4u;
@group(0) @binding(1) var<storage, read_write> to: array<u32>;
@compute @workgroup_size(1) fn main() { to[p.x] = p.y; }`,
  bindings: { p: "uniform", to: "write" },
});

/** `to[i] = to[i] * 3 + 1`. */
export const step = defineKernel({
  label: "test/step",
  code: `@group(0) @binding(0) var<storage, read_write> to: array<u32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&to)) { to[id.x] = to[id.x] * 3u + 1u; }
}`,
  bindings: { to: "write" },
});

/** Does not compile: line 3 names something unknown. */
export const broken = defineKernel({
  label: "test/broken",
  code: `@group(0) @binding(0) var<storage, read_write> to: array<u32>;
@compute @workgroup_size(1) fn main() {
  to[0] = unheardOf;
}`,
  bindings: { to: "write" },
});

/** What the uniform of {@linkcode put} holds. */
export function putting(index: number, value: number): Uint32Array<ArrayBuffer> {
  return new Uint32Array([index, value, 0, 0]);
}
