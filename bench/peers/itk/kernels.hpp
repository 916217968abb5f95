// The kernels by ITK's own filters. Arrays are x fastest, as ITK's images are. Filters and their outputs live as long as the case,
// so that a sample neither builds a pipeline nor, where ITK allows it, takes new memory.
//
// - Warps: ResampleImageFilter. ITK's border rule is the project's: inside if -0.5 <= index < n - 0.5, neighbours clamped.
// - Noise is ITK's own (AdditiveGaussianNoiseImageFilter), so values cannot be compared beyond its spread.
// - Dilation and erosion: BinaryDilateImageFilter and BinaryErodeImageFilter with an element built voxel by voxel: ITK's own ball takes
//   r + 0.5 for the radius.
// - Distance: SignedMaurerDistanceMapImageFilter measures from the middles of the mask's surface voxels, so the middle of a voxel inside has a
//   negative distance: it becomes 0 when it is written.
// - Threshold: ITK has no packed masks. Its bytes are timed; they become bits when they are written.
#pragma once

#include <itkAdditiveGaussianNoiseImageFilter.h>
#include <itkAffineTransform.h>
#include <itkBinaryDilateImageFilter.h>
#include <itkBinaryErodeImageFilter.h>
#include <itkBinaryThresholdImageFilter.h>
#include <itkConstantPadImageFilter.h>
#include <itkExtractImageFilter.h>
#include <itkFlatStructuringElement.h>
#include <itkIntensityWindowingImageFilter.h>
#include <itkLinearInterpolateImageFunction.h>
#include <itkNearestNeighborInterpolateImageFunction.h>
#include <itkResampleImageFilter.h>
#include <itkSignedMaurerDistanceMapImageFilter.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "json.hpp"

using Image = itk::Image<float, 3>;
using Mask = itk::Image<std::uint8_t, 3>;
using Element = itk::FlatStructuringElement<3>;

struct Output {
  std::string dtype;
  std::size_t length;
  std::vector<char> bytes;
};

// A kernel with its input: what is timed, and how its output is fetched afterwards.
struct Runner {
  std::function<void()> run;
  std::function<Output()> output;
  double ownNoise = 0;
  // Filters between the first and the last: ITK's outputs do not keep the filter alive that makes them.
  std::vector<itk::LightObject::Pointer> filters = {};
};

inline itk::Size<3> sizeOf(const Json& dims) {
  itk::Size<3> size;
  if (dims.items.size() != 3) throw std::invalid_argument("Cannot read a case: a size needs three numbers");
  for (int axis = 0; axis < 3; axis++) size[axis] = static_cast<itk::SizeValueType>(dims.items[axis].number);
  return size;
}

// Reads an array of the case into an image.
template <typename TImage>
typename TImage::Pointer readImage(const std::string& dir, const Json& array, const Json& dims, const std::string& dtype) {
  const Json& entry = array["$array"];
  auto image = TImage::New();
  image->SetRegions(sizeOf(dims));
  image->Allocate();
  const std::size_t length = image->GetLargestPossibleRegion().GetNumberOfPixels();
  if (entry["dtype"].text != dtype || entry["length"].number != static_cast<double>(length)) {
    throw std::invalid_argument("Cannot read a case: expected " + std::to_string(length) + " elements of " + dtype);
  }
  const auto bytes = static_cast<std::streamsize>(length * sizeof(typename TImage::PixelType));
  std::ifstream file(dir + "/" + entry["file"].text, std::ios::binary);
  file.read(reinterpret_cast<char*>(image->GetBufferPointer()), bytes);
  if (file.gcount() != bytes) throw std::invalid_argument("Cannot read a case: " + entry["file"].text + " is too short");
  return image;
}

template <typename TImage>
Output fetch(const TImage* image, const std::string& dtype) {
  const std::size_t length = image->GetLargestPossibleRegion().GetNumberOfPixels();
  const char* bytes = reinterpret_cast<const char*>(image->GetBufferPointer());
  return {dtype, length, std::vector<char>(bytes, bytes + length * sizeof(typename TImage::PixelType))};
}

// Runs a pipeline anew from its first filter on.
template <typename TFirst, typename TLast>
Runner pipeline(TFirst first, TLast last, const std::string& dtype) {
  return {
    [=] {
      first->Modified();
      last->Update();
    },
    [=] { return fetch(last->GetOutput(), dtype); },
  };
}

template <typename TImage, typename TInterpolator>
auto resampler(typename TImage::Pointer image, const Json& transform, double outside) {
  using Filter = itk::ResampleImageFilter<TImage, TImage>;
  using Affine = itk::AffineTransform<double, 3>;
  const auto& entries = transform["matrix"].items;
  if (entries.size() != 12) throw std::invalid_argument("Cannot read a case: the matrix needs twelve numbers");
  Affine::MatrixType matrix;
  Affine::OutputVectorType offset;
  for (int row = 0; row < 3; row++) {
    for (int column = 0; column < 3; column++) matrix(row, column) = entries[4 * row + column].number;
    offset[row] = entries[4 * row + 3].number;
  }
  auto map = Affine::New();
  map->SetMatrix(matrix);
  map->SetOffset(offset);
  auto filter = Filter::New();
  filter->SetInput(image);
  filter->SetTransform(map);
  filter->SetInterpolator(TInterpolator::New());
  filter->SetSize(sizeOf(transform["shape"]));
  filter->SetDefaultPixelValue(static_cast<typename TImage::PixelType>(outside));
  return filter;
}

using Linear = itk::LinearInterpolateImageFunction<Image, double>;
using Nearest = itk::NearestNeighborInterpolateImageFunction<Mask, double>;

inline Runner warp(const Json& input, const std::string& dir) {
  auto image = readImage<Image>(dir, input["data"], input["dims"], "float32");
  auto filter = resampler<Image, Linear>(image, input["transform"], -1024);
  return pipeline(filter, filter, "float32");
}

inline Runner warpLabels(const Json& input, const std::string& dir) {
  auto labels = readImage<Mask>(dir, input["data"], input["dims"], "uint8");
  auto filter = resampler<Mask, Nearest>(labels, input["transform"], 255);
  return pipeline(filter, filter, "uint8");
}

inline Runner fusedOf(Image::Pointer image, const Json& transform) {
  const double low = transform["window"]["low"].number, high = transform["window"]["high"].number;
  const double sigma = transform["noise"]["sigma"].number;
  // Far below the window, so that it is 0 after windowing whatever the noise.
  auto sampled = resampler<Image, Linear>(image, transform, low - 1e6);
  auto noisy = itk::AdditiveGaussianNoiseImageFilter<Image>::New();
  noisy->SetInput(sampled->GetOutput());
  noisy->SetStandardDeviation(sigma);
  noisy->SetSeed(1);
  noisy->InPlaceOn();
  auto windowed = itk::IntensityWindowingImageFilter<Image, Image>::New();
  windowed->SetInput(noisy->GetOutput());
  windowed->SetWindowMinimum(static_cast<float>(low));
  windowed->SetWindowMaximum(static_cast<float>(high));
  windowed->SetOutputMinimum(0);
  windowed->SetOutputMaximum(1);
  windowed->InPlaceOn();
  Runner runner = pipeline(sampled, windowed, "float32");
  runner.ownNoise = sigma / (high - low);
  runner.filters = {noisy.GetPointer()};
  return runner;
}

inline Runner fused(const Json& input, const std::string& dir) {
  return fusedOf(readImage<Image>(dir, input["data"], input["dims"], "float32"), input["transform"]);
}

template <typename TTo, typename TFrom>
void append(std::vector<char>& bytes, const std::vector<char>& source) {
  const TFrom* from = reinterpret_cast<const TFrom*>(source.data());
  const std::vector<TTo> values(from, from + source.size() / sizeof(TFrom));
  const char* to = reinterpret_cast<const char*>(values.data());
  bytes.insert(bytes.end(), to, to + values.size() * sizeof(TTo));
}

// Image and labels of each transform; they are joined, as floats, when they are written.
inline Runner full(const Json& input, const std::string& dir) {
  auto image = readImage<Image>(dir, input["data"], input["dims"], "float32");
  auto labels = readImage<Mask>(dir, input["labels"], input["dims"], "uint8");
  std::vector<Runner> parts;
  for (const Json& transform : input["transforms"].items) {
    if (transform.fields.count("occlusion")) throw std::invalid_argument("Cannot cut out a slab: ITK has no filter for it");
    parts.push_back(fusedOf(image, transform));
    auto filter = resampler<Mask, Nearest>(labels, transform, 255);
    parts.push_back(pipeline(filter, filter, "uint8"));
  }
  Runner runner{
    [=] {
      for (const Runner& part : parts) part.run();
    },
    [=] {
      Output joined{"float32", 0, {}};
      for (const Runner& part : parts) {
        const Output output = part.output();
        joined.length += output.length;
        if (output.dtype == "uint8") append<float, std::uint8_t>(joined.bytes, output.bytes);
        else append<float, float>(joined.bytes, output.bytes);
      }
      return joined;
    },
  };
  for (const Runner& part : parts) runner.ownNoise = std::max(runner.ownNoise, part.ownNoise);
  return runner;
}

// Distances from a voxel's middle up to the radius, mm; equal counts as inside whatever the rounding.
inline Element ballOf(const Json& input) {
  const double radius = input["radius"].number;
  const auto& spacing = input["spacing"].items;
  if (spacing.size() != 3) throw std::invalid_argument("Cannot read a case: the spacing needs three numbers");
  itk::Size<3> reach;
  for (int axis = 0; axis < 3; axis++) {
    reach[axis] = static_cast<itk::SizeValueType>(radius / spacing[axis].number + 1e-9);
  }
  Element element;
  element.SetRadius(reach);
  for (std::size_t i = 0; i < element.Size(); i++) {
    const auto offset = element.GetOffset(i);
    double squares = 0;
    for (int axis = 0; axis < 3; axis++) squares += std::pow(offset[axis] * spacing[axis].number, 2);
    element[i] = squares <= radius * radius * (1 + 1e-9);
  }
  return element;
}

using Dilation = itk::BinaryDilateImageFilter<Mask, Mask, Element>;
using Erosion = itk::BinaryErodeImageFilter<Mask, Mask, Element>;

// Background beyond the grid, for both.
template <typename TFilter>
typename TFilter::Pointer operation(Mask* mask, const Element& element) {
  auto filter = TFilter::New();
  filter->SetInput(mask);
  filter->SetKernel(element);
  filter->SetForegroundValue(1);
  filter->SetBackgroundValue(0);
  filter->SetBoundaryToForeground(false);
  return filter;
}

inline Mask::Pointer readMask(const Json& input, const std::string& dir) {
  return readImage<Mask>(dir, input["data"], input["dims"], "uint8");
}

inline Runner dilate(const Json& input, const std::string& dir) {
  auto filter = operation<Dilation>(readMask(input, dir), ballOf(input));
  return pipeline(filter, filter, "uint8");
}

inline Runner erode(const Json& input, const std::string& dir) {
  auto filter = operation<Erosion>(readMask(input, dir), ballOf(input));
  return pipeline(filter, filter, "uint8");
}

// An erosion keeps within the mask, so opening never leaves the grid.
inline Runner open(const Json& input, const std::string& dir) {
  const Element element = ballOf(input);
  auto eroded = operation<Erosion>(readMask(input, dir), element);
  auto dilated = operation<Dilation>(eroded->GetOutput(), element);
  return pipeline(eroded, dilated, "uint8");
}

// A dilation may leave the grid: closing works on a larger one.
inline Runner close(const Json& input, const std::string& dir) {
  const Element element = ballOf(input);
  auto mask = readMask(input, dir);
  auto padded = itk::ConstantPadImageFilter<Mask, Mask>::New();
  padded->SetInput(mask);
  padded->SetPadBound(element.GetRadius());
  padded->SetConstant(0);
  auto dilated = operation<Dilation>(padded->GetOutput(), element);
  auto eroded = operation<Erosion>(dilated->GetOutput(), element);
  auto cut = itk::ExtractImageFilter<Mask, Mask>::New();
  cut->SetInput(eroded->GetOutput());
  cut->SetExtractionRegion(mask->GetLargestPossibleRegion());
  Runner runner = pipeline(padded, cut, "uint8");
  runner.filters = {dilated.GetPointer(), eroded.GetPointer()};
  return runner;
}

inline Runner distance(const Json& input, const std::string& dir) {
  auto mask = readMask(input, dir);
  Mask::SpacingType spacing;
  for (int axis = 0; axis < 3; axis++) spacing[axis] = input["spacing"].items[axis].number;
  mask->SetSpacing(spacing);
  auto filter = itk::SignedMaurerDistanceMapImageFilter<Mask, Image>::New();
  filter->SetInput(mask);
  filter->SquaredDistanceOff();
  filter->UseImageSpacingOn();
  filter->InsideIsPositiveOff();
  Runner runner = pipeline(filter, filter, "float32");
  runner.output = [=] {
    Output output = fetch(filter->GetOutput(), "float32");
    float* mm = reinterpret_cast<float*>(output.bytes.data());
    for (std::size_t i = 0; i < output.length; i++) mm[i] = std::max(mm[i], 0.0f);
    return output;
  };
  return runner;
}

inline Runner threshold(const Json& input, const std::string& dir) {
  auto image = readImage<Image>(dir, input["values"], input["dims"], "float32");
  auto filter = itk::BinaryThresholdImageFilter<Image, Mask>::New();
  filter->SetInput(image);
  filter->SetLowerThreshold(static_cast<float>(input["min"].number));
  filter->SetUpperThreshold(static_cast<float>(input["max"].number));
  filter->SetInsideValue(1);
  filter->SetOutsideValue(0);
  Runner runner = pipeline(filter, filter, "uint8");
  const auto size = sizeOf(input["dims"]);
  runner.output = [=] {
    const std::uint8_t* voxels = filter->GetOutput()->GetBufferPointer();
    const std::size_t width = (size[0] + 31) / 32;
    Output packed{"uint32", width * size[1] * size[2], {}};
    packed.bytes.resize(packed.length * 4);
    for (std::size_t row = 0; row < size[1] * size[2]; row++) {
      for (std::size_t x = 0; x < size[0]; x++) {
        packed.bytes[row * width * 4 + x / 8] |= static_cast<char>(voxels[row * size[0] + x] << (x % 8));
      }
    }
    return packed;
  };
  return runner;
}
