/**
 * Random numbers from a counter-based generator, Philox4x32-10: every number is a pure function of (seed, stream, index), the
 * same in TypeScript and in WGSL.
 *
 * @module
 */

import source from "./philox.wgsl" with { type: "text" };

/**
 * The WGSL twin, to be put in front of a kernel: `fn philox(counter: vec4u, key: vec2u) -> vec4u` and
 * `fn normal_pair(bits: vec2u) -> vec2f`; its other names begin with `philox_` or `normal_`.
 */
export const philoxWgsl: string = source;

export { bootstrapInterval } from "./bootstrap.ts";
export { type KeyWords, keyWords, type RandomKey } from "./key.ts";
export { fillNormal, normalAt } from "./normal.ts";
export { philox4x32 } from "./philox.ts";
export { RandomStream } from "./stream.ts";
