/**
 * `@std/text`, from the npm repackaging `deno-std`, with types for what this project uses.
 *
 * @module
 */

// @ts-types="./text.d.ts"
export * from "deno-std/text/closest_string.js";
