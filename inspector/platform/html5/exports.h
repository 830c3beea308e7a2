// What the inspector's module exports to the page, and what both sides mean by the numbers in it.
//
// The table is the only place that lists the functions. It declares them here, for main_web.cpp to
// define and the linker to export, and generate.cpp makes the types of TypeScript from it
// (wasm/ts/generated/inspector.ts): who calls one by another name, or with another number of
// arguments, is not compiled on either side. Texts come in as UTF-8 in memory from
// inspector_malloc, and go out through inspector_result.
//
// Thread-safety: all belong to the page's thread.
#ifndef GLASSWAL_INSPECTOR_PLATFORM_HTML5_EXPORTS_H_
#define GLASSWAL_INSPECTOR_PLATFORM_HTML5_EXPORTS_H_

#include <cstdint>

/// The table: result, name, arguments, a sentence. Positions and sizes are in points.
#define GLASSWAL_INSPECTOR_EXPORTS(X)                                                          \
  X(void*, malloc, (uint32_t size_bytes), "Memory of the module's.")                           \
  X(void, free, (void* memory), "Gives it back.")                                              \
  X(const uint8_t*, result, (),                                                                \
    "Where the text or the bytes lie of which the last call told the size.")                   \
  X(void, create, (int32_t light, int32_t apple), "Needs a WebGL2 context that is current.")   \
  X(void, attach, (const char* title, uint32_t title_bytes, double now_ms),                    \
    "Attaches to the region of the host's runtime.")                                           \
  X(void, show_problem, (const char* text, uint32_t size_bytes),                               \
    "Shows a sentence instead of a region.")                                                   \
  X(void, open_capture,                                                                        \
    (const uint8_t* bytes, uint32_t size_bytes, const char* title, uint32_t title_bytes),      \
    "Shows a capture, or what is wrong with it.")                                              \
  X(uint32_t, capture, (int32_t with_contents), "How many bytes a capture has: see result.")   \
  X(double, record_region, (),                                                                 \
    "Looks at the host's region for the history of what the next two give. Negative: as "      \
    "there.")                                                                                  \
  X(double, capture_region, (int32_t with_contents),                                           \
    "The same of the host's region, without an inspector. Negative: minus the size of a text " \
    "that "                                                                                    \
    "says why there is none.")                                                                 \
  X(double, trace_region, (),                                                                  \
    "How many bytes a trace of it has (glasswal/trace.h). Negative: as there.")                \
  X(void, resize, (float width, float height, float ratio), "The place and its pixel ratio.")  \
  X(int32_t, needs_frame, (double now_ms), "Whether there is anything new to draw.")           \
  X(void, frame, (double now_ms, int32_t width, int32_t height),                               \
    "Lays out and draws one frame on so many pixels.")                                         \
  X(void, lose_context, (), "The WebGL2 context went away.")                                   \
  X(void, restore_context, (), "There is a new one, and it is current.")                       \
  X(double, cost, (int32_t which), "A cost, by its place among them (app/inspector.h).")       \
  X(void, pointer, (float x, float y, int32_t touch), "The pointer is there.")                 \
  X(void, pointer_left, (), "It is elsewhere.")                                                \
  X(void, button, (int32_t button, int32_t down), "0 is left, 1 right, 2 the middle one.")     \
  X(void, wheel, (float x, float y), "By so many notches.")                                    \
  X(void, key, (const char* code, uint32_t size_bytes, int32_t down, uint32_t modifiers),      \
    "A key by its code (input.h), with the bits of the modifiers.")                            \
  X(void, text, (const char* text, uint32_t size_bytes), "Text was typed.")                    \
  X(void, paste, (const char* text, uint32_t size_bytes), "The user pastes the text.")         \
  X(void, focus, (int32_t focused), "The inspector has the keyboard, or has it no more.")      \
  X(void, activate, (uint32_t id), "An item of the mirror was pressed.")                       \
  X(void, set_text, (uint32_t id, const char* text, uint32_t size_bytes),                      \
    "A field of the mirror was given a text.")                                                 \
  X(uint32_t, link, (), "The size of the deep link: see result.")                              \
  X(void, open_link, (const char* link, uint32_t size_bytes), "Goes there.")                   \
  X(uint32_t, layout, (), "The size of what is to be remembered: see result.")                 \
  X(void, set_layout, (const char* layout, uint32_t size_bytes), "What was remembered.")       \
  X(int32_t, is_light, (), "Whether the theme is the light one.")                              \
  X(void, set_light, (int32_t light), "Takes the light theme, or the dark one.")

extern "C" {
#define GLASSWAL_INSPECTOR_DECLARATION(result, name, arguments, sentence) \
  result inspector_##name arguments;
GLASSWAL_INSPECTOR_EXPORTS(GLASSWAL_INSPECTOR_DECLARATION)
#undef GLASSWAL_INSPECTOR_DECLARATION
}

namespace glasswal::inspector {

/// The bits of a key event's modifiers.
inline constexpr uint32_t kModifierShift = 1;
inline constexpr uint32_t kModifierControl = 2;
inline constexpr uint32_t kModifierAlt = 4;
inline constexpr uint32_t kModifierMeta = 8;

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_PLATFORM_HTML5_EXPORTS_H_
