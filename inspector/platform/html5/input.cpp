// Keys (input.h).
#include "platform/html5/input.h"

#include "platform/html5/exports.h"

namespace glasswal::inspector {
namespace {

struct NamedKey {
  std::string_view code;
  ImGuiKey key;
};

constexpr NamedKey kNamedKeys[] = {
    {"Tab", ImGuiKey_Tab},
    {"ArrowLeft", ImGuiKey_LeftArrow},
    {"ArrowRight", ImGuiKey_RightArrow},
    {"ArrowUp", ImGuiKey_UpArrow},
    {"ArrowDown", ImGuiKey_DownArrow},
    {"PageUp", ImGuiKey_PageUp},
    {"PageDown", ImGuiKey_PageDown},
    {"Home", ImGuiKey_Home},
    {"End", ImGuiKey_End},
    {"Insert", ImGuiKey_Insert},
    {"Delete", ImGuiKey_Delete},
    {"Backspace", ImGuiKey_Backspace},
    {"Space", ImGuiKey_Space},
    {"Enter", ImGuiKey_Enter},
    {"NumpadEnter", ImGuiKey_KeypadEnter},
    {"Escape", ImGuiKey_Escape},
    {"ControlLeft", ImGuiKey_LeftCtrl},
    {"ControlRight", ImGuiKey_RightCtrl},
    {"ShiftLeft", ImGuiKey_LeftShift},
    {"ShiftRight", ImGuiKey_RightShift},
    {"AltLeft", ImGuiKey_LeftAlt},
    {"AltRight", ImGuiKey_RightAlt},
    {"MetaLeft", ImGuiKey_LeftSuper},
    {"MetaRight", ImGuiKey_RightSuper},
    {"ContextMenu", ImGuiKey_Menu},
    {"Quote", ImGuiKey_Apostrophe},
    {"Comma", ImGuiKey_Comma},
    {"Minus", ImGuiKey_Minus},
    {"Period", ImGuiKey_Period},
    {"Slash", ImGuiKey_Slash},
    {"Semicolon", ImGuiKey_Semicolon},
    {"Equal", ImGuiKey_Equal},
    {"BracketLeft", ImGuiKey_LeftBracket},
    {"Backslash", ImGuiKey_Backslash},
    {"BracketRight", ImGuiKey_RightBracket},
    {"Backquote", ImGuiKey_GraveAccent},
};

/// The place of `code`'s last character after `from`, if `code` is `prefix` and one of those.
int Ordinal(std::string_view code, std::string_view prefix, char from, char to) {
  if (code.size() != prefix.size() + 1 || code.substr(0, prefix.size()) != prefix) return -1;
  const char last = code.back();
  return last >= from && last <= to ? last - from : -1;
}

}  // namespace

ImGuiKey KeyOf(std::string_view code) {
  if (const int letter = Ordinal(code, "Key", 'A', 'Z'); letter >= 0) {
    return static_cast<ImGuiKey>(ImGuiKey_A + letter);
  }
  if (const int digit = Ordinal(code, "Digit", '0', '9'); digit >= 0) {
    return static_cast<ImGuiKey>(ImGuiKey_0 + digit);
  }
  if (const int digit = Ordinal(code, "Numpad", '0', '9'); digit >= 0) {
    return static_cast<ImGuiKey>(ImGuiKey_Keypad0 + digit);
  }
  if (const int number = Ordinal(code, "F", '1', '9'); number >= 0) {
    return static_cast<ImGuiKey>(ImGuiKey_F1 + number);
  }
  if (const int number = Ordinal(code, "F1", '0', '2'); number >= 0) {
    return static_cast<ImGuiKey>(ImGuiKey_F10 + number);
  }
  for (const NamedKey& named : kNamedKeys) {
    if (named.code == code) return named.key;
  }
  return ImGuiKey_None;
}

void SendModifiers(uint32_t modifiers) {
  ImGuiIO& io = ImGui::GetIO();
  io.AddKeyEvent(ImGuiMod_Shift, (modifiers & kModifierShift) != 0);
  io.AddKeyEvent(ImGuiMod_Ctrl, (modifiers & kModifierControl) != 0);
  io.AddKeyEvent(ImGuiMod_Alt, (modifiers & kModifierAlt) != 0);
  io.AddKeyEvent(ImGuiMod_Super, (modifiers & kModifierMeta) != 0);
}

void SendKey(std::string_view code, bool down, uint32_t modifiers) {
  SendModifiers(modifiers);
  const ImGuiKey key = KeyOf(code);
  if (key != ImGuiKey_None) ImGui::GetIO().AddKeyEvent(key, down);
}

}  // namespace glasswal::inspector
