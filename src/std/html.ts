/**
 * `@std/html`, from the npm repackaging `deno-std`, with types for what this project uses.
 *
 * @module
 */

// @ts-types="./html.d.ts"
export * from "deno-std/html/entities.js";
