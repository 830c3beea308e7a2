// The write-ahead log: frames, what of them is in the database already, reader marks, and what
// holds the checkpoint back.
#include <algorithm>
#include <cstdio>

#include "model/format.h"
#include "view/panel.h"
#include "view/plot.h"
#include "view/table.h"

namespace glasswal::inspector {
namespace {

struct WalState {
  int chosen = 0;  // Position in Snapshot::wals.
};

std::string Names(const std::vector<LockHolder>& holders) {
  std::string text;
  for (const LockHolder& holder : holders) {
    text += (text.empty() ? "" : ", ") + holder.client_name;
  }
  return text.empty() ? "nobody" : text;
}

/// The log as a bar: backfilled frames, those that wait, and the marks of readers over it.
void DrawBar(const WalSnapshot& wal, Ui* ui) {
  const float unit = ui->Unit();
  const Palette& palette = ui->palette();
  const ImVec2 corner = ImGui::GetCursorScreenPos();
  const float width = std::max(ImGui::GetContentRegionAvail().x, unit * 10);
  const ImVec2 at(corner.x, corner.y + unit * 1.6f);
  const ImVec2 end(at.x + width, at.y + unit * 1.6f);
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const float frames = std::max(1.0f, static_cast<float>(wal.frames));
  const auto x = [&](uint32_t frame) {
    return at.x + width * std::min(1.0f, static_cast<float>(frame) / frames);
  };
  draw->AddRectFilled(at, end, palette.raised, 4);
  if (wal.frames > 0) {
    draw->AddRectFilled(at, end, Fade(palette.accent, 0.45f), 4);
    draw->AddRectFilled(at, ImVec2(x(wal.backfilled), end.y), palette.good, 4);
  }
  ImGui::Dummy(ImVec2(width, unit * 4.6f));
  ui->Note(Role::kImage, ImGui::GetID("log"),
           FormatCount(wal.backfilled) + " of " + FormatCount(wal.frames) + " frames backfilled",
           at, end);
  for (const ReadMark& mark : wal.read_marks) {
    if (!mark.frame || mark.holders.empty()) continue;
    const float place = x(*mark.frame);
    const ImU32 color = palette.Client(mark.holders[0].client.value_or(0));
    draw->AddLine(ImVec2(place, at.y - unit * 0.3f), ImVec2(place, end.y + unit * 0.3f), color, 2);
    std::string text = "READ" + std::to_string(mark.index);
    const float wide = ImGui::CalcTextSize(text.c_str()).x;
    const float left = std::clamp(place - wide / 2, at.x, end.x - wide);
    draw->AddText(ImVec2(left, at.y - unit * 1.45f), color, text.c_str());
  }
  draw->AddText(ImVec2(at.x, end.y + unit * 0.2f), palette.dim, "frame 0");
  const std::string last = "frame " + FormatCount(wal.frames);
  draw->AddText(ImVec2(end.x - ImGui::CalcTextSize(last.c_str()).x, end.y + unit * 0.2f),
                palette.dim, last.c_str());
}

void DrawHeldBack(const WalSnapshot& wal, Ui* ui) {
  ui->Heading("What holds the checkpoint back?");
  if (wal.backfilled >= wal.frames) {
    ui->Dot(ui->palette().good);
    ui->Status("Nothing: every frame is in the database.");
    return;
  }
  const std::string waits =
      FormatCounted(wal.frames - wal.backfilled, "frame waits", "frames wait");
  const std::optional<CheckpointHolder>& by =
      wal.held_back_by ? wal.held_back_by : wal.oldest_reader;
  if (!by) {
    ui->Dot(ui->palette().dim);
    ui->Status("Nobody: " + waits + " for the next checkpoint.");
    return;
  }
  ui->Dot(wal.held_back_by ? ui->palette().warning : ui->palette().dim);
  const std::string since = FormatDuration(by->duration_ns);
  const std::string who = "`" + by->holder.client_name + "` reads an older snapshot";
  ui->Status(wal.held_back_by
                 ? who + ": checkpoints have fallen short for " + since + ", and " + waits + "."
                 : who + " for " + since + "; " + waits +
                       ", and the next checkpoint may stop there.");
  if (by->holder.client && ui->Button("Show the client")) {
    ui->Show(PanelId::kClients, {Selection::Kind::kClient, *by->holder.client});
  }
}

void DrawFacts(const WalSnapshot& wal, Ui* ui) {
  static constexpr Column kColumns[] = {{"fact", 12, false}, {"value", 0, false}};
  Table table(ui, "facts", kColumns, 2, 0);
  if (!table.open()) return;
  uint64_t row = 0;
  const auto fact = [&](const char* name, const std::string& value) {
    table.Row(++row, std::string(name) + ": " + value, false);
    table.Cell(name, ui->palette().dim);
    table.Cell(value);
  };
  fact("log", (wal.wal_path.empty() ? "none" : wal.wal_path) + ", " + FormatBytes(wal.size_bytes) +
                  " of at most " + FormatBytes(wal.max_capacity_bytes));
  fact("wal-index header", wal.header_valid ? "valid" : "not valid: it will be rebuilt");
  fact("frames", FormatCount(wal.frames) + " of " + FormatBytes(wal.page_size_bytes));
  fact("backfilled", FormatCount(wal.backfilled) + " (" +
                         FormatPercent(wal.backfilled, wal.frames) + "), attempted up to " +
                         FormatCount(wal.backfill_attempted));
  fact("database", FormatCounted(wal.database_pages, "page", "pages") + ", change " +
                       FormatCount(wal.change_counter));
  fact("writer", wal.writer ? wal.writer->client_name : "nobody");
  fact("checkpointer", wal.checkpointer ? wal.checkpointer->client_name : "nobody");
  fact("last checkpoint", wal.last_checkpoint_age_ns > 0
                              ? FormatDuration(wal.last_checkpoint_age_ns) + " ago"
                              : "never");
  char salts[32];
  std::snprintf(salts, sizeof(salts), "%08x %08x", wal.salts[0], wal.salts[1]);
  fact("salts", salts);
}

void DrawMarks(const WalSnapshot& wal, Ui* ui) {
  static constexpr Column kColumns[] = {
      {"mark", 5, false}, {"frame", 6, true}, {"readers", 5, true}, {"held by", 0, false}};
  Table table(ui, "read marks", kColumns, 4, 0);
  if (!table.open()) return;
  for (const ReadMark& mark : wal.read_marks) {
    table.Row(mark.index, "READ" + std::to_string(mark.index) + " " + Names(mark.holders), false);
    table.Cell("READ" + std::to_string(mark.index));
    table.Cell(mark.frame ? FormatCount(*mark.frame) : "unused");
    table.Cell(FormatCount(mark.holders.size()));
    table.Cell(Names(mark.holders), mark.holders.empty() ? ui->palette().dim : ui->palette().text);
  }
}

const WalSnapshot* Find(const Snapshot& snapshot, uint32_t file) {
  for (const WalSnapshot& wal : snapshot.wals) {
    if (wal.file == file) return &wal;
  }
  return nullptr;
}

void DrawFrames(const Model& model, uint32_t file, Ui* ui) {
  const std::vector<size_t> positions = PlotPositions(model, 60);
  Plot plot;
  plot.title = "Frames over time";
  plot.format = [](double value) { return FormatQuantity(value); };
  plot.lines = {{"frames", ui->palette().accent, {}}, {"backfilled", ui->palette().good, {}}};
  for (const size_t position : positions) {
    const Snapshot& then = *model.history().samples()[position].snapshot;
    const WalSnapshot* wal = Find(then, file);
    plot.times_ns.push_back(then.observed_ns);
    plot.lines[0].values.push_back(wal != nullptr ? static_cast<float>(wal->frames) : 0);
    plot.lines[1].values.push_back(wal != nullptr ? static_cast<float>(wal->backfilled) : 0);
  }
  if (model.paused()) plot.marked_ns = model.snapshot().observed_ns;
  DrawPlot(plot, positions, ui->Unit() * 9, ui);
}

void DrawWal(const Model& model, ViewState* state, Ui* ui) {
  const Snapshot& s = model.snapshot();
  if (s.wals.empty()) {
    ui->Empty("No write-ahead log yet", "One appears with the first database in WAL mode.");
    return;
  }
  int& chosen = state->panels.Of<WalState>().chosen;
  chosen = std::clamp(chosen, 0, static_cast<int>(s.wals.size()) - 1);
  if (s.wals.size() > 1) {
    std::vector<const char*> names;
    for (const WalSnapshot& wal : s.wals) names.push_back(wal.database.c_str());
    ui->Choice("database", names.data(), static_cast<int>(names.size()), &chosen, ui->Unit() * 16);
  }
  const WalSnapshot& wal = s.wals[static_cast<size_t>(chosen)];
  ui->Heading(wal.database);
  ImGui::SameLine(0, ui->Unit() * 1.2f);
  ui->Legend(ui->palette().good, "in the database");
  ImGui::SameLine(0, ui->Unit());
  ui->Legend(Fade(ui->palette().accent, 0.45f), "waits for a checkpoint");
  DrawBar(wal, ui);
  DrawHeldBack(wal, ui);
  ImGui::Dummy(ImVec2(0, ui->Unit() * 0.3f));
  const float half = (ImGui::GetContentRegionAvail().x - ui->Unit()) / 2;
  ImGui::BeginChild("left", ImVec2(half, 0), ImGuiChildFlags_AutoResizeY);
  DrawFacts(wal, ui);
  ImGui::EndChild();
  ImGui::SameLine(0, ui->Unit());
  ImGui::BeginChild("right", ImVec2(half, 0), ImGuiChildFlags_AutoResizeY);
  DrawMarks(wal, ui);
  ImGui::EndChild();
  if (model.history().samples().size() > 1) DrawFrames(model, wal.file, ui);
}

}  // namespace

const Panel kWalPanel = {
    .name = "wal",
    .title = "WAL",
    .hotkey = 'w',
    .help = "Frames, backfill, read marks, and what holds the checkpoint back.",
    .draw = DrawWal,
};

}  // namespace glasswal::inspector
