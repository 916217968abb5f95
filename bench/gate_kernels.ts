/** What the task `gate` times: of each suite that a run spends its time in, one or two of the heaviest kernels. */
export const GATE_KERNELS: readonly string[] = [
  "augment/fused",
  "morphology/close",
  "nn/conv3d",
  "nn/conv3d-filter-gradient",
  "nn/loss-iou",
];
