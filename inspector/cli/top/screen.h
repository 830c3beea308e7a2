// The terminal that `glasswal top` draws on, through ncurses.
//
// Thread-safety: one at a time, in one thread.
#ifndef GLASSWAL_INSPECTOR_CLI_TOP_SCREEN_H_
#define GLASSWAL_INSPECTOR_CLI_TOP_SCREEN_H_

#include <memory>
#include <vector>

#include "cli/text.h"
#include "cli/top/frame.h"

namespace glasswal::inspector::cli {

/// What the user did; a character stands for itself.
enum TopKey : int {
  kKeyNone = -1,
  kKeyHangUp = -2,  // There is no terminal any more.
  kKeyUp = 0x10000,
  kKeyDown,
  kKeyPageUp,
  kKeyPageDown,
  kKeyHome,
  kKeyEnd,
  kKeyResize,
};

class Screen {
 public:
  /// Null where there is no terminal on both sides, or one that cannot move its cursor.
  static std::unique_ptr<Screen> Open();
  virtual ~Screen() = default;

  virtual TopSize size() const = 0;
  virtual void Draw(const std::vector<Line>& lines) = 0;
  /// Waits for a key for so long at the most; a signal ends it sooner.
  virtual int WaitForKey(int timeout_ms) = 0;
};

}  // namespace glasswal::inspector::cli

#endif  // GLASSWAL_INSPECTOR_CLI_TOP_SCREEN_H_
