// The region at a glance: memory, activity, who is there, and the worst findings.
#include <algorithm>

#include "model/format.h"
#include "view/font.h"
#include "view/panel.h"
#include "view/plot.h"

namespace glasswal::inspector {
namespace {

struct Tile {
  const char* title;
  std::string value;
  std::string detail;
  PanelId panel;
  ImU32 color;
  std::string more = {};  // Goes on after the detail where there is room for it.
};

void DrawTile(const Tile& tile, ImVec2 size, Ui* ui) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::PushID(tile.title);
  const bool clicked = ImGui::InvisibleButton("tile", size);
  ImGui::PopID();
  const bool lit = ImGui::IsItemHovered() || ImGui::IsItemFocused();
  std::string detail = tile.detail + tile.more;
  ui->NoteItem(Role::kButton, std::string(tile.title) + ": " + tile.value + ", " + detail);
  const bool activated = ui->TakeActivation(ImGui::GetItemID());
  const float unit = ui->Unit();
  if (ImGui::CalcTextSize(detail.c_str()).x > size.x - unit * 1.2f) detail = tile.detail;
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const ImVec2 end(at.x + size.x, at.y + size.y);
  draw->AddRectFilled(at, end, lit ? ui->palette().hover : ui->palette().raised, 6);
  draw->PushClipRect(at, ImVec2(end.x - unit * 0.4f, end.y), true);
  draw->AddText(ImVec2(at.x + unit * 0.8f, at.y + unit * 0.6f), ui->palette().dim, tile.title);
  draw->AddText(LargeFont(), kLargePoints, ImVec2(at.x + unit * 0.8f, at.y + unit * 1.75f),
                tile.color, tile.value.c_str());
  draw->AddText(ImVec2(at.x + unit * 0.8f, at.y + unit * 3.7f), ui->palette().dim, detail.c_str());
  draw->PopClipRect();
  if (clicked || activated) ui->Show(tile.panel);
}

std::vector<Tile> MakeTiles(const Model& model, const Palette& palette) {
  const Snapshot& s = model.snapshot();
  const Rates& rates = model.shown().rates;
  uint64_t used = 0;
  for (size_t i = 2; i < kSegmentKinds; ++i) used += s.segment_counts[i];
  size_t held = 0;
  size_t waiting = 0;
  for (const LockSnapshot& lock : s.locks) {
    held += lock.holders.empty() ? 0 : 1;
    waiting += lock.waiters.size();
  }
  uint64_t frames = 0;
  uint64_t behind = 0;
  for (const WalSnapshot& wal : s.wals) {
    frames += wal.frames;
    behind += wal.frames - std::min(wal.frames, wal.backfilled);
  }
  const bool moving = rates.seconds > 0;
  return {
      {"Memory", FormatBytes(used * s.region.segment_bytes),
       "of " + FormatBytes(s.region.capacity_bytes), PanelId::kSegments, palette.text,
       ", " + FormatBytes(s.region.committed_bytes) + " committed"},
      {"Commits", moving ? FormatQuantity(rates.commits) + " /s" : FormatCount(s.totals.commits),
       FormatCount(s.totals.commits) + " so far", PanelId::kThroughput, palette.text},
      {"Page reads",
       moving ? FormatQuantity(rates.reads) + " /s"
              : FormatCount(s.totals.reads + s.totals.fetches),
       FormatCount(s.totals.fetches) + " without a copy", PanelId::kThroughput, palette.text},
      {"Clients", FormatCount(s.clients.size()),
       FormatCounted(s.region.connection_count, "connection", "connections"), PanelId::kClients,
       palette.text, ", " + FormatCounted(s.region.open_handle_count, "handle", "handles")},
      {"Locks held", FormatCount(held),
       waiting == 0 ? "nobody waits"
                    : FormatCounted(waiting, "connection waits", "connections wait"),
       PanelId::kLocks, waiting > 0 ? palette.warning : palette.text},
      {"WAL frames", FormatCount(frames), FormatCount(behind) + " not yet backfilled",
       PanelId::kWal, palette.text},
      {"Recoveries", FormatCount(s.region.recoveries),
       FormatCounted(s.region.recovered_locks, "lock", "locks") + " taken back",
       PanelId::kRecoveries, palette.text},
      {"Refusals", FormatCount(s.totals.busy + s.totals.full),
       FormatCount(s.totals.busy) + " busy, " + FormatCount(s.totals.full) + " full",
       PanelId::kLocks, palette.text},
  };
}

void DrawTiles(const Model& model, Ui* ui) {
  const std::vector<Tile> tiles = MakeTiles(model, ui->palette());
  const float unit = ui->Unit();
  const float gap = unit * 0.6f;
  const float width = ImGui::GetContentRegionAvail().x;
  const int in_row = width > unit * 56 ? 4 : width > unit * 26 ? 2 : 1;
  const ImVec2 size((width - gap * static_cast<float>(in_row - 1)) / static_cast<float>(in_row),
                    unit * 5.2f);
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(gap, gap));
  for (size_t i = 0; i < tiles.size(); ++i) {
    if (i % static_cast<size_t>(in_row) != 0) ImGui::SameLine();
    DrawTile(tiles[i], size, ui);
  }
  ImGui::PopStyleVar();
}

/// The committed memory as one bar, divided by kind.
void DrawMemoryBar(const Snapshot& s, Ui* ui) {
  const float unit = ui->Unit();
  ui->Heading("Memory by kind");
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const float all = std::max(1.0f, static_cast<float>(s.segments.size()));
  float x = at.x;
  std::string sentence = "Memory by kind";
  for (uint32_t i = 0; i < kSegmentKinds; ++i) {
    if (s.segment_counts[i] == 0) continue;
    const float part = width * static_cast<float>(s.segment_counts[i]) / all;
    draw->AddRectFilled(ImVec2(x, at.y), ImVec2(x + part, at.y + unit), ui->palette().segments[i]);
    x += part;
    sentence += std::string(", ") + Name(static_cast<SegmentKind>(i)) + " " +
                FormatBytes(s.segment_counts[i] * s.region.segment_bytes);
  }
  ImGui::Dummy(ImVec2(width, unit));
  ui->Note(Role::kImage, ImGui::GetID("memory by kind"), sentence, at,
           ImVec2(at.x + width, at.y + unit));
  float used = 0;
  for (uint32_t i = 0; i < kSegmentKinds; ++i) {
    if (s.segment_counts[i] == 0) continue;
    const std::string text = std::string(Name(static_cast<SegmentKind>(i))) + "  " +
                             FormatBytes(s.segment_counts[i] * s.region.segment_bytes);
    ui->FlowLegend(ui->palette().segments[i], text, &used);
  }
}

void DrawCommits(const Model& model, Ui* ui) {
  const std::vector<size_t> positions = PlotPositions(model, 60);
  Plot plot;
  plot.title = "Commits per second";
  plot.format = [](double value) { return FormatQuantity(value) + " /s"; };
  plot.lines = {{"commits", ui->palette().accent, {}}};
  for (const size_t position : positions) {
    const Sample& sample = model.history().samples()[position];
    plot.times_ns.push_back(sample.snapshot->observed_ns);
    plot.lines[0].values.push_back(static_cast<float>(sample.rates.commits));
  }
  plot.newest = model.NewestName();
  if (model.paused()) plot.marked_ns = model.snapshot().observed_ns;
  DrawPlot(plot, positions, ui->Unit() * 9, ui);
}

void DrawWorst(const Model& model, Ui* ui) {
  if (model.findings().empty()) {
    ui->Dot(ui->palette().good);
    ui->Text("Nothing looks wrong.");
    return;
  }
  const size_t shown = std::min<size_t>(model.findings().size(), 3);
  for (size_t i = 0; i < shown; ++i) {
    const Finding& finding = model.findings()[i];
    ui->Dot(finding.severity == Finding::Severity::kProblem   ? ui->palette().bad
            : finding.severity == Finding::Severity::kWarning ? ui->palette().warning
                                                              : ui->palette().dim);
    ui->Wrapped(finding.sentence);
  }
  if (model.findings().size() > shown && ui->Button("All findings", "", Ui::Look::kPlain)) {
    ui->Show(PanelId::kFindings);
  }
}

void DrawOverview(const Model& model, ViewState*, Ui* ui) {
  const ImVec2 gap(0, ui->Unit() * 0.5f);
  DrawTiles(model, ui);
  ImGui::Dummy(gap);
  DrawMemoryBar(model.snapshot(), ui);
  ImGui::Dummy(gap);
  if (model.history().samples().size() > 1) {
    DrawCommits(model, ui);
    ImGui::Dummy(gap);
  }
  ui->Heading("Findings");
  DrawWorst(model, ui);
}

}  // namespace

const Panel kOverviewPanel = {
    .name = "overview",
    .title = "Overview",
    .hotkey = 'o',
    .help = "The region at a glance: memory, activity, who is there.",
    .draw = DrawOverview,
};

}  // namespace glasswal::inspector
