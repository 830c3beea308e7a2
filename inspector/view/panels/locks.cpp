// The lock matrix: clients by locks. A filled cell holds, a ring waits, and how long stands in it.
#include <algorithm>
#include <cmath>

#include "imgui_internal.h"
#include "model/format.h"
#include "view/panel.h"
#include "view/table.h"

namespace glasswal::inspector {
namespace {

struct Cell {
  bool holds = false;
  bool exclusive = false;
  bool waits = false;
  uint64_t held_ns = 0;
  uint64_t waited_ns = 0;
};

bool IsOf(const std::vector<LockHolder>& holders, uint32_t client) {
  return std::any_of(holders.begin(), holders.end(),
                     [&](const LockHolder& holder) { return holder.client == client; });
}

uint64_t WaitedNs(const Snapshot& s, const LockSnapshot& lock, uint32_t client) {
  for (const ConnectionSnapshot& connection : s.connections) {
    if (connection.client == client && connection.file == lock.file && connection.waiting &&
        connection.waiting->name == lock.name) {
      return connection.waiting->waited_ns;
    }
  }
  return 0;
}

Cell CellOf(const Snapshot& s, const LockSnapshot& lock, uint32_t client) {
  Cell cell;
  cell.holds = IsOf(lock.holders, client);
  cell.exclusive = cell.holds && lock.exclusive;
  cell.waits = IsOf(lock.waiters, client);
  if (cell.exclusive) cell.held_ns = lock.held_ns;
  if (cell.waits) cell.waited_ns = WaitedNs(s, lock, client);
  return cell;
}

std::string Sentence(const ClientSnapshot& client, const LockSnapshot& lock, const Cell& cell) {
  std::string text = client.name;
  if (cell.holds) {
    text += cell.exclusive ? " holds " : " shares ";
    text += lock.name;
    if (cell.held_ns > 0) text += " for " + FormatDuration(cell.held_ns);
  } else if (cell.waits) {
    text += " waits for " + lock.name;
    if (cell.waited_ns > 0) text += " for " + FormatDuration(cell.waited_ns);
  } else {
    text += " has nothing to do with " + lock.name;
  }
  return text;
}

/// One cell: drawn over the row, so that the row can still be chosen.
void DrawCell(const ClientSnapshot& client, const LockSnapshot& lock, const Cell& cell, Ui* ui) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float height = ImGui::GetTextLineHeight();
  const ImVec2 end(at.x + width, at.y + height);
  ImGui::Dummy(ImVec2(width, height));
  if (!cell.holds && !cell.waits) {
    ImGui::GetWindowDrawList()->AddCircleFilled(ImVec2((at.x + end.x) / 2, (at.y + end.y) / 2),
                                                1.2f, ui->palette().border);
    return;
  }
  const std::string sentence = Sentence(client, lock, cell);
  const uint32_t id = ImHashStr(lock.name.c_str(), lock.name.size(), client.slot + 1);
  ui->Note(Role::kCell, id, sentence, at, end);
  const Palette& palette = ui->palette();
  const bool wrong = cell.held_ns >= kLongHoldNs || cell.waited_ns >= kLongHoldNs;
  const ImU32 color = cell.waits ? (wrong ? palette.bad : palette.warning)
                      : wrong    ? palette.bad
                                 : palette.Client(client.slot);
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const uint64_t ns = cell.waits ? cell.waited_ns : cell.held_ns;
  std::string text = ns > 0           ? FormatDuration(ns)
                     : cell.exclusive ? "held"
                     : cell.waits     ? "waits"
                                      : "";
  if (cell.waits) {
    draw->AddRect(at, end, color, 4, 0, 1.5f);
  } else {
    draw->AddRectFilled(at, end, Fade(color, cell.exclusive ? 0.85f : 0.30f), 4);
  }
  if (text.empty()) text = "shared";
  ImVec2 size = ImGui::CalcTextSize(text.c_str());
  draw->AddText(ImVec2(at.x + std::max(2.0f, (width - size.x) / 2), at.y),
                cell.waits       ? color
                : cell.exclusive ? palette.on_accent
                                 : palette.text,
                text.c_str());
  if (ImGui::IsItemHovered()) ui->Tooltip(sentence);
}

void DrawMatrix(const Snapshot& s, uint32_t first, uint32_t count, ViewState* state, Ui* ui) {
  std::vector<Column> columns = {{"client", 9, false}};
  for (uint32_t i = 0; i < count; ++i) {
    const std::string& name = s.locks[first + i].name;
    columns.push_back({name.c_str(), -static_cast<float>(name.size() + 2), false});
  }
  const float rows = static_cast<float>(s.clients.size()) + 1;
  const float height = std::min(rows * (ImGui::GetTextLineHeight() + 8) + 6,
                                std::max(ImGui::GetContentRegionAvail().y * 0.6f, ui->Unit() * 8));
  Table table(ui, "lock matrix", columns.data(), static_cast<int>(columns.size()), height);
  if (!table.open()) return;
  for (const ClientSnapshot& client : s.clients) {
    const Selection selection{Selection::Kind::kClient, client.slot};
    if (table.Row(client.slot, client.name, state->selection == selection)) ui->Select(selection);
    table.DotCell(ui->palette().Client(client.slot), client.name);
    for (uint32_t i = 0; i < count; ++i) {
      ImGui::TableNextColumn();
      DrawCell(client, s.locks[first + i], CellOf(s, s.locks[first + i], client.slot), ui);
    }
  }
}

std::string HolderText(const LockSnapshot& lock) {
  if (lock.holders.empty()) return "free";
  std::string text = lock.holders[0].client_name;
  if (lock.holders.size() > 1) text += " +" + std::to_string(lock.holders.size() - 1);
  return text;
}

void DrawCounts(const Snapshot& s, uint32_t first, uint32_t count, ViewState* state, Ui* ui) {
  static constexpr Column kColumns[] = {{"lock", 8, false},       {"held by", 0, false},
                                        {"held for", 6.5f, true}, {"waiters", 5, true},
                                        {"acquired", 6.5f, true}, {"contended", 6.5f, true},
                                        {"refused", 5.5f, true},  {"recovered", 6, true},
                                        {"waited, all", 7, true}, {"last wait", 6, true}};
  Table table(ui, "locks", kColumns, 10, 0);
  if (!table.open()) return;
  for (uint32_t i = first; i < first + count; ++i) {
    const LockSnapshot& lock = s.locks[i];
    const Selection selection{Selection::Kind::kLock, i};
    if (table.Row(i, lock.name + " " + HolderText(lock), state->selection == selection)) {
      ui->Select(selection);
    }
    const bool free = lock.holders.empty();
    table.Cell(lock.name);
    table.Cell(HolderText(lock), free ? ui->palette().dim : ui->palette().text);
    table.Cell(lock.held_ns > 0 ? FormatDuration(lock.held_ns) : "-");
    table.Cell(FormatCount(lock.waiters.size()));
    table.Cell(FormatCount(lock.acquired));
    table.Cell(FormatCount(lock.contended));
    table.Cell(FormatCount(lock.refused));
    table.Cell(FormatCount(lock.recovered));
    table.Cell(FormatDuration(lock.total_waited_ns));
    table.Cell(lock.last_wait_ns > 0 ? FormatDuration(lock.last_wait_ns) : "-");
  }
}

void DrawGroup(const Snapshot& s, uint32_t first, uint32_t end, ViewState* state, Ui* ui) {
  const bool directory = !s.locks[first].file;
  const bool quiet = directory && s.locks[first].holders.empty() && s.locks[first].waiters.empty();
  ImGui::PushID(static_cast<int>(first));
  ImGui::Dummy(ImVec2(0, ui->Unit() * 0.2f));
  ui->Heading(directory ? "The directory of files" : s.locks[first].database);
  if (!quiet) {
    DrawMatrix(s, first, end - first, state, ui);
    ImGui::Dummy(ImVec2(0, ui->Unit() * 0.2f));
  }
  DrawCounts(s, first, end - first, state, ui);
  ImGui::PopID();
}

void DrawLocks(const Model& model, ViewState* state, Ui* ui) {
  const Snapshot& s = model.snapshot();
  if (s.locks.empty()) {
    ui->Empty("No locks yet", "Locks appear with the first database that a client opens.");
    return;
  }
  ui->Legend(Fade(ui->palette().accent, 0.85f), "holds alone");
  ImGui::SameLine(0, ui->Unit());
  ui->Legend(Fade(ui->palette().accent, 0.3f), "shares");
  ImGui::SameLine(0, ui->Unit());
  ui->Legend(ui->palette().warning, "waits (outlined)");
  ImGui::SameLine(0, ui->Unit());
  ui->Legend(ui->palette().bad, "for longer than " + FormatDuration(kLongHoldNs));
  // Locks of one database stand together, and those of the directory, which is seldom held, last.
  for (const bool directory : {false, true}) {
    for (uint32_t first = 0; first < s.locks.size();) {
      uint32_t end = first;
      while (end < s.locks.size() && s.locks[end].file == s.locks[first].file) ++end;
      if (directory != s.locks[first].file.has_value()) DrawGroup(s, first, end, state, ui);
      first = end;
    }
  }
}

Badge CountHeld(const Model& model, const Palette& palette) {
  size_t held = 0;
  for (const LockSnapshot& lock : model.snapshot().locks) held += lock.holders.empty() ? 0 : 1;
  return CountBadge(held, palette);
}

}  // namespace

const Panel kLocksPanel = {
    .name = "locks",
    .title = "Lock matrix",
    .hotkey = 'l',
    .help = "Clients by locks: who holds, who waits, and for how long.",
    .draw = DrawLocks,
    .badge = CountHeld,
};

}  // namespace glasswal::inspector
