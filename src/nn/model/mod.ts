/**
 * The U-Net: its config, its parameters, and its definition on activations of any kind.
 *
 * @module
 */
export * from "./config.ts";
export * from "./layers.ts";
export * from "./network.ts";
export * from "./parameters.ts";
export * from "./receptive_field.ts";
