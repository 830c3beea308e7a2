// Throughput and latency over time.
#include <utility>

#include "model/format.h"
#include "view/panel.h"
#include "view/plot.h"

namespace glasswal::inspector {
namespace {

std::string PerSecond(double value) { return FormatQuantity(value) + " /s"; }
std::string BytesPerSecond(double value) {
  return FormatBytes(static_cast<uint64_t>(value)) + "/s";
}
std::string Duration(double value) { return FormatDuration(static_cast<uint64_t>(value)); }

struct Series {
  const char* name;
  ImU32 color;
  double (*value)(const Rates&);
};

void Draw(const Model& model, const std::vector<size_t>& positions, const char* title,
          std::string (*format)(double), const std::vector<Series>& series, float height, Ui* ui) {
  Plot plot;
  plot.title = title;
  plot.format = format;
  plot.bytes = format == BytesPerSecond;
  if (format == BytesPerSecond) plot.least_top = 2048;
  if (format == Duration) plot.least_top = 2000;
  for (const Series& one : series) plot.lines.push_back({one.name, one.color, {}});
  for (const size_t position : positions) {
    const Sample& sample = model.history().samples()[position];
    plot.times_ns.push_back(sample.snapshot->observed_ns);
    for (size_t i = 0; i < series.size(); ++i) {
      plot.lines[i].values.push_back(static_cast<float>(series[i].value(sample.rates)));
    }
  }
  plot.newest = model.NewestName();
  if (model.paused()) plot.marked_ns = model.snapshot().observed_ns;
  DrawPlot(plot, positions, height, ui);
}

void DrawSpan(ViewState* state, Ui* ui) {
  static constexpr std::pair<int, const char*> kSpans[] = {
      {10, "10 s"}, {60, "1 min"}, {300, "5 min"}};
  for (const auto& [seconds, label] : kSpans) {
    if (ui->Segmented(label, state->plot_seconds == seconds)) state->plot_seconds = seconds;
    ImGui::SameLine(0, 4);
  }
  ImGui::AlignTextToFramePadding();
  ImGui::SameLine(0, ui->Unit());
  ui->Dim("Click into a plot to see that moment everywhere.");
}

void DrawThroughput(const Model& model, ViewState* state, Ui* ui) {
  if (model.history().samples().size() < 2) {
    if (model.live()) {
      return ui->Empty("No rates yet", "Rates need two looks at a region that works.");
    }
    if (!model.problem().empty()) return ui->Empty("No rates", model.problem().c_str());
    return ui->Empty("No rates",
                     "This capture is a single moment: nobody had recorded what was before. The "
                     "totals stand in the overview. A capture that an inspector makes has what it "
                     "saw until then.");
  }
  DrawSpan(state, ui);
  const Palette& p = ui->palette();
  const std::vector<size_t> positions = PlotPositions(model, state->plot_seconds);
  const float height =
      std::max((ImGui::GetContentRegionAvail().y - ui->Unit() * 7) / 4, ui->Unit() * 6.2f);
  Draw(model, positions, "Transactions", PerSecond,
       {{"commits", p.accent, [](const Rates& r) { return r.commits; }},
        {"begun", p.Client(3), [](const Rates& r) { return r.transactions; }},
        {"refused", p.bad, [](const Rates& r) { return r.busy; }}},
       height, ui);
  Draw(model, positions, "Pages read", PerSecond,
       {{"reads", p.good, [](const Rates& r) { return r.reads; }}}, height, ui);
  Draw(model, positions, "Bytes", BytesPerSecond,
       {{"written", p.accent, [](const Rates& r) { return r.write_bytes; }},
        {"copied by reads", p.good, [](const Rates& r) { return r.read_bytes; }}},
       height, ui);
  Draw(model, positions, "WRITE lock", Duration,
       {{"held, median", p.accent, [](const Rates& r) { return double(r.hold_p50_ns); }},
        {"held, 99 %", p.Client(3), [](const Rates& r) { return double(r.hold_p99_ns); }},
        {"waited, 99 %", p.warning, [](const Rates& r) { return double(r.wait_p99_ns); }}},
       height, ui);
}

}  // namespace

const Panel kThroughputPanel = {
    .name = "throughput",
    .title = "Throughput",
    .hotkey = 'h',
    .help = "Commits, reads, bytes and latencies over time.",
    .draw = DrawThroughput,
};

}  // namespace glasswal::inspector
