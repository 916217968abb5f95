/**
 * `@std/assert`, from the npm repackaging `deno-std`, with types for what the tests use.
 *
 * @module
 */

// @ts-types="./assert.d.ts"
export * from "deno-std/assert/mod.js";
