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

/// The key called `code`, or ImGuiKey_None.
ImGuiKey KeyOf(std::string_view code);

/// `modifiers`: bits of exports.h.
void SendKey(std::string_view code, bool down, uint32_t modifiers);
void SendModifiers(uint32_t modifiers);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_PLATFORM_HTML5_INPUT_H_
