// The inspector: a source, the model made from it, and the views of that.
//
// It looks at its source a few times a second (NeedsFrame, which is cheap), copies what changed and
// draws only then, or after input. It never writes to the source and never waits for anybody.
// platform/platform.h shows the loop around it.
//
// Thread-safety: one thread, and one inspector at a time: Dear ImGui's context is global.
#ifndef GLASSWAL_INSPECTOR_APP_INSPECTOR_H_
#define GLASSWAL_INSPECTOR_APP_INSPECTOR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/pace.h"
#include "platform/platform.h"
#include "source/source.h"

namespace glasswal::inspector {

enum class Theme : uint8_t { kDark, kLight };

struct InspectorOptions {
  Theme theme = Theme::kDark;
  Pace pace;
};

/// The table of what the inspector itself costs: type, name, a sentence.
#define GLASSWAL_INSPECTOR_COSTS(X)                                                \
  X(uint64_t, frames, "Frames drawn.")                                             \
  X(uint64_t, looks, "Cheap looks at the region, most of which lead to no frame.") \
  X(uint64_t, copied_bytes, "Bytes copied out of the runtime's memory.")           \
  X(double, frame_ms, "Milliseconds of script of the last frame.")                 \
  X(double, frame_worst_ms, "The worst of the last 120 frames.")

/// Without what the platform's drawing takes.
struct InspectorCost {
#define GLASSWAL_INSPECTOR_COST(type, name, sentence) type name = 0;
  GLASSWAL_INSPECTOR_COSTS(GLASSWAL_INSPECTOR_COST)
#undef GLASSWAL_INSPECTOR_COST
};

class Inspector {
 public:
  /// `platform` outlives the inspector.
  Inspector(Platform* platform, const InspectorOptions& options);
  ~Inspector();
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  /// Shows another source from now on; what was recorded of the one before is forgotten.
  void Attach(std::unique_ptr<Source> source);
  /// Shows the sentence instead of a region, until something is attached.
  void ShowProblem(const std::string& sentence);
  /// Tells the user something, in the bar below and in the log.
  void Tell(EventLevel level, const std::string& sentence);
  /// Attaches the capture, or shows what is wrong with it.
  void OpenCapture(std::vector<uint8_t> bytes, const std::string& title);

  /// Whether there is anything new to draw. For a timer: looks at the source as often as the pace
  /// has it, however often it is called. `now_ns` is any monotonic clock, the same for all calls.
  bool NeedsFrame(uint64_t now_ns);
  /// Draws on the next occasion: after input, a resize, or a change of the pixel ratio.
  void RequestFrame();
  /// Lays out one frame; ImGui::GetDrawData() holds it until the next.
  void Frame(uint64_t now_ns);

  /// What a mirror of the accessibility tree hands back: the item is clicked, or given a text, in
  /// the next frame.
  void Activate(uint32_t id);
  void SetText(uint32_t id, const std::string& text);

  /// `#panel=locks&select=client:3`, and going there.
  std::string Link() const;
  void OpenLink(std::string_view link);
  /// Everything that is to be found again next time, as text.
  std::string Layout() const;
  void SetLayout(const std::string& layout);
  Theme theme() const;
  void SetTheme(Theme theme);

  /// A capture of what is attached, metadata only or with the databases' contents; empty if there
  /// is nothing to capture.
  std::vector<uint8_t> Capture(bool with_contents) const;

  const InspectorCost& cost() const;
  const AccessibleTree& accessible() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_APP_INSPECTOR_H_
