// The log: events and the inspector's own messages as lines.
#include "model/format.h"
#include "view/panel.h"
#include "view/table.h"

namespace glasswal::inspector {
namespace {

struct LogState {
  std::string text;
  bool follow = true;
  uint64_t followed = 0;  // The serial of the last line that was scrolled to.
};

std::string Joined(const LogLine& line) {
  return line.time + " " + Name(static_cast<EventLevel>(line.level)) + " " + line.name + " " +
         line.text;
}

void DrawLog(const Model&, ViewState* view, Ui* ui) {
  LogState* state = &view->panels.Of<LogState>();
  ui->TextField("filter log", "Filter by any word", &state->text, ui->Unit() * 14);
  ImGui::SameLine();
  if (ui->Toggle("Follow", state->follow)) state->follow = !state->follow;
  std::vector<const LogLine*> lines;
  for (const LogLine& line : view->log_lines) {
    if (state->text.empty() || ContainsIgnoringCase(Joined(line), state->text))
      lines.push_back(&line);
  }
  ImGui::SameLine();
  if (ui->Button("Copy")) {
    std::string text;
    for (const LogLine* line : lines) text += Joined(*line) + "\n";
    ui->Do(Command::Kind::kCopy, 0, std::move(text));
  }
  if (lines.empty()) {
    ui->Empty("No lines", state->text.empty() ? "Events and messages appear here as they come."
                                              : "No line holds that word.");
    return;
  }
  static constexpr Column kColumns[] = {
      {"time, s", 8, true}, {"level", 4.5f, false}, {"client", 8, false}, {"record", 0, false}};
  Table table(ui, "log", kColumns, 4, ImGui::GetContentRegionAvail().y);
  if (!table.open()) return;
  if (state->follow && ImGui::IsWindowHovered() && ImGui::GetIO().MouseWheel > 0) {
    state->follow = false;
  }
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(lines.size()));
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
      const LogLine& line = *lines[static_cast<size_t>(i)];
      table.Row(static_cast<uint64_t>(i), line.text, false);
      const ImU32 color = ColorOf(static_cast<EventLevel>(line.level), ui->palette());
      table.Cell(line.time, ui->palette().dim);
      table.Cell(Name(static_cast<EventLevel>(line.level)), color);
      table.Cell(line.name);
      table.Cell(line.text, color);
    }
  }
  if (state->follow) table.Follow(lines.back()->serial, &state->followed);
}

}  // namespace

const Panel kLogPanel = {
    .name = "log",
    .title = "Log",
    .hotkey = 'n',
    .help = "Events and the inspector's own messages as log records.",
    .draw = DrawLog,
};

}  // namespace glasswal::inspector
