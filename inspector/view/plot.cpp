#include "view/plot.h"

#include <algorithm>
#include <cmath>

#include "imgui_internal.h"
#include "model/format.h"

namespace glasswal::inspector {
namespace {

constexpr size_t kMostPoints = 400;
constexpr int kGridLines = 2;

/// The next of 1, 2, 5, 10, 20, ... above the value, so that a scale does not tremble; of bytes the
/// next power of two.
double RoundScale(double value, bool bytes) {
  if (bytes) return std::exp2(std::ceil(std::log2(value)));
  const double power = std::pow(10.0, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 5.0}) {
    if (value <= step * power) return step * power;
  }
  return 10 * power;
}

struct Frame {
  ImVec2 min;
  ImVec2 max;
  uint64_t first_ns = 0;
  uint64_t last_ns = 0;
  double top = 1;

  float X(uint64_t time_ns) const {
    const uint64_t span = std::max<uint64_t>(last_ns - first_ns, 1);
    const uint64_t since = std::clamp(time_ns, first_ns, last_ns) - first_ns;
    return min.x + (max.x - min.x) *
                       static_cast<float>(static_cast<double>(since) / static_cast<double>(span));
  }
  float Y(double value) const {
    const double part = std::clamp(value / top, 0.0, 1.0);
    return max.y - (max.y - min.y) * static_cast<float>(part);
  }
};

void DrawGrid(const Plot& plot, const Frame& frame, Ui* ui) {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const Palette& palette = ui->palette();
  for (int i = 0; i <= kGridLines; ++i) {
    const double value = frame.top * i / kGridLines;
    const float y = frame.Y(value);
    draw->AddLine(ImVec2(frame.min.x, y), ImVec2(frame.max.x, y), palette.border);
    const std::string text = plot.format(value);
    const ImVec2 size = ImGui::CalcTextSize(text.c_str());
    draw->AddText(ImVec2(frame.min.x - size.x - ui->Unit() * 0.5f, y - size.y / 2), palette.dim,
                  text.c_str());
  }
  const std::string ago = FormatDuration(frame.last_ns - frame.first_ns) + " ago";
  draw->AddText(ImVec2(frame.min.x, frame.max.y + 3), palette.dim, ago.c_str());
  draw->AddText(ImVec2(frame.max.x - ImGui::CalcTextSize(plot.newest).x, frame.max.y + 3),
                palette.dim, plot.newest);
}

void DrawLine(const PlotLine& line, const Plot& plot, const Frame& frame) {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  for (size_t i = 0; i < line.values.size(); ++i) {
    draw->PathLineTo(ImVec2(frame.X(plot.times_ns[i]), frame.Y(line.values[i])));
  }
  draw->PathStroke(line.color, 0, 1.6f);
}

void DrawReadout(const Plot& plot, const std::vector<size_t>& positions, const Frame& frame,
                 Ui* ui) {
  const float mouse = ImGui::GetIO().MousePos.x;
  size_t nearest = 0;
  for (size_t i = 0; i < plot.times_ns.size(); ++i) {
    if (std::abs(frame.X(plot.times_ns[i]) - mouse) <
        std::abs(frame.X(plot.times_ns[nearest]) - mouse)) {
      nearest = i;
    }
  }
  const float x = frame.X(plot.times_ns[nearest]);
  ImGui::GetWindowDrawList()->AddLine(ImVec2(x, frame.min.y), ImVec2(x, frame.max.y),
                                      ui->palette().dim);
  std::string text = FormatDuration(frame.last_ns - plot.times_ns[nearest]) + " ago";
  for (const PlotLine& line : plot.lines) {
    text += "\n" + line.name + ": " + plot.format(line.values[nearest]);
  }
  ui->Tooltip(text);
  if (ImGui::IsMouseClicked(0)) ui->Do(Command::Kind::kScrub, positions[nearest]);
}

void DrawHead(const Plot& plot, Ui* ui) {
  ui->Heading(plot.title);
  for (const PlotLine& line : plot.lines) {
    ImGui::SameLine(0, ui->Unit());
    ui->Legend(line.color,
               line.name + "  " + (line.values.empty() ? "" : plot.format(line.values.back())));
  }
}

std::string Sentence(const Plot& plot) {
  std::string text = plot.title;
  for (const PlotLine& line : plot.lines) {
    if (!line.values.empty()) text += ", " + line.name + " " + plot.format(line.values.back());
  }
  return text;
}

}  // namespace

std::vector<size_t> PlotPositions(const Model& model, int seconds) {
  std::vector<size_t> positions;
  const size_t end = model.history().samples().size();
  // The first sample has no rates, as nothing was before it.
  const size_t begin =
      std::max<size_t>(model.PositionBefore(static_cast<uint64_t>(seconds) * 1'000'000'000), 1);
  if (begin >= end) return positions;
  const size_t step = (end - begin) / kMostPoints + 1;
  for (size_t i = begin; i < end; i += step) positions.push_back(i);
  if (positions.back() != end - 1) positions.push_back(end - 1);
  return positions;
}

void DrawPlot(const Plot& plot, const std::vector<size_t>& positions, float height, Ui* ui) {
  DrawHead(plot, ui);
  const float width = std::max(ImGui::GetContentRegionAvail().x, ui->Unit() * 10);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::PushID(plot.title.c_str());
  ImGui::InvisibleButton("plot", ImVec2(width, height));
  ImGui::PopID();
  ui->NoteItem(Role::kImage, Sentence(plot));
  if (plot.times_ns.size() < 2) {
    ImGui::GetWindowDrawList()->AddText(ImVec2(at.x, at.y + height / 3), ui->palette().dim,
                                        "Needs two looks at the region.");
    return;
  }
  Frame frame;
  frame.min = ImVec2(at.x + ui->Unit() * 5.2f, at.y + ui->Unit() * 0.5f);
  frame.max = ImVec2(at.x + width - ui->Unit() * 0.5f, at.y + height - ui->Unit() * 1.5f);
  frame.first_ns = plot.times_ns.front();
  frame.last_ns = plot.times_ns.back();
  double most = 0;
  for (const PlotLine& line : plot.lines) {
    for (const float value : line.values) most = std::max(most, static_cast<double>(value));
  }
  frame.top = RoundScale(std::max(most, plot.least_top), plot.bytes);
  DrawGrid(plot, frame, ui);
  for (const PlotLine& line : plot.lines) DrawLine(line, plot, frame);
  if (plot.marked_ns != 0) {
    const float x = frame.X(plot.marked_ns);
    ImGui::GetWindowDrawList()->AddLine(ImVec2(x, frame.min.y), ImVec2(x, frame.max.y),
                                        ui->palette().accent, 1.5f);
  }
  if (ImGui::IsItemHovered()) DrawReadout(plot, positions, frame, ui);
}

}  // namespace glasswal::inspector
