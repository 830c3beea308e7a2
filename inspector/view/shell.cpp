#include "view/shell.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "imgui_internal.h"
#include "model/format.h"
#include "view/panel.h"

namespace glasswal::inspector {
namespace {

using Kind = Command::Kind;

constexpr ImGuiWindowFlags kFixed =
    ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse;

/// A child window with room within.
bool BeginArea(const char* name, const ImRect& area, ImVec2 padding, ImGuiWindowFlags flags = 0) {
  ImGui::SetCursorScreenPos(area.Min);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, padding);
  const bool open =
      ImGui::BeginChild(name, area.GetSize(), ImGuiChildFlags_AlwaysUseWindowPadding, flags);
  ImGui::PopStyleVar();
  return open;
}

/// Where everything is, in whole points, on which lines stay sharp.
struct Areas {
  Areas(ImVec2 size, float unit);

  ImRect top, panels, panel, bottom;
};

Areas::Areas(ImVec2 size, float unit) {
  const float gap = std::floor(unit * 0.5f);
  const float side = std::floor(unit * 11.5f);
  top = ImRect(0, 0, size.x, unit * 3);
  bottom = ImRect(0, size.y - unit * 2, size.x, size.y);
  const float begin = top.Max.y + gap;
  const float end = std::max(bottom.Min.y - gap, begin + unit * 4);
  panels = ImRect(gap, begin, gap + side, end);
  const float left = panels.Max.x + gap;
  panel = ImRect(left, begin, std::max(size.x - gap, left + unit * 8), end);
}

/// The rest of a quarter of a round corner, from the corner itself.
void FillCorner(ImVec2 corner, ImVec2 inwards, float radius, float begin, ImU32 color) {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  draw->PathLineTo(corner);
  draw->PathArcTo(ImVec2(corner.x + inwards.x * radius, corner.y + inwards.y * radius), radius,
                  begin, begin + IM_PI / 2);
  draw->PathFillConvex(color);
}

/// Draws what lies between the areas. They have the colour that the frame was filled with: to fill
/// them once more would be most of what a frame costs where a processor draws it.
void DrawBetween(const Areas& areas, ImVec2 size, ImU32 color) {
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const ImRect& a = areas.panels;
  const ImRect& b = areas.panel;
  draw->AddRectFilled(ImVec2(0, areas.top.Max.y), ImVec2(size.x, a.Min.y), color);
  draw->AddRectFilled(ImVec2(0, a.Max.y), size, color);
  draw->AddRectFilled(ImVec2(0, a.Min.y), ImVec2(a.Min.x, a.Max.y), color);
  draw->AddRectFilled(ImVec2(a.Max.x, a.Min.y), ImVec2(b.Min.x, a.Max.y), color);
  draw->AddRectFilled(ImVec2(b.Max.x, a.Min.y), ImVec2(size.x, a.Max.y), color);
  const float radius = ImGui::GetStyle().ChildRounding;
  for (const ImRect& area : {a, b}) {
    FillCorner(area.Min, ImVec2(1, 1), radius, IM_PI, color);
    FillCorner(area.GetTR(), ImVec2(-1, 1), radius, IM_PI * 1.5f, color);
    FillCorner(area.Max, ImVec2(-1, -1), radius, 0, color);
    FillCorner(area.GetBL(), ImVec2(1, -1), radius, IM_PI / 2, color);
  }
}

void DrawBookmarks(const Model& model, Ui* ui) {
  if (model.bookmarks().empty()) return;
  ImGui::Dummy(ImVec2(0, ui->Unit() * 0.3f));
  ui->Dim("  Bookmarks");
  for (size_t i = 0; i < model.bookmarks().size(); ++i) {
    const Bookmark& bookmark = model.bookmarks()[i];
    const bool shown = model.shown().snapshot == bookmark.sample.snapshot;
    ImGui::PushID(static_cast<int>(i));
    if (ui->Tab(bookmark.label.c_str(), shown, "", 0)) ui->Do(Kind::kShowBookmark, i);
    if (ImGui::IsItemHovered()) {
      ui->Tooltip("Click to see this moment again, right-click to remove it.");
      if (ImGui::IsMouseClicked(ImGuiMouseButton_Right)) ui->Do(Kind::kRemoveBookmark, i);
    }
    ImGui::PopID();
  }
}

void DrawNavigation(const Model& model, ViewState* state, Ui* ui) {
  ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 2));
  for (uint32_t i = 0; i < kPanels; ++i) {
    const auto panel = static_cast<PanelId>(i);
    const Panel& described = Describe(panel);
    const Badge badge = described.badge != nullptr && model.has_snapshot()
                            ? described.badge(model, ui->palette())
                            : Badge();
    if (ui->Tab(described.title, state->panel == panel, badge.text, badge.color)) {
      ui->Show(panel);
    }
  }
  DrawBookmarks(model, ui);
  ImGui::PopStyleVar();
}

void DrawBottomBar(const Model& model, const ViewState& state, Ui* ui) {
  if (!state.notice.text.empty()) {
    ui->Status(state.notice.text,
               ColorOf(static_cast<EventLevel>(state.notice.level), ui->palette()));
  } else if (!model.problem().empty() && model.has_snapshot()) {
    ui->Text(model.problem(), ui->palette().bad);
  } else if (model.has_snapshot()) {
    const Snapshot& s = model.snapshot();
    const std::string origin = model.origin().empty() ? "" : ", " + model.origin();
    ui->Dim("region " + s.region.id.substr(0, 8) + origin + "   " + Describe(state.panel).help);
  } else {
    ui->Dim(Describe(state.panel).help);
  }
  char frame[64];
  std::snprintf(frame, sizeof(frame), "inspector: %.2f ms a frame, ", state.cost.frame_ms);
  const std::string cost = frame + FormatBytes(state.cost.copied_bytes) + " copied, " +
                           FormatCount(state.cost.frames) + " frames";
  ImGui::SameLine();
  const float from = ImGui::GetWindowWidth() - ImGui::CalcTextSize(cost.c_str()).x - ui->Unit();
  // In a narrow window what the panel is about comes first.
  if (from < ImGui::GetCursorPosX()) return;
  ImGui::SameLine(from);
  ui->Dim(cost);
}

void DrawMain(const Model& model, ViewState* state, Ui* ui) {
  if (model.has_snapshot()) return Describe(state->panel).draw(model, state, ui);
  if (!model.problem().empty())
    return ui->Empty("There is nothing to show", model.problem().c_str());
  ui->Empty("Nothing is attached",
            "Open a capture, or drop one here. Natively, `glasswal-inspector NAME` attaches to a "
            "live region; in a page, attachInspector(runtime) does.");
}

}  // namespace

void DrawShell(const Model& model, ViewState* state, Ui* ui) {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos(ImVec2(0, 0));
  ImGui::SetNextWindowSize(size);
  ImGui::Begin("inspector", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoBackground);
  const float unit = std::floor(ui->Unit());
  const Areas areas(size, unit);
  DrawBetween(areas, size, ui->palette().background);
  if (BeginArea("top", areas.top, ImVec2(unit, std::floor(unit * 0.6f)), kFixed)) {
    DrawTopBar(model, state, ui);
  }
  ImGui::EndChild();
  const float gap = std::floor(unit * 0.5f);
  if (BeginArea("panels", areas.panels, ImVec2(gap, gap))) DrawNavigation(model, state, ui);
  ImGui::EndChild();
  if (BeginArea("panel", areas.panel, ImVec2(unit, std::floor(unit * 0.8f)))) {
    DrawMain(model, state, ui);
  }
  ImGui::EndChild();
  if (BeginArea("bottom", areas.bottom, ImVec2(unit, std::floor(unit * 0.3f)), kFixed)) {
    DrawBottomBar(model, *state, ui);
  }
  ImGui::EndChild();
  ImGui::End();
  DrawCommandPalette(model, state, ui);
  DrawHelp(state, ui);
}

}  // namespace glasswal::inspector
