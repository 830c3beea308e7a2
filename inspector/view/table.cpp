#include "view/table.h"

#include <algorithm>

#include "imgui_internal.h"

namespace glasswal::inspector {

Table::Table(Ui* ui, const char* name, const Column* columns, int count, float height)
    : ui_(ui), columns_(columns), count_(count) {
  const ImGuiTableFlags flags =
      ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_Resizable |
      ImGuiTableFlags_PadOuterX | ImGuiTableFlags_NoBordersInBodyUntilResize |
      ImGuiTableFlags_SizingFixedFit | (height != 0 ? ImGuiTableFlags_ScrollY : 0);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  id_ = ImGui::GetID(name);
  open_ = ImGui::BeginTable(name, count, flags, ImVec2(0, height));
  if (!open_) return;
  for (int i = 0; i < count; ++i) {
    const float width = columns[i].width;
    if (width > 0) {
      const float room = width * ui->Unit() - ImGui::GetStyle().CellPadding.x * 2;
      ImGui::TableSetupColumn(columns[i].title, ImGuiTableColumnFlags_WidthFixed, room);
    } else {
      ImGui::TableSetupColumn(columns[i].title, ImGuiTableColumnFlags_WidthStretch,
                              width == 0 ? 1.0f : -width);
    }
  }
  ImGui::TableSetupScrollFreeze(0, 1);
  const float width = ImGui::GetContentRegionAvail().x;
  ui_->Note(Role::kTable, id_, name, at, ImVec2(at.x + width, at.y + std::max(height, 0.0f)));
  ui_->accessible().Enter(id_);
  Head();
}

Table::~Table() {
  if (!open_) return;
  if (in_row_) ui_->accessible().Leave();
  ui_->accessible().Leave();
  ImGui::EndTable();
}

void Table::Head() {
  ImGui::TableNextRow(ImGuiTableRowFlags_Headers);
  for (int i = 0; i < count_; ++i) {
    ImGui::TableNextColumn();
    const char* title = columns_[i].title;
    const ImVec2 size = ImGui::CalcTextSize(title);
    const float room = ImGui::GetContentRegionAvail().x;
    if (columns_[i].right && room > size.x) {
      ImGui::SetCursorPosX(ImGui::GetCursorPosX() + room - size.x);
    }
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ui_->Dim(title);
    ui_->Note(Role::kColumnHeader, ImHashStr(title, 0, id_ + 1u), title, at,
              ImVec2(at.x + size.x, at.y + size.y));
  }
}

void Table::Follow(uint64_t last, uint64_t* followed) {
  // ImGui scrolls with the next frame, by which it knows how high the rows of this one are, and no
  // further than they reach.
  constexpr float kFarBelow = 1e9f;
  ImGui::SetScrollY(kFarBelow);
  if (*followed != last) ui_->AskForFrame();
  *followed = last;
}

float Table::HeightOf(size_t rows) {
  const float row = ImGui::GetTextLineHeight() + ImGui::GetStyle().CellPadding.y * 2 + 1;
  return row * static_cast<float>(rows + 1);
}

bool Table::Row(uint64_t id, std::string_view name, bool selected) {
  if (in_row_) ui_->accessible().Leave();
  ImGui::TableNextRow();
  ImGui::TableNextColumn();
  column_ = -1;
  in_row_ = true;
  const ImVec2 start = ImGui::GetCursorPos();
  ImGui::PushID(static_cast<int>(id ^ id >> 32));
  const bool clicked = ImGui::Selectable(
      "##row", selected, ImGuiSelectableFlags_SpanAllColumns | ImGuiSelectableFlags_AllowOverlap);
  row_id_ = ImGui::GetItemID();
  ImGui::PopID();
  ui_->NoteItem(Role::kRow, name, selected ? AccessibleItem::kSelected : 0);
  ui_->accessible().Enter(row_id_);
  ImGui::SetCursorPos(start);
  return ui_->TakeActivation(row_id_) || clicked;
}

ImVec2 Table::NextCell(std::string_view text) {
  ++column_;
  if (column_ > 0) ImGui::TableNextColumn();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float room = ImGui::GetContentRegionAvail().x;
  ui_->Note(Role::kCell, ImHashData(&column_, sizeof(column_), row_id_), text, at,
            ImVec2(at.x + room, at.y + ImGui::GetTextLineHeight()));
  if (columns_[column_].right) {
    const float width = ImGui::CalcTextSize(text.data(), text.data() + text.size()).x;
    if (room > width) ImGui::SetCursorPosX(ImGui::GetCursorPosX() + room - width);
  }
  return at;
}

void Table::Cell(std::string_view text) { Cell(text, ui_->palette().text); }

/// What there is no room for ends in an ellipsis, and is shown whole under the pointer.
void Table::FittingText(std::string_view text, ImU32 color) {
  constexpr const char* kEllipsis = "\u2026";
  constexpr float kRounding = 0.5f;
  const float room = ImGui::GetContentRegionAvail().x + kRounding;
  const char* const end = text.data() + text.size();
  if (ImGui::CalcTextSize(text.data(), end).x <= room) return ui_->Text(text, color);
  const float left = std::max(room - ImGui::CalcTextSize(kEllipsis).x, 0.0f);
  const char* cut = text.data();
  ImGui::GetFont()->CalcTextSizeA(ImGui::GetFontSize(), left, 0, text.data(), end, &cut);
  ui_->Text(std::string(text.data(), cut) + kEllipsis, color);
  if (ImGui::IsItemHovered()) ui_->Tooltip(std::string(text));
}

void Table::Cell(std::string_view text, ImU32 color) {
  NextCell(text);
  FittingText(text, color);
}

void Table::DotCell(ImU32 dot, std::string_view text) {
  NextCell(text);
  ui_->Dot(dot);
  FittingText(text, ui_->palette().text);
}

void Table::BarCell(float part, ImU32 color, std::string_view text) {
  const ImVec2 at = NextCell(text);
  const float room = ImGui::GetColumnWidth();
  const float height = ImGui::GetTextLineHeight();
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const ImVec2 end(at.x + room, at.y + height);
  draw->AddRectFilled(at, end, ui_->palette().raised, 3);
  const float filled = std::clamp(part, 0.0f, 1.0f) * room;
  if (filled > 0) {
    draw->AddRectFilled(at, ImVec2(at.x + std::max(filled, 3.0f), end.y), Fade(color, 0.45f), 3);
  }
  ImGui::SetCursorScreenPos(ImVec2(at.x + ui_->Unit() * 0.4f, at.y));
  ui_->Text(text);
}

}  // namespace glasswal::inspector
