// What the inspector's module asks of JavaScript: its only function imports besides WebGL's.
//
// The inspector has a memory of its own. Whatever it knows of a runtime it has copied in through
// inspector_host_copy, in bounded pieces; there is no import that could write the other way.
//
// library.js defines these and passes each on to Module.host, which is wasm/ts/inspector/host.ts.
// Texts are UTF-8 with their size.
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

extern "C" {

/// Copies [offset, offset + size_bytes) of the attached region to `to`, each aligned 64-bit word
/// once and in ascending order. 0 if not all of it is there.
int32_t inspector_host_copy(double offset, uint32_t size_bytes, void* to);

/// How many bytes of the attached region have memory at the moment; 0 if none is attached.
double inspector_host_region_bytes();

/// Milliseconds on the clock that all workers of the page share.
double inspector_host_now_ms();

void inspector_host_set_clipboard(const char* text, uint32_t size_bytes);
void inspector_host_choose_file();
void inspector_host_save_file(const char* name, uint32_t name_bytes, const void* bytes,
                              uint32_t size_bytes);

/// After each frame: the pointer's shape (a Cursor), whether a text is being entered and where, in
/// points.
void inspector_host_frame_done(int32_t cursor, int32_t wants_text, float text_x, float text_y,
                               float text_line_height, int32_t wants_keyboard);
/// After a frame in which the accessibility tree changed.
void inspector_host_mirror(const glasswal::inspector::MirroredItem* items, uint32_t count);
/// The link or the layout changed.
void inspector_host_state_changed();

/// The height above and below the baseline of the page's font for lines of `pixels`.
void inspector_host_measure_font(float pixels, float* ascent, float* descent);
/// Measures a glyph: advance, left, top, width and height of its bitmap go to `metrics`, relative
/// to the pen on the baseline.
void inspector_host_measure_glyph(float pixels, uint32_t code_point, float* metrics);
/// Draws the glyph measured last as `width` x `height` bytes of coverage, rows `stride` apart.
void inspector_host_draw_glyph(uint8_t* to, int32_t width, int32_t height, int32_t stride);

}  // extern "C"

#endif  // GLASSWAL_INSPECTOR_PLATFORM_HTML5_HOST_H_
