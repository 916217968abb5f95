/**
 * Segmentation by a trained network, tile by tile, without any framework.
 *
 * @module
 */
export { accumulateTile, type TileTarget } from "./accumulate.ts";
export { type FinerGrid, interpolateLabels } from "./interpolate_labels.ts";
export {
  type AxisTiles,
  axisTiles,
  evenTile,
  fittingTile,
  tileWeights,
  type Weighting,
} from "./tiles.ts";
export { type Adapter, segmentationMemory } from "./memory.ts";
export { type GpuNetwork, uploadNetwork } from "./network.ts";
export {
  type SegmentOptions,
  segmentResident,
  type SegmentResidentOptions,
  segmentVolume,
  type TileOptions,
} from "./segment.ts";
