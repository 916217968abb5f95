/**
 * The registry of pairs: all that tests, benchmarks and reports know of the kernels.
 *
 * @module
 */
import { accumulate } from "./accumulate.ts";
import { addition } from "./addition.ts";
import * as augment from "./augment.ts";
import { full } from "./augment_full.ts";
import * as balls from "./ball_operations.ts";
import * as channels from "./channels.ts";
import * as convolution from "./convolution.ts";
import { distance } from "./distances.ts";
import { growth } from "./grow_organ.ts";
import { labelsBetween } from "./interpolate_labels.ts";
import { lossPairs } from "./losses.ts";
import * as masks from "./mask_kernels.ts";
import * as normalization from "./normalization.ts";
import * as optimizers from "./optimizers.ts";
import type { Pair } from "./pair.ts";
import * as phantom from "./phantom.ts";
import * as random from "./random.ts";
import * as regions from "./regions.ts";
import * as resolution from "./resolution.ts";
import { inference } from "./inference.ts";
import { trainStep } from "./train_step.ts";
import { widest } from "./widest_paths.ts";

export * from "./pair.ts";

/** Every pair, by suite. */
export const pairs: readonly Pair[] = [
  random.philox,
  random.normal,
  phantom.render,
  full,
  augment.warp,
  augment.labels,
  augment.fused,
  masks.threshold,
  masks.pack,
  masks.unpack,
  masks.combination,
  balls.dilation,
  balls.erosion,
  balls.opening,
  balls.closing,
  balls.dilationFft,
  balls.dilationDistance,
  distance,
  regions.components,
  regions.largest,
  regions.holes,
  regions.border,
  regions.reconstruction,
  widest,
  growth,
  convolution.conv3d,
  convolution.conv3dInput,
  convolution.conv3dFilter,
  convolution.channelSums,
  convolution.convTranspose3d,
  normalization.normalize,
  normalization.normalizeWith,
  normalization.normalizeGradient,
  normalization.runningStatistics,
  resolution.maxPool,
  resolution.maxPoolGradient,
  resolution.upsample,
  resolution.upsampleGradient,
  channels.concat,
  channels.slice,
  channels.softmax,
  channels.softmaxGradient,
  channels.argmax,
  optimizers.adam,
  optimizers.rmsprop,
  optimizers.sgd,
  optimizers.lerp,
  accumulate,
  labelsBetween,
  addition,
  ...lossPairs,
  inference,
  trainStep,
];
