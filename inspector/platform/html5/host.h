// What the inspector's module asks of JavaScript: its only function imports besides WebGL's.
//
// The inspector has a memory of its own. Whatever it knows of a runtime it has copied in through
// inspector_host_copy, in bounded pieces; there is no import that could write the other way.
//
// The table is the only place that lists them. generate.cpp makes of it what Emscripten's linker
// takes, which passes each on to Module.host, and the interface that wasm/ts/inspector/host.ts
// implements. Texts are UTF-8 with their size.
#ifndef GLASSWAL_INSPECTOR_PLATFORM_HTML5_HOST_H_
#define GLASSWAL_INSPECTOR_PLATFORM_HTML5_HOST_H_

#include <cstdint>

namespace glasswal::inspector {

/// One item of the accessibility tree, as JavaScript reads it. Texts lie where they were until the
/// next frame.
struct MirroredItem {
  uint32_t id;
  uint32_t parent;
  uint32_t role;
  uint32_t state;
  float x, y, width, height;
  const char* name;
  uint32_t name_bytes;
  const char* value;
  uint32_t value_bytes;
  uint32_t texts;  // A hash of both texts, so that JavaScript need not read what it knows.
};

}  // namespace glasswal::inspector

/// The table: result, name, arguments, a sentence.
#define GLASSWAL_INSPECTOR_IMPORTS(X)                                                            \
  X(int32_t, copy, (double offset, uint32_t size_bytes, void* to),                               \
    "Copies a range of the attached region, each aligned 64-bit word once and in ascending "     \
    "order. "                                                                                    \
    "0 if not all of it is there.")                                                              \
  X(double, region_bytes, (),                                                                    \
    "How many bytes of the attached region have memory at the moment; 0 if none is attached.")   \
  X(double, now_ms, (), "Milliseconds on the clock that all workers of the page share.")         \
  X(void, set_clipboard, (const char* text, uint32_t size_bytes), "The user copies the text.")   \
  X(void, choose_file, (), "Lets the user choose a capture.")                                    \
  X(void, save_file,                                                                             \
    (const char* name, uint32_t name_bytes, const void* bytes, uint32_t size_bytes),             \
    "Offers bytes as a file.")                                                                   \
  X(void, frame_done,                                                                            \
    (int32_t cursor, int32_t wants_text, float text_x, float text_y, float text_line_height,     \
     int32_t wants_keyboard),                                                                    \
    "After each frame: the pointer's shape (a Cursor), whether a text is being entered and "     \
    "where, "                                                                                    \
    "in points, and whose the keys are.")                                                        \
  X(void, mirror, (const glasswal::inspector::MirroredItem* items, uint32_t count),              \
    "After a frame in which the accessibility tree changed.")                                    \
  X(void, state_changed, (), "The link or the layout changed.")                                  \
  X(void, measure_font, (float pixels, float* ascent, float* descent),                           \
    "The height above and below the baseline of the page's font for lines of so many pixels.")   \
  X(void, measure_glyph, (float pixels, uint32_t code_point, float* metrics),                    \
    "Measures a glyph: advance, left, top, width and height of its bitmap, relative to the pen " \
    "on "                                                                                        \
    "the baseline.")                                                                             \
  X(void, draw_glyph, (uint8_t * to, int32_t width, int32_t height, int32_t stride),             \
    "Draws the glyph measured last as bytes of coverage, rows `stride` apart.")

extern "C" {
#define GLASSWAL_INSPECTOR_IMPORT(result, name, arguments, sentence) \
  result inspector_host_##name arguments;
GLASSWAL_INSPECTOR_IMPORTS(GLASSWAL_INSPECTOR_IMPORT)
#undef GLASSWAL_INSPECTOR_IMPORT
}

#endif  // GLASSWAL_INSPECTOR_PLATFORM_HTML5_HOST_H_
