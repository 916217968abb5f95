export { adam, type AdamOptions } from "./adam.ts";
export { lerp } from "./lerp.ts";
export { rmsprop, type RmspropOptions } from "./rmsprop.ts";
export { sgd, type SgdOptions } from "./sgd.ts";
