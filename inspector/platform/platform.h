// What a platform is to the inspector: a window, a page's canvas, or nothing at all in a test.
//
// Do this, in a platform:
//
//   Inspector inspector(&platform, options);            // creates the ImGui context
//   ImGui_ImplOpenGL3_Init(...);                        // or whatever draws
//   inspector.Attach(std::move(source));
//   on input:   ImGui::GetIO().AddMousePosEvent(...);   inspector.RequestFrame();
//   on a timer: if (inspector.NeedsFrame(now_ns)) {
//                 ImGui_ImplOpenGL3_NewFrame();
//                 inspector.Frame(now_ns);
//                 draw(ImGui::GetDrawData());
//               }
//
// Positions and sizes are in points; pixel_ratio() pixels make a point. The inspector sets
// DisplaySize, DisplayFramebufferScale and DeltaTime itself, so a platform feeds input only.
//
// Thread-safety: everything happens on the thread that draws.
#ifndef GLASSWAL_INSPECTOR_PLATFORM_PLATFORM_H_
#define GLASSWAL_INSPECTOR_PLATFORM_PLATFORM_H_

#include <cstdint>
#include <string>
#include <vector>

#include "glasswal/status.h"
#include "view/accessible.h"

namespace glasswal::inspector {

/// The table of the pointer's shapes, with what CSS calls them; the order is that of
/// ImGuiMouseCursor.
#define GLASSWAL_CURSORS(X)             \
  X(kArrow, "default")                  \
  X(kText, "text")                      \
  X(kMove, "move")                      \
  X(kResizeVertical, "ns-resize")       \
  X(kResizeHorizontal, "ew-resize")     \
  X(kResizeDiagonalUp, "nesw-resize")   \
  X(kResizeDiagonalDown, "nwse-resize") \
  X(kHand, "pointer")                   \
  X(kNotAllowed, "not-allowed")

/// The pointer's shape; kNone hides it.
enum class Cursor : int8_t {
  kNone = -1,
#define GLASSWAL_CURSOR(cursor, name) cursor,
  GLASSWAL_CURSORS(GLASSWAL_CURSOR)
#undef GLASSWAL_CURSOR
};

/// What a platform needs to know after a frame.
struct FrameOutput {
  const AccessibleTree* accessible = nullptr;  // Until the next frame.
  Cursor cursor = Cursor::kArrow;
  bool wants_text = false;  // A text field has the focus: show the keyboard, place the IME.
  float text_x = 0;         // Where the text is being written, in points.
  float text_y = 0;
  float text_line_height = 0;
  bool wants_keyboard = false;  // Key presses are the inspector's, not the page's.
};

class Platform {
 public:
  virtual ~Platform() = default;

  // What the platform gives.

  virtual float width() const = 0;
  virtual float height() const = 0;
  virtual float pixel_ratio() const = 0;

  virtual std::string ClipboardText() = 0;
  virtual void SetClipboardText(const std::string& text) = 0;

  /// Lets the user choose a capture; its bytes come to Inspector::OpenCapture, perhaps much later.
  virtual void ChooseFile() = 0;
  /// Offers bytes as a file. `name` is a suggestion without a folder; the result is where it is, as
  /// the user would look for it.
  virtual Result<std::string> SaveFile(const std::string& name,
                                       const std::vector<uint8_t>& bytes) = 0;

  // What the platform gets.

  /// The font atlas was built anew, for the first frame or another pixel ratio: whoever draws makes
  /// its texture anew now, for what is laid out next is laid out with that texture's name.
  virtual void FontsChanged() = 0;
  /// After each frame.
  virtual void FrameDone(const FrameOutput& output) = 0;
  /// The deep link or the layout changed: a good moment to remember Inspector::Link() and Layout().
  virtual void StateChanged() = 0;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_PLATFORM_PLATFORM_H_
