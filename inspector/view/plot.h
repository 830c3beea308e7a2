// Lines over time, with a scale, a readout under the pointer, and a sentence for accessibility.
//
// Thread-safety: for the thread that draws.
#ifndef GLASSWAL_INSPECTOR_VIEW_PLOT_H_
#define GLASSWAL_INSPECTOR_VIEW_PLOT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "model/model.h"
#include "view/ui.h"

namespace glasswal::inspector {

struct PlotLine {
  std::string name;
  ImU32 color = 0;
  std::vector<float> values;  // One for each of Plot::times_ns.
};

struct Plot {
  std::string title;
  std::string (*format)(double) = nullptr;  // A value with its unit.
  bool bytes = false;                       // The scale is in powers of two.
  // Of the scale, whose half is to be a number that `format` can tell from 0.
  double least_top = 2;
  std::vector<uint64_t> times_ns;  // Ascending.
  std::vector<PlotLine> lines;
  uint64_t marked_ns = 0;      // The moment that is shown; 0: none.
  const char* newest = "now";  // What the last of them is called.
};

/// Draws it as wide as there is room; a click scrubs to the moment under the pointer. Its position
/// in `positions` (one for each time) is what the command carries.
void DrawPlot(const Plot& plot, const std::vector<size_t>& positions, float height, Ui* ui);

/// The positions of the samples of the last `seconds`, at most as many as a screen can show.
std::vector<size_t> PlotPositions(const Model& model, int seconds);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_VIEW_PLOT_H_
