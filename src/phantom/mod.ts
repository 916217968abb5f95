/**
 * Pictures of bodies put together from shapes: scenes, and the kernels that scan them.
 *
 * @module
 */

export { BRICK, type BrickLists, listBricks, type SceneGrid } from "./bricks.ts";
export { type Painted, Painter, type Tissue } from "./painter.ts";
export { type Picture, renderScene } from "./render.ts";
export * from "./scene.ts";
export * from "./shapes.ts";
