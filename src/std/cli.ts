/**
 * `@std/cli`, from the npm repackaging `deno-std`, with types for what this project uses.
 *
 * @module
 */

// @ts-types="./cli.d.ts"
export * from "deno-std/cli/parse_args.js";
