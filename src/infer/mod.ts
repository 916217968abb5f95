/**
 * Segmentation by a trained network, tile by tile, without any framework.
 *
 * @module
 */
export { accumulateTile, type TileTarget } from "./accumulate.ts";
export { type AxisTiles, axisTiles, fittingTile, tileWeights, type Weighting } from "./tiles.ts";
