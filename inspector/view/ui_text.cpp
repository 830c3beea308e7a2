// The text of panels: headings, statuses, legends, and what stands where there is nothing (ui.h).
#include <algorithm>

#include "imgui_internal.h"
#include "view/ui.h"

namespace glasswal::inspector {
namespace {

/// How far below the cursor text begins on a line that is as high as a button.
float TextOffset() { return ImGui::GetCurrentWindow()->DC.CurrLineTextBaseOffset; }

}  // namespace

void Ui::Heading(std::string_view text) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImGui::PushStyleColor(ImGuiCol_Text, palette_->text);
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
  ImGui::PopStyleColor();
  Note(Role::kHeading, ImGui::GetID(text.data(), text.data() + text.size()), text, at,
       ImGui::GetItemRectMax());
}

void Ui::Text(std::string_view text) {
  ImGui::TextUnformatted(text.data(), text.data() + text.size());
}

void Ui::Text(std::string_view text, ImU32 color) {
  ImGui::PushStyleColor(ImGuiCol_Text, color);
  Text(text);
  ImGui::PopStyleColor();
}

void Ui::Dim(std::string_view text) { Text(text, palette_->dim); }

void Ui::Wrapped(std::string_view text) {
  ImGui::PushTextWrapPos(0);
  Text(text);
  ImGui::PopTextWrapPos();
}

void Ui::Empty(const char* title, const char* explanation) {
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float wrap = std::min(room.x - Unit() * 2, Unit() * 34);
  const ImVec2 size = ImGui::CalcTextSize(explanation, nullptr, false, wrap);
  const float high = size.y + Unit() * 2;
  ImGui::SetCursorPosY(ImGui::GetCursorPosY() + std::max(0.0f, (room.y - high) * 0.38f));
  const auto center = [&](float width) {
    ImGui::SetCursorPosX(ImGui::GetCursorPosX() + std::max(0.0f, (room.x - width) / 2));
  };
  center(ImGui::CalcTextSize(title).x);
  Status(title);
  center(size.x);
  ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + wrap);
  Dim(explanation);
  ImGui::PopTextWrapPos();
}

void Ui::Dot(ImU32 color) {
  ImVec2 at = ImGui::GetCursorScreenPos();
  at.y += TextOffset();
  const float radius = Unit() * 0.27f;
  const float height = ImGui::GetTextLineHeight();
  ImGui::GetWindowDrawList()->AddCircleFilled(ImVec2(at.x + radius, at.y + height / 2), radius,
                                              color);
  ImGui::Dummy(ImVec2(radius * 2 + 2, height));
  ImGui::SameLine(0, Unit() * 0.3f);
}

void Ui::Status(std::string_view text) { Status(text, palette_->text); }

void Ui::Status(std::string_view text, ImU32 color) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  Text(text, color);
  Note(Role::kStatus, ImGui::GetID(text.data(), text.data() + text.size()), text, at,
       ImGui::GetItemRectMax());
}

void Ui::Tooltip(const std::string& text) {
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(Unit() * 0.7f, Unit() * 0.5f));
  if (ImGui::BeginTooltip()) {
    ImGui::PushTextWrapPos(Unit() * 30);
    Text(text);
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
  }
  ImGui::PopStyleVar();
}

void Ui::Legend(ImU32 color, std::string_view text) {
  ImVec2 at = ImGui::GetCursorScreenPos();
  at.y += TextOffset();
  const float side = Unit() * 0.7f;
  const float top = at.y + (ImGui::GetTextLineHeight() - side) / 2;
  ImDrawList* draw = ImGui::GetWindowDrawList();
  draw->AddRectFilled(ImVec2(at.x, top), ImVec2(at.x + side, top + side), color, 2);
  draw->AddRect(ImVec2(at.x, top), ImVec2(at.x + side, top + side), palette_->border, 2);
  ImGui::Dummy(ImVec2(side, ImGui::GetTextLineHeight()));
  ImGui::SameLine(0, Unit() * 0.35f);
  Dim(text);
}

void Ui::FlowLegend(ImU32 color, const std::string& text, float* used) {
  const float wide = ImGui::CalcTextSize(text.c_str()).x + Unit() * 2.4f;
  if (*used > 0 && *used + wide < ImGui::GetContentRegionAvail().x) {
    ImGui::SameLine(0, Unit());
  } else {
    *used = 0;
  }
  *used += wide;
  Legend(color, text);
}

}  // namespace glasswal::inspector
