// Regions by ITK's own filters, which know 6 and 26 neighbours and no slices: ConnectedComponentImageFilter and
// RelabelComponentImageFilter. Boxes, which they do not give, are taken from the labels when the output is written, and not timed.
#pragma once

#include <itkConnectedComponentImageFilter.h>
#include <itkRelabelComponentImageFilter.h>

#include <limits>

#include "kernels.hpp"

using Labels = itk::Image<std::uint32_t, 3>;

inline auto connected(const Json& input, const std::string& dir) {
  const double neighbours = input["connectivity"].number;
  if (neighbours == 18) throw std::invalid_argument("Cannot find regions: ITK knows 6 and 26 neighbours");
  if (input.fields.count("slices") > 0) throw std::invalid_argument("Cannot find regions: ITK finds those of the volume alone");
  auto filter = itk::ConnectedComponentImageFilter<Mask, Labels>::New();
  filter->SetInput(readMask(input, dir));
  filter->SetFullyConnected(neighbours == 26);
  return filter;
}

inline auto bySize(Labels* labels) {
  auto filter = itk::RelabelComponentImageFilter<Labels, Labels>::New();
  filter->SetInput(labels);
  return filter;
}

// The labels, the sizes, and of each region the first and the last voxel along x, y and z, one after the other.
inline Output labelsSizesBoxes(const Labels* labels, const std::vector<itk::SizeValueType>& sizes) {
  const auto size = labels->GetLargestPossibleRegion().GetSize();
  const std::size_t voxels = size[0] * size[1] * size[2];
  Output output{"float32", voxels + 7 * sizes.size(), {}};
  output.bytes.resize(output.length * 4);
  float* values = reinterpret_cast<float*>(output.bytes.data());
  std::copy(sizes.begin(), sizes.end(), values + voxels);
  float* boxes = values + voxels + sizes.size();
  for (std::size_t k = 0; k < sizes.size(); k++) std::fill_n(boxes + 6 * k, 3, std::numeric_limits<float>::infinity());
  for (std::size_t i = 0; i < voxels; i++) {
    const std::uint32_t label = labels->GetBufferPointer()[i];
    values[i] = static_cast<float>(label);
    if (label == 0) continue;
    const std::size_t place[3] = {i % size[0], i / size[0] % size[1], i / size[0] / size[1]};
    for (int axis = 0; axis < 3; axis++) {
      float* box = boxes + 6 * (label - 1) + axis;
      box[0] = std::min(box[0], static_cast<float>(place[axis]));
      box[3] = std::max(box[3], static_cast<float>(place[axis]));
    }
  }
  return output;
}

inline Runner components(const Json& input, const std::string& dir) {
  auto found = connected(input, dir);
  auto numbered = bySize(found->GetOutput());
  Runner runner = pipeline(found, numbered, "uint32");
  runner.output = [=] { return labelsSizesBoxes(numbered->GetOutput(), numbered->GetSizeOfObjectsInPixels()); };
  return runner;
}

inline Runner largest(const Json& input, const std::string& dir) {
  auto found = connected(input, dir);
  auto numbered = bySize(found->GetOutput());
  auto kept = itk::BinaryThresholdImageFilter<Labels, Mask>::New();
  kept->SetInput(numbered->GetOutput());
  kept->SetLowerThreshold(1);
  kept->SetUpperThreshold(2);
  kept->SetInsideValue(1);
  kept->SetOutsideValue(0);
  Runner runner = pipeline(found, kept, "uint8");
  runner.filters = {numbered.GetPointer()};
  return runner;
}
