// Frames without a window, for the tests.
//
// Thread-safety: one thread.
#ifndef GLASSWAL_TESTS_INSPECTOR_FRAMES_H_
#define GLASSWAL_TESTS_INSPECTOR_FRAMES_H_

#include <string>

#include "app/inspector.h"
#include "platform/null.h"

namespace glasswal::inspector {

/// An inspector on the null platform with a clock that goes as it is told.
class Frames {
 public:
  explicit Frames(Theme theme = Theme::kDark)
      : inspector(&platform, {.theme = theme, .pace = {}}) {}

  /// Lets the time pass in steps of 10 ms; how many frames were drawn.
  int Pass(uint64_t ms) {
    int drawn = 0;
    for (uint64_t i = 0; i < ms; i += 10) {
      now_ns += 10'000'000;
      if (!inspector.NeedsFrame(now_ns)) continue;
      inspector.Frame(now_ns);
      ++drawn;
    }
    return drawn;
  }
  /// Activates the item as a mirror would; false if there is none.
  bool Click(Role role, const std::string& name) {
    const AccessibleItem* item = inspector.accessible().Find(role, name);
    if (item == nullptr) return false;
    inspector.Activate(item->id);
    Pass(100);
    return true;
  }
  bool Has(Role role, const std::string& name) const {
    return inspector.accessible().Find(role, name) != nullptr;
  }

  NullPlatform platform;
  Inspector inspector;
  uint64_t now_ns = 1'000'000'000;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_TESTS_INSPECTOR_FRAMES_H_
