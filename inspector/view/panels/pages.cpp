// The page map: what each page of a database is. It reads the database, so only when asked to.
#include <algorithm>
#include <array>
#include <cmath>

#include "model/format.h"
#include "view/panel.h"

namespace glasswal::inspector {
namespace {

struct PagesState {
  int chosen = 0;  // Position among the databases.
};

void DrawLegend(const PageMap& pages, Ui* ui) {
  std::array<uint32_t, kPageKinds> counts{};
  uint32_t in_log = 0;
  for (const PageEntry& page : pages.pages) {
    ++counts[static_cast<size_t>(page.kind)];
    in_log += page.in_log ? 1 : 0;
  }
  float used = 0;
  for (uint32_t i = 0; i < kPageKinds; ++i) {
    if (counts[i] == 0) continue;
    const std::string text =
        std::string(Name(static_cast<PageKind>(i))) + "  " + FormatCount(counts[i]);
    ui->FlowLegend(ui->palette().pages[i], text, &used);
  }
  if (in_log > 0) {
    ui->Dim("A dot: the newest content lies in the write-ahead log (" +
            FormatCounted(in_log, "page", "pages") + ").");
  }
}

std::string Describe(const PageMap& pages, uint64_t number) {
  const PageEntry& page = pages.pages[number];
  std::string text = "page " + FormatCount(number + 1) + ": " + Name(page.kind);
  if (page.owner < pages.owners.size() && !pages.owners[page.owner].empty()) {
    text += " of " + pages.owners[page.owner];
  }
  return text + (page.in_log ? ", newest content in the log" : "");
}

void DrawMap(const PageMap& pages, const Selection& selected, Ui* ui) {
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const auto count = static_cast<uint32_t>(pages.pages.size());
  const float ideal = std::sqrt(room.x * room.y / std::max(1.0f, static_cast<float>(count)));
  const float side = std::clamp(std::floor(ideal * 0.94f), 5.0f, ui->Unit() * 1.4f);
  ImGui::BeginChild("map", room);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const auto columns = std::max(1u, static_cast<uint32_t>(width / side));
  const uint32_t rows = (count + columns - 1) / columns;
  const bool clicked = ImGui::InvisibleButton(
      "pages", ImVec2(std::max(1.0f, width), std::max(1.0f, static_cast<float>(rows) * side)));
  ui->NoteItem(Role::kImage, "Map of " + FormatCounted(count, "page", "pages"));
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const auto first = static_cast<uint32_t>(ImGui::GetScrollY() / side);
  const uint32_t last = std::min(rows, first + static_cast<uint32_t>(room.y / side) + 2);
  for (uint32_t i = first * columns; i < std::min(count, last * columns); ++i) {
    const PageEntry& page = pages.pages[i];
    const ImVec2 min(at.x + static_cast<float>(i % columns) * side,
                     at.y + static_cast<float>(i / columns) * side);
    const ImVec2 max(min.x + side - 1, min.y + side - 1);
    draw->AddRectFilled(min, max, ui->palette().Page(page.kind), side > 8 ? 2.0f : 0.0f);
    if (page.in_log) {
      draw->AddCircleFilled(ImVec2((min.x + max.x) / 2, (min.y + max.y) / 2), side * 0.16f,
                            ui->palette().text);
    }
    if (selected == Selection{Selection::Kind::kPage, uint64_t{i} + 1}) {
      draw->AddRect(min, max, ui->palette().text, 2, 0, 2);
    }
  }
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const auto column = static_cast<uint32_t>(std::max(0.0f, (mouse.x - at.x) / side));
  const uint64_t hovered =
      uint64_t{static_cast<uint32_t>(std::max(0.0f, (mouse.y - at.y) / side))} * columns + column;
  if (ImGui::IsItemHovered() && column < columns && hovered < count) {
    ui->Tooltip(Describe(pages, hovered));
    if (clicked) ui->Select({Selection::Kind::kPage, hovered + 1});
  }
  ImGui::EndChild();
}

void DrawPages(const Model& model, ViewState* state, Ui* ui) {
  const Snapshot& s = model.snapshot();
  if (s.databases.empty()) {
    ui->Empty("No database", "The page map shows what each page of a database is.");
    return;
  }
  std::vector<const char*> names;
  for (const DatabaseSnapshot& database : s.databases) names.push_back(database.path.c_str());
  int& chosen = state->panels.Of<PagesState>().chosen;
  chosen = std::clamp(chosen, 0, static_cast<int>(names.size()) - 1);
  ui->Choice("database", names.data(), static_cast<int>(names.size()), &chosen, ui->Unit() * 14);
  ImGui::SameLine();
  const PageMap& pages = model.pages();
  if (ui->Button(pages.requested ? "Read again" : "Read the pages", "", Ui::Look::kPrimary)) {
    ui->Do(Command::Kind::kReadPages, s.databases[static_cast<size_t>(chosen)].file);
  }
  if (!pages.requested) {
    ui->Empty("Not read yet",
              "The page map copies the head of every page out of the region, and does so only when "
              "you ask. A capture must have been made with contents.");
    return;
  }
  ImGui::SameLine();
  ImGui::AlignTextToFramePadding();
  ui->Dim(pages.path + ": " + FormatCounted(pages.pages.size(), "page", "pages") + " of " +
          FormatBytes(pages.page_size_bytes));
  if (!pages.problem.empty()) ui->Text(pages.problem, ui->palette().warning);
  if (pages.pages.empty()) return;
  DrawLegend(pages, ui);
  if (state->selection.kind == Selection::Kind::kPage && state->selection.number > 0 &&
      state->selection.number <= pages.pages.size()) {
    ui->Status(Describe(pages, state->selection.number - 1));
  }
  DrawMap(pages, state->selection, ui);
}

}  // namespace

const Panel kPagesPanel = {
    .name = "pages",
    .title = "Page map",
    .hotkey = 'g',
    .help = "What each page of a database is; read only when asked for.",
    .draw = DrawPages,
};

}  // namespace glasswal::inspector
