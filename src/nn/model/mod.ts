/**
 * The U-Net: its config, its parameters, its definition on activations of any kind, and its files.
 *
 * @module
 */
export * from "./config.ts";
export * from "./fold_batch_norm.ts";
export * from "./layers.ts";
export * from "./model_file.ts";
export * from "./memory.ts";
export * from "./network.ts";
export * from "./parameters.ts";
export * from "./receptive_field.ts";
export * from "./safetensors.ts";
