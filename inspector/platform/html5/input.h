// What the page's keys mean to Dear ImGui.
//
// The page (wasm/ts/inspector/keyboard.ts) hears them. They have the names that KeyboardEvent.code
// gives them, except that a letter goes by what is printed on it, so that Ctrl+A is Ctrl+A on every
// keyboard.
//
// Thread-safety: belongs to the page's thread, as ImGui's context does.
#ifndef GLASSWAL_INSPECTOR_PLATFORM_HTML5_INPUT_H_
#define GLASSWAL_INSPECTOR_PLATFORM_HTML5_INPUT_H_

#include <cstdint>
#include <string_view>

#include "imgui.h"

namespace glasswal::inspector {

/// The bits of a key event's modifiers.
inline constexpr uint32_t kModifierShift = 1;
inline constexpr uint32_t kModifierControl = 2;
inline constexpr uint32_t kModifierAlt = 4;
inline constexpr uint32_t kModifierMeta = 8;

/// The key called `code`, or ImGuiKey_None.
ImGuiKey KeyOf(std::string_view code);

void SendKey(std::string_view code, bool down, uint32_t modifiers);
void SendModifiers(uint32_t modifiers);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_PLATFORM_HTML5_INPUT_H_
