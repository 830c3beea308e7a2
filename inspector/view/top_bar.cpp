// The bar above: what is watched, the way through its past, and what can be done.
#include <algorithm>

#include "model/format.h"
#include "view/shell.h"

namespace glasswal::inspector {
namespace {

using Kind = Command::Kind;

void DrawTitle(const Model& model, Ui* ui) {
  const Palette& palette = ui->palette();
  ImGui::AlignTextToFramePadding();
  if (model.title().empty()) {
    ui->Heading("glasswal inspector");
    return;
  }
  const bool gone = !model.problem().empty();
  ui->Dot(gone             ? palette.bad
          : !model.live()  ? palette.dim
          : model.paused() ? palette.warning
                           : palette.good);
  ui->Heading(model.title());
  ImGui::SameLine();
  ui->Status(!model.live()    ? gone ? "capture, damaged" : "capture"
             : gone           ? "gone"
             : model.paused() ? "paused"
                              : "live");
}

/// Back and forth in the history.
void DrawScrubber(const Model& model, Ui* ui) {
  const int last = static_cast<int>(model.history().samples().size()) - 1;
  int position = static_cast<int>(model.shown_position());
  if (!model.live()) {
    // Nothing goes on in a capture, so there is nothing to stop: only a way back to its end.
    if (ui->Button("End", "Show the moment of the capture", Ui::Look::kPlain, model.paused())) {
      ui->Do(Kind::kResume);
    }
  } else if (ui->Toggle(model.paused() ? "Resume" : "Pause", model.paused())) {
    ui->Do(model.paused() ? Kind::kResume : Kind::kPause);
  }
  ImGui::SameLine();
  const std::string when = model.ShownWhen();
  if (ui->Slider("moment", &position, last, ui->Unit() * 11, when)) {
    ui->Do(Kind::kScrub, static_cast<uint64_t>(std::max(position, 0)));
  }
  ImGui::SameLine();
  ui->Dim(when);
}

struct BarAction {
  const char* label;
  const char* name;
  Kind kind;
  bool needs_snapshot;
};

constexpr float kActionGap = 2;

float WidthOf(const char* label) {
  return ImGui::CalcTextSize(label).x + ImGui::GetStyle().FramePadding.x * 2 + kActionGap;
}

/// The buttons at the right end of the bar, as many as `room` has; the palette has all of them.
void DrawActions(const Model& model, const ViewState& state, float room, Ui* ui) {
  const BarAction actions[] = {
      {"Bookmark", "Bookmark this moment", Kind::kAddBookmark, true},
      {"Capture", "Save a capture", Kind::kSaveCapture, true},
      {"Open", "Open a capture", Kind::kOpenFile, false},
      {"Commands", "Command palette", Kind::kTogglePalette, false},
      {state.dark ? "Light" : "Dark", state.dark ? "Light theme" : "Dark theme", Kind::kToggleTheme,
       false},
      {"?", "Help", Kind::kToggleHelp, false},
  };
  float width = 0;
  for (const BarAction& action : actions) width += WidthOf(action.label);
  const BarAction* first = actions;
  for (; first != std::end(actions) && width > room; ++first) width -= WidthOf(first->label);
  ImGui::SameLine(ImGui::GetWindowWidth() - width - ui->Unit() * 0.5f);
  for (; first != std::end(actions); ++first) {
    if (ui->Button(first->label, first->name, Ui::Look::kQuiet,
                   !first->needs_snapshot || model.has_snapshot())) {
      ui->Do(first->kind);
    }
    ImGui::SameLine(0, kActionGap);
  }
}

}  // namespace

void DrawTopBar(const Model& model, ViewState* state, Ui* ui) {
  DrawTitle(model, ui);
  const bool scrubs = model.has_snapshot() && model.history().samples().size() > 1;
  ImGui::SameLine();
  const float title_end = ImGui::GetCursorPosX();
  const float scrubber = scrubs ? ui->Unit() * 21 : 0;
  // The history keeps its place while the title grows; where there is none, it comes right after.
  const float room = ImGui::GetWindowWidth() - title_end - scrubber - ui->Unit();
  if (scrubs) {
    const float spread = std::min(ui->Unit() * 8, std::max(0.0f, room - ui->Unit() * 28));
    ImGui::SameLine(title_end + spread);
    DrawScrubber(model, ui);
  }
  DrawActions(model, *state, room, ui);
}

}  // namespace glasswal::inspector
