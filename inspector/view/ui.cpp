#include "view/ui.h"

#include <algorithm>
#include <cstdlib>

#include "imgui_internal.h"

namespace glasswal::inspector {
namespace {

uint32_t FocusState() {
  return ImGui::IsItemFocused() || ImGui::IsItemActive() ? AccessibleItem::kFocused : 0;
}

/// Text of a field lives in a std::string, which ImGui is to grow.
int GrowText(ImGuiInputTextCallbackData* data) {
  if (data->EventFlag == ImGuiInputTextFlags_CallbackResize) {
    auto* text = static_cast<std::string*>(data->UserData);
    text->resize(static_cast<size_t>(data->BufTextLen));
    data->Buf = text->data();
  }
  return 0;
}

/// Lets the field that is being edited begin anew with the text that its owner has now: ImGui would
/// go on with its own copy, and write that back.
void RestartEditing() {
  ImGui::ClearActiveID();
  ImGui::GetCurrentContext()->InputTextDeactivatedState.ID = 0;
  ImGui::SetKeyboardFocusHere();
}

}  // namespace

void Ui::Begin(const Palette& palette) {
  palette_ = &palette;
  accessible_.Begin();
}

void Ui::End() {
  activate_ = 0;
  set_text_.reset();
}

float Ui::Unit() const { return ImGui::GetFontSize(); }

void Ui::Do(Command::Kind kind, uint64_t number, std::string text) {
  Command command;
  command.kind = kind;
  command.number = number;
  command.text = std::move(text);
  Do(std::move(command));
}

void Ui::Show(PanelId panel, const Selection& selection) {
  Command command;
  command.panel = panel;
  command.selection = selection;
  Do(std::move(command));
}

void Ui::Select(const Selection& selection) {
  Command command;
  command.kind = Command::Kind::kSelect;
  command.selection = selection;
  Do(std::move(command));
}

bool Ui::TakeActivation(uint32_t id) {
  if (activate_ == 0 || activate_ != id) return false;
  activate_ = 0;
  return true;
}

void Ui::Note(Role role, uint32_t id, std::string_view name, ImVec2 min, ImVec2 max, uint32_t state,
              std::string_view value) {
  AccessibleItem item;
  item.id = id;
  item.role = role;
  item.state = state;
  item.name = name.substr(0, name.find("##"));
  item.value = value;
  item.x = min.x;
  item.y = min.y;
  item.width = max.x - min.x;
  item.height = max.y - min.y;
  accessible_.Add(std::move(item));
}

void Ui::NoteItem(Role role, std::string_view name, uint32_t state, std::string_view value) {
  Note(role, ImGui::GetItemID(), name, ImGui::GetItemRectMin(), ImGui::GetItemRectMax(),
       state | FocusState(), value);
}

bool Ui::Button(const char* label, std::string_view name, Look look, bool enabled) {
  ImGui::BeginDisabled(!enabled);
  if (look == Look::kPrimary) {
    ImGui::PushStyleColor(ImGuiCol_Button, palette_->accent);
    ImGui::PushStyleColor(ImGuiCol_ButtonHovered, Fade(palette_->accent, 0.85f));
    ImGui::PushStyleColor(ImGuiCol_Text, palette_->on_accent);
  } else if (look == Look::kQuiet) {
    ImGui::PushStyleColor(ImGuiCol_Button, 0u);
    ImGui::PushStyleColor(ImGuiCol_ButtonHovered, palette_->hover);
    ImGui::PushStyleColor(ImGuiCol_Text, palette_->text);
  }
  const bool clicked = ImGui::Button(label);
  if (look != Look::kPlain) ImGui::PopStyleColor(3);
  ImGui::EndDisabled();
  NoteItem(Role::kButton, name.empty() ? std::string_view(label) : name,
           enabled ? 0 : AccessibleItem::kDisabled);
  return (TakeActivation(ImGui::GetItemID()) || clicked) && enabled;
}

bool Ui::Toggle(const char* label, bool on, std::string_view name) {
  if (on) {
    ImGui::PushStyleColor(ImGuiCol_Button, Fade(palette_->accent, 0.25f));
    ImGui::PushStyleColor(ImGuiCol_Text, palette_->accent);
  }
  const bool clicked = ImGui::Button(label);
  if (on) ImGui::PopStyleColor(2);
  NoteItem(Role::kCheckbox, name.empty() ? std::string_view(label) : name,
           on ? AccessibleItem::kSelected : 0);
  return TakeActivation(ImGui::GetItemID()) || clicked;
}

bool Ui::Checkbox(const char* label, bool* on) {
  bool changed = ImGui::Checkbox(label, on);
  if (TakeActivation(ImGui::GetItemID())) {
    *on = !*on;
    changed = true;
  }
  NoteItem(Role::kCheckbox, label, *on ? AccessibleItem::kSelected : 0);
  return changed;
}

bool Ui::Segmented(const char* label, bool chosen) { return Toggle(label, chosen) && !chosen; }

bool Ui::Tab(const char* label, bool selected, const std::string& badge, ImU32 badge_color) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float height = Unit() * 1.75f;
  ImGui::PushID(label);
  const bool clicked = ImGui::InvisibleButton("tab", ImVec2(std::max(width, 1.0f), height));
  ImGui::PopID();
  ImDrawList* draw = ImGui::GetWindowDrawList();
  const ImVec2 end(at.x + width, at.y + height);
  if (selected) {
    draw->AddRectFilled(at, end, Fade(palette_->accent, 0.16f), 5);
  } else if (ImGui::IsItemHovered() || ImGui::IsItemFocused()) {
    draw->AddRectFilled(at, end, palette_->raised, 5);
  }
  const float y = at.y + (height - Unit()) / 2;
  draw->AddText(ImVec2(at.x + Unit() * 0.7f, y), selected ? palette_->accent : palette_->text,
                label);
  if (!badge.empty()) {
    const ImVec2 size = ImGui::CalcTextSize(badge.c_str());
    draw->AddText(ImVec2(end.x - size.x - Unit() * 0.6f, y), badge_color, badge.c_str());
  }
  NoteItem(Role::kTab, label, selected ? AccessibleItem::kSelected : 0, badge);
  return TakeActivation(ImGui::GetItemID()) || clicked;
}

bool Ui::TextField(const char* name, const char* hint, std::string* text, float width) {
  const ImGuiID id = ImGui::GetID(name);
  bool changed = false;
  if (set_text_ && set_text_->first == id) {
    *text = set_text_->second;
    set_text_.reset();
    changed = true;
  }
  if (TakeActivation(id)) ImGui::SetKeyboardFocusHere();
  ImGui::SetNextItemWidth(width);
  const std::string label = std::string("##") + name;
  ImGui::PushOverrideID(id);
  if (changed && ImGui::GetActiveID() == ImGui::GetID(label.c_str())) RestartEditing();
  changed |= ImGui::InputTextWithHint(label.c_str(), hint, text->data(), text->capacity() + 1,
                                      ImGuiInputTextFlags_CallbackResize, GrowText, text);
  ImGui::PopID();
  Note(Role::kTextField, id, name, ImGui::GetItemRectMin(), ImGui::GetItemRectMax(), FocusState(),
       *text);
  return changed;
}

bool Ui::Slider(const char* name, int* value, int most, float width, const std::string& spoken) {
  ImGui::SetNextItemWidth(width);
  const std::string label = std::string("##") + name;
  bool changed =
      ImGui::SliderInt(label.c_str(), value, 0, std::max(most, 1), "", ImGuiSliderFlags_NoInput);
  const ImGuiID id = ImGui::GetItemID();
  if (set_text_ && set_text_->first == id) {
    *value = std::clamp(std::atoi(set_text_->second.c_str()), 0, most);
    set_text_.reset();
    changed = true;
  }
  NoteItem(Role::kSlider, name, 0, spoken);
  return changed;
}

bool Ui::Choice(const char* name, const char* const* options, int count, int* index, float width) {
  ImGui::SetNextItemWidth(width);
  const std::string label = std::string("##") + name;
  const int before = *index;
  const ImGuiID id = ImGui::GetID(label.c_str());
  if (TakeActivation(id)) ImGui::OpenPopup(ImHashStr("##ComboPopup", 0, id));
  const bool open = ImGui::BeginCombo(label.c_str(), options[std::clamp(*index, 0, count - 1)]);
  Note(Role::kButton, id, name, ImGui::GetItemRectMin(), ImGui::GetItemRectMax(),
       open ? AccessibleItem::kExpanded : 0, options[std::clamp(*index, 0, count - 1)]);
  if (open) {
    accessible_.Enter(id);
    for (int i = 0; i < count; ++i) {
      if (Option(options[i], "", i == *index)) *index = i;
    }
    accessible_.Leave();
    ImGui::EndCombo();
  }
  return *index != before;
}

bool Ui::Option(const char* label, const std::string& detail, bool selected) {
  const bool clicked = ImGui::Selectable(label, selected, 0);
  const ImVec2 max = ImGui::GetItemRectMax();
  if (!detail.empty()) {
    const ImVec2 size = ImGui::CalcTextSize(detail.c_str());
    ImGui::GetWindowDrawList()->AddText(
        ImVec2(max.x - size.x - Unit() * 0.5f, ImGui::GetItemRectMin().y + 2), palette_->dim,
        detail.c_str());
  }
  NoteItem(Role::kOption, label, selected ? AccessibleItem::kSelected : 0, detail);
  if (!TakeActivation(ImGui::GetItemID())) return clicked;
  ImGui::CloseCurrentPopup();
  return true;
}

}  // namespace glasswal::inspector
