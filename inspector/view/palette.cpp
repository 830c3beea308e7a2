// The command palette: everything that is there and everything that can be done, found by typing.
#include <algorithm>

#include "model/format.h"
#include "view/panel.h"
#include "view/shell.h"

namespace glasswal::inspector {
namespace {

using Kind = Command::Kind;

struct Entry {
  std::string label;
  std::string detail;
  Command command;
};

Entry Action(const char* label, const char* detail, Kind kind) {
  Entry entry{label, detail, {}};
  entry.command.kind = kind;
  return entry;
}

Entry Place(const std::string& label, const char* detail, PanelId panel,
            const Selection& selection = {}) {
  Entry entry{label, detail, {}};
  entry.command.panel = panel;
  entry.command.selection = selection;
  return entry;
}

void AddThings(const Snapshot& s, std::vector<Entry>* entries) {
  using Thing = Selection::Kind;
  for (const ClientSnapshot& client : s.clients) {
    entries->push_back(
        Place(client.name, "client", PanelId::kClients, {Thing::kClient, client.slot}));
  }
  for (const FileSnapshot& file : s.files) {
    entries->push_back(Place(file.path, "file", PanelId::kFiles, {Thing::kFile, file.number}));
  }
  for (const LockSnapshot& lock : s.locks) {
    if (lock.holders.empty() && lock.waiters.empty()) continue;
    const std::string owner = lock.database.empty() ? "the directory" : lock.database;
    entries->push_back(Place(lock.name + " of " + owner, "lock", PanelId::kLocks));
  }
  for (const RecoverySnapshot& recovery : s.recoveries) {
    entries->push_back(Place("death of " + recovery.client_name, "recovery", PanelId::kRecoveries,
                             {Thing::kRecovery, recovery.number}));
  }
}

void AddBookmarks(const Model& model, std::vector<Entry>* entries) {
  for (size_t i = 0; i < model.bookmarks().size(); ++i) {
    Entry entry = Action(model.bookmarks()[i].label.c_str(), "bookmark", Kind::kShowBookmark);
    entry.command.number = i;
    entries->push_back(std::move(entry));
  }
}

std::vector<Entry> Entries(const Model& model) {
  std::vector<Entry> entries;
  for (uint32_t i = 0; i < kPanels; ++i) {
    const auto panel = static_cast<PanelId>(i);
    entries.push_back(Place(Describe(panel).title, "panel", panel));
  }
  entries.push_back(model.paused() ? Action("Resume", "p", Kind::kResume)
                                   : Action("Pause", "p", Kind::kPause));
  entries.push_back(Action("Bookmark this moment", "b", Kind::kAddBookmark));
  entries.push_back(Action("Save a capture", "metadata only", Kind::kSaveCapture));
  entries.push_back(Action("Save a capture with contents", "databases too", Kind::kSaveContents));
  entries.push_back(Action("Open a capture", "", Kind::kOpenFile));
  entries.push_back(Action("Compare from this moment on", "", Kind::kSetBaseline));
  entries.push_back(Action("Compare with a capture", "", Kind::kOpenBaseline));
  entries.push_back(Action("Switch between dark and light", "", Kind::kToggleTheme));
  entries.push_back(Action("Help", "?", Kind::kToggleHelp));
  if (model.has_snapshot()) AddThings(model.snapshot(), &entries);
  AddBookmarks(model, &entries);
  return entries;
}

/// What has `text` in its name, and what finds the text where there are no names.
std::vector<Entry> Matches(const Model& model, const std::string& text) {
  std::vector<Entry> entries = Entries(model);
  std::erase_if(entries, [&](const Entry& entry) {
    return !ContainsIgnoringCase(entry.label + " " + entry.detail, text);
  });
  if (text.empty() || !model.has_snapshot()) return entries;
  Entry events = Action("Events with this text", text.c_str(), Kind::kFindEvents);
  events.command.text = text;
  entries.push_back(std::move(events));
  return entries;
}

void Run(const Entry& entry, PaletteState* state, Ui* ui) {
  state->open = false;
  ui->Do(entry.command);
}

void MoveChoice(int count, PaletteState* state) {
  if (ImGui::IsKeyPressed(ImGuiKey_DownArrow)) ++state->chosen;
  if (ImGui::IsKeyPressed(ImGuiKey_UpArrow)) --state->chosen;
  state->chosen = std::clamp(state->chosen, 0, std::max(count - 1, 0));
}

void DrawEntries(const std::vector<Entry>& entries, PaletteState* state, Ui* ui) {
  MoveChoice(static_cast<int>(entries.size()), state);
  const bool enter =
      ImGui::IsKeyPressed(ImGuiKey_Enter) || ImGui::IsKeyPressed(ImGuiKey_KeypadEnter);
  for (size_t i = 0; i < entries.size(); ++i) {
    const bool chosen = static_cast<int>(i) == state->chosen;
    ImGui::PushID(static_cast<int>(i));
    if (ui->Option(entries[i].label.c_str(), entries[i].detail, chosen) || (chosen && enter)) {
      Run(entries[i], state, ui);
    }
    if (chosen && !ImGui::IsItemVisible()) ImGui::SetScrollHereY();
    ImGui::PopID();
  }
  if (entries.empty()) ui->Dim("Nothing is called that.");
}

}  // namespace

void DrawCommandPalette(const Model& model, ViewState* view, Ui* ui) {
  PaletteState* state = &view->palette;
  if (!state->open) return;
  const ImVec2 screen = ImGui::GetIO().DisplaySize;
  const float unit = ui->Unit();
  const float width = std::min(screen.x - unit * 2, unit * 34);
  ImGui::SetNextWindowPos(ImVec2((screen.x - width) / 2, screen.y * 0.12f));
  ImGui::SetNextWindowSize(ImVec2(width, std::min(screen.y * 0.7f, unit * 30)));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(unit * 0.7f, unit * 0.7f));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, 8);
  if (state->opened) ImGui::SetNextWindowFocus();
  ImGui::Begin("commands", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoNavInputs);
  const ImVec2 at = ImGui::GetWindowPos();
  const uint32_t id = ImGui::GetID("palette");
  ui->Note(Role::kDialog, id, "Commands", at,
           ImVec2(at.x + width, at.y + ImGui::GetWindowHeight()));
  ui->accessible().Enter(id);
  if (state->opened) ImGui::SetKeyboardFocusHere();
  state->opened = false;
  const char* hint = "Find a panel, client, file, lock, recovery, event or command";
  if (ui->TextField("command", hint, &state->text, -1)) state->chosen = 0;
  const std::vector<Entry> entries = Matches(model, state->text);
  ImGui::BeginChild("entries");
  DrawEntries(entries, state, ui);
  ImGui::EndChild();
  ui->accessible().Leave();
  ImGui::End();
  ImGui::PopStyleVar(3);
}

}  // namespace glasswal::inspector
