#include "rounds.h"

#include <algorithm>

namespace glasswal::bench {

void RunRounds(const std::vector<Side>& sides, int rounds, Samples* samples) {
  for (int round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < sides.size(); ++i) {
      const Side& side = sides[round % 2 == 0 ? i : sides.size() - 1 - i];
      (*samples)[side.name].push_back(side.measure());
    }
  }
}

Spread SpreadOf(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  // Between two of them, if need be: with few rounds the nearest one would be an extreme.
  const auto at = [&values](double part) {
    const double place = part * static_cast<double>(values.size() - 1);
    const auto below = static_cast<size_t>(place);
    const size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (values[above] - values[below]) * (place - static_cast<double>(below));
  };
  return {at(0.25), at(0.5), at(0.75)};
}

Spread SpreadOf(const Samples& samples, const std::string& name) {
  const auto found = samples.find(name);
  return found == samples.end() ? Spread{} : SpreadOf(found->second);
}

double Median(const Samples& samples, const std::string& name) {
  return SpreadOf(samples, name).median;
}

Spread RatioOf(const Samples& samples, const std::string& over, const std::string& under) {
  const auto above = samples.find(over);
  const auto below = samples.find(under);
  if (above == samples.end() || below == samples.end()) return {};
  std::vector<double> ratios;
  for (size_t i = 0; i < std::min(above->second.size(), below->second.size()); ++i) {
    if (below->second[i] > 0) ratios.push_back(above->second[i] / below->second[i]);
  }
  return SpreadOf(ratios);
}

}  // namespace glasswal::bench
