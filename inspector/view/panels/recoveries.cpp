// Recoveries: who died, what was taken back, and the black box of each.
#include <algorithm>

#include "model/format.h"
#include "view/panel.h"
#include "view/table.h"

namespace glasswal::inspector {
namespace {

void DrawTable(const Snapshot& s, const Selection& selected, float height, Ui* ui) {
  static constexpr Column kColumns[] = {
      {"#", 3, true},           {"client", 0, false},       {"how", 5, false},
      {"when", 7, true},        {"took", 6, true},          {"silent before", 7.5f, true},
      {"locks", 4, true},       {"conns", 4.2f, true},      {"handles", 5, true},
      {"segments", 5.5f, true}, {"index spoiled", 7, true}, {"process", 6.8f, true}};
  Table table(ui, "recoveries", kColumns, 12, height);
  if (!table.open()) return;
  for (const RecoverySnapshot& r : s.recoveries) {
    const Selection selection{Selection::Kind::kRecovery, r.number};
    if (table.Row(r.number, r.client_name, selected == selection)) ui->Select(selection);
    table.Cell(FormatCount(r.number));
    table.DotCell(ui->palette().Client(r.client), r.client_name);
    table.Cell(r.running   ? "running"
               : r.evicted ? "evicted"
                           : "died",
               r.running ? ui->palette().bad : ui->palette().dim);
    table.Cell(FormatDuration(r.age_ns) + " ago");
    table.Cell(FormatDuration(r.duration_ns));
    table.Cell(FormatDuration(r.silent_ns));
    table.Cell(FormatCount(r.locks));
    table.Cell(FormatCount(r.connections));
    table.Cell(FormatCount(r.handles));
    table.Cell(FormatCount(r.segments));
    table.Cell(FormatCount(r.wal_indexes_spoiled));
    table.Cell(r.client_kind == ClientKind::kProcess ? std::to_string(r.process_id) : "-");
  }
}

void DrawBoxLocks(const RecoverySnapshot& r, Ui* ui) {
  if (r.held_locks.empty()) {
    ui->Dim("It held no lock and waited for none.");
    return;
  }
  static constexpr Column kColumns[] = {{"lock", 7, false},
                                        {"file", 0, false},
                                        {"how", 7, false},
                                        {"connection", 6, true},
                                        {"held for", 7, true}};
  Table table(ui, "black box locks", kColumns, 5, 0);
  if (!table.open()) return;
  uint64_t row = 0;
  for (const BlackBoxLock& lock : r.held_locks) {
    table.Row(++row, lock.name + " " + lock.path, false);
    table.Cell(lock.name);
    table.Cell(lock.path.empty() ? "the directory" : lock.path);
    table.Cell(lock.waiting ? "waited" : Name(lock.mode),
               lock.waiting ? ui->palette().warning : ui->palette().text);
    table.Cell(lock.connection ? std::to_string(*lock.connection) : "-");
    table.Cell(lock.held_ns > 0 ? FormatDuration(lock.held_ns) : "not known");
  }
}

void DrawBoxEvents(const RecoverySnapshot& r, const EventNames& names, Ui* ui) {
  if (r.last_events.empty()) {
    ui->Dim("None of its events were in the ring any more.");
    return;
  }
  static constexpr Column kColumns[] = {{"before its last", 8, true},
                                        {"event", 9, false},
                                        {"file", 10, false},
                                        {"details", 0, false}};
  Table table(ui, "black box events", kColumns, 4, 0);
  if (!table.open()) return;
  const uint64_t last = r.last_events.back().time_ns;
  for (const Event& event : r.last_events) {
    table.Row(event.sequence, Describe(event.kind).name, false);
    table.Cell(last > event.time_ns ? FormatDuration(last - event.time_ns) : "0 ns");
    table.Cell(Describe(event.kind).name);
    table.Cell(names.File(event));
    table.Cell(EventDetails(event, names), ui->palette().dim);
  }
}

const RecoverySnapshot* Chosen(const Snapshot& s, const Selection& selection) {
  for (const RecoverySnapshot& r : s.recoveries) {
    if (selection == Selection{Selection::Kind::kRecovery, r.number}) return &r;
  }
  return &s.recoveries.front();
}

void DrawRecoveries(const Model& model, ViewState* state, Ui* ui) {
  const Snapshot& s = model.snapshot();
  if (s.recoveries.empty()) {
    ui->Empty("No recoveries",
              "When a client is killed, and only after the proof of its death, what it held is "
              "taken back and its black box is kept here.");
    return;
  }
  const float room = ImGui::GetContentRegionAvail().y;
  const float rows = static_cast<float>(s.recoveries.size()) + 1;
  DrawTable(s, state->selection, std::min(room * 0.4f, rows * (ui->Unit() + 9) + 8), ui);
  const RecoverySnapshot& r = *Chosen(s, state->selection);
  ImGui::Dummy(ImVec2(0, ui->Unit() * 0.3f));
  ui->Heading("Black box of `" + r.client_name + "`");
  ui->Dim("Locks when it died");
  DrawBoxLocks(r, ui);
  ImGui::Dummy(ImVec2(0, ui->Unit() * 0.3f));
  ui->Dim("Its last events, oldest first");
  DrawBoxEvents(r, model.names(), ui);
}

Badge CountRecoveries(const Model& model, const Palette& palette) {
  return CountBadge(model.snapshot().region.recoveries, palette);
}

}  // namespace

const Panel kRecoveriesPanel = {
    .name = "recoveries",
    .title = "Recoveries",
    .hotkey = 'r',
    .help = "Clients that died, what they held, and their black boxes.",
    .draw = DrawRecoveries,
    .badge = CountRecoveries,
};

}  // namespace glasswal::inspector
