// The sheet of help: keys, and what each panel is for.
#include <algorithm>

#include "view/panel.h"
#include "view/shell.h"

namespace glasswal::inspector {
namespace {

struct Key {
  const char* keys;
  const char* what;
};
constexpr Key kKeys[] = {
    {"Ctrl+K, Cmd+K, /", "find a panel, client, file, lock, recovery, event or command"},
    {"p", "pause and resume; recording goes on"},
    {"[ and ]", "one moment back, one moment forth"},
    {"b", "bookmark the moment that is shown"},
    {"Tab, arrows, Enter", "move between items and use them"},
    {"Shift+click, Ctrl+click", "select several events"},
    {"Esc", "close this and the palette"},
    {"?", "this sheet"},
};

void DrawKeys(Ui* ui) {
  ui->Heading("Keys");
  for (const Key& key : kKeys) {
    ui->Text(key.keys, ui->palette().accent);
    ImGui::SameLine(ui->Unit() * 13);
    ui->Wrapped(key.what);
  }
}

void DrawPanels(Ui* ui) {
  ui->Heading("Panels");
  for (const Panel* panel : Panels()) {
    ui->Text(panel->title, ui->palette().accent);
    ImGui::SameLine(ui->Unit() * 11);
    ui->Dim({&panel->hotkey, 1});
    ImGui::SameLine(ui->Unit() * 13);
    ui->Wrapped(panel->help);
  }
}

}  // namespace

void DrawHelp(ViewState* state, Ui* ui) {
  if (!state->help_open) return;
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float unit = ui->Unit();
  const ImVec2 size(std::min(screen.x - unit * 2, unit * 46),
                    std::min(screen.y - unit * 4, unit * 42));
  ImGui::SetNextWindowPos(ImVec2((screen.x - size.x) / 2, (screen.y - size.y) / 2));
  ImGui::SetNextWindowSize(size);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(unit * 1.2f, unit));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 8);
  ImGui::SetNextWindowFocus();
  ImGui::Begin("help", nullptr,
               ImGuiWindowFlags_NoTitleBar | ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoMove |
                   ImGuiWindowFlags_NoSavedSettings);
  const uint32_t id = ImGui::GetID("help");
  const ImVec2 at = ImGui::GetWindowPos();
  ui->Note(Role::kDialog, id, "Help", at, ImVec2(at.x + size.x, at.y + size.y));
  ui->accessible().Enter(id);
  DrawKeys(ui);
  ImGui::Dummy(ImVec2(0, unit * 0.5f));
  DrawPanels(ui);
  ImGui::Dummy(ImVec2(0, unit * 0.5f));
  if (ui->Button("Close")) state->help_open = false;
  ui->accessible().Leave();
  ImGui::End();
  ImGui::PopStyleVar(3);
}

}  // namespace glasswal::inspector
