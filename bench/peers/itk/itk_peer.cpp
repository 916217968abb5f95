// Native ITK as a peer of the benchmark: `itk_peer NAME THREADS`. bench/protocol.ts describes the line protocol,
// bench/case_files.ts the cases.
#include <itkMultiThreaderBase.h>
#include <itkVersion.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <deque>
#include <iostream>
#include <sstream>

#include "json.hpp"
#include "kernels.hpp"
#include "regions.hpp"

using Open = Runner (*)(const Json&, const std::string&);

static const std::map<std::string, Open> KERNELS = {
  {"augment/full", full},
  {"augment/warp", warp},
  {"augment/warp-labels", warpLabels},
  {"augment/fused", fused},
  {"morphology/dilate", dilate},
  {"morphology/erode", erode},
  {"morphology/open", open},
  {"morphology/close", close},
  {"morphology/dilate-distance", dilate},
  {"morphology/distance", distance},
  {"morphology/components", components},
  {"morphology/keep-largest", largest},
  {"morphology/threshold", threshold},
};

static std::string kernelNames(const std::string& separator, bool quotes) {
  std::string names;
  for (const auto& [name, open] : KERNELS) {
    if (!names.empty()) names += separator;
    names += quotes ? quoted(name) : name;
  }
  return names;
}

static double timed(const Runner& runner) {
  const auto start = std::chrono::steady_clock::now();
  runner.run();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

static std::string amount(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

static Json readCase(const std::string& dir) {
  std::ifstream file(dir + "/case.json");
  if (!file) throw std::invalid_argument("Cannot read a case: there is no " + dir + "/case.json");
  std::stringstream source;
  source << file.rdbuf();
  return JsonParser::parse(source.str());
}

static std::string write(const Output& output, const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  file.write(output.bytes.data(), static_cast<std::streamsize>(output.bytes.size()));
  file.close();
  if (!file) throw std::runtime_error("Cannot write the output to " + path);
  return ",\"dtype\":" + quoted(output.dtype) + ",\"length\":" + std::to_string(output.length);
}

static Json parseRequest(const std::string& line) {
  try {
    Json request = JsonParser::parse(line);
    if (request.kind == Json::Object) return request;
  } catch (const std::invalid_argument&) {
    // Told below.
  }
  throw std::invalid_argument("Cannot answer: not a request: " + line.substr(0, 80));
}

// The bytes of a case's arrays.
static double bytesOf(const Json& value) {
  const auto array = value.fields.find("$array");
  double bytes = 0;
  if (array != value.fields.end()) {
    const std::string& dtype = array->second["dtype"].text;
    const double size = dtype.find("64") != std::string::npos ? 8 : dtype.find("32") != std::string::npos ? 4
      : dtype.find("16") != std::string::npos ? 2 : 1;
    return size * array->second["length"].number;
  }
  for (const auto& [name, field] : value.fields) bytes += bytesOf(field);
  for (const Json& item : value.items) bytes += bytesOf(item);
  return bytes;
}

// How often a case is held, as bench/_rotation.ts wants it: no sample finds its input in a cache that the one before it warmed.
static std::size_t copiesOf(const Json& input) {
  const double bytes = std::max(1.0, bytesOf(input));
  const double wanted = std::clamp(std::floor((64 << 20) / bytes) + 1, 2.0, 4.0);
  return static_cast<std::size_t>(std::max(1.0, std::min(wanted, std::floor((1 << 30) / bytes))));
}

// The copies of a loaded case; the last is the one that was computed last.
using Runners = std::deque<Runner>;

static std::string load(const Json& request, Runners& runners) {
  runners.clear();
  const std::string& kernel = request["kernel"].text;
  const auto found = KERNELS.find(kernel);
  if (found == KERNELS.end()) {
    throw std::out_of_range("Cannot load kernel \"" + kernel + "\": there are " + kernelNames(", ", false));
  }
  const std::string& dir = request["dir"].text;
  const Json input = readCase(dir);
  Runners opened;
  for (std::size_t i = copiesOf(input); i > 0; i--) opened.push_back(found->second(input, dir));
  const double first = timed(opened.front());
  for (const Runner& runner : opened) runner.run();
  runners = opened;
  const double noise = opened.front().ownNoise;
  return ",\"first_call_ms\":" + amount(first) + (noise > 0 ? ",\"own_noise\":" + amount(noise) : "");
}

// The fields of the reply that follow `"ok":true`.
static std::string answer(const Json& request, const std::string& hello, Runners& runners) {
  const std::string& op = request["op"].text;
  if (op == "hello") return hello;
  if (op == "quit") return "";
  if (op == "load") return load(request, runners);
  if (op != "sample" && op != "output") throw std::invalid_argument("Cannot answer: unknown request \"" + op + "\"");
  if (runners.empty()) throw std::invalid_argument("Cannot " + op + ": no case is loaded");
  if (op == "output") return write(runners.back().output(), request["file"].text);
  runners.push_back(runners.front());
  runners.pop_front();
  return ",\"ms\":" + amount(timed(runners.back()));
}

int main(int count, char** arguments) {
  const std::string threads = count > 2 ? arguments[2] : "1";
  itk::MultiThreaderBase::SetGlobalMaximumNumberOfThreads(static_cast<itk::ThreadIdType>(std::stoul(threads)));
  itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(static_cast<itk::ThreadIdType>(std::stoul(threads)));
  // Memory that was used once stays, so that no sample pays for fresh pages.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  // Whatever else a library prints goes to stderr.
  std::FILE* replies = fdopen(dup(1), "w");
  dup2(2, 1);
  const std::string hello = ",\"implementation\":" + quoted(count > 1 ? arguments[1] : "itk") +
    ",\"version\":" + quoted(std::string(itk::Version::GetITKVersion()) + ", threads: " + threads) +
    ",\"kernels\":[" + kernelNames(",", true) + "]";
  Runners runners;
  bool quit = false;
  for (std::string line; !quit && std::getline(std::cin, line);) {
    std::string reply;
    try {
      const Json request = parseRequest(line);
      reply = "{\"ok\":true" + answer(request, hello, runners) + "}";
      quit = request["op"].text == "quit";
    } catch (const itk::ExceptionObject& error) {
      reply = "{\"ok\":false,\"error\":" + quoted(error.GetDescription()) + ",\"kind\":\"ITK\"}";
    } catch (const std::exception& error) {
      reply = "{\"ok\":false,\"error\":" + quoted(error.what()) + "}";
    }
    std::fprintf(replies, "%s\n", reply.c_str());
    std::fflush(replies);
  }
}
