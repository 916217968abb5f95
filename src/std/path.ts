/**
 * `@std/path`, from the npm repackaging `deno-std`, with types for what this project uses.
 *
 * @module
 */

// @ts-types="./path.d.ts"
export * from "deno-std/path/mod.js";
