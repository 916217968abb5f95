/**
 * How well two label volumes agree.
 *
 * @module
 */

export { dice } from "./dice.ts";
export { iou } from "./iou.ts";
export { type MeanDice, meanDice } from "./mean_dice.ts";
