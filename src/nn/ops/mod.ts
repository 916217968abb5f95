export { addArrays } from "./add.ts";
export { channelSums } from "./channel_sums.ts";
export {
  conv3d,
  conv3dFilterGradient,
  conv3dInputGradient,
  type Conv3dOptions,
  type FilterGradientOptions,
  type FilterOptions,
  type InputGradientOptions,
} from "./conv3d.ts";
export {
  convTranspose3d,
  convTranspose3dFilterGradient,
  convTranspose3dInputGradient,
  type ConvTranspose3dOptions,
} from "./conv_transpose3d.ts";
export { type FilterSize, type Stride } from "./convolution.ts";
