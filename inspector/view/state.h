// What the views remember between frames: where one is, and what was typed.
//
// Thread-safety: values.
#ifndef GLASSWAL_INSPECTOR_VIEW_STATE_H_
#define GLASSWAL_INSPECTOR_VIEW_STATE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/event_log.h"
#include "model/place.h"

namespace glasswal::inspector {

struct EventsState {
  EventFilter filter;
  bool follow = true;
  uint64_t followed = 0;        // The sequence of the last row that was scrolled to.
  std::set<uint64_t> selected;  // By sequence, so that it stays with the event.
  uint64_t last_clicked = 0;
  // The positions in the log that match, found once for each event. Sequences, as positions move.
  EventFilter matched_filter;
  std::deque<uint64_t> matches;
  uint64_t matched_to = 0;  // Sequence from which on nothing was looked at yet.
};

/// One line of the log panel, formatted by the app.
struct LogLine {
  uint64_t serial = 0;  // From 1 on.
  uint8_t level = 0;    // An EventLevel.
  std::string time;     // Seconds since the first event here; empty for the inspector's own.
  std::string name;     // Of the client.
  std::string text;
};

struct PaletteState {
  bool open = false;
  bool opened = false;  // In this frame: the field takes the focus.
  std::string text;
  int chosen = 0;
};

/// What each panel remembers for itself, as a type that only the panel's file knows.
class PanelStates {
 public:
  /// The one State there is; made when it is first asked for.
  template <typename State>
  State& Of() {
    static constexpr char kKey = 0;
    std::shared_ptr<void>& state = states_[&kKey];
    if (state == nullptr) state = std::make_shared<State>();
    return *static_cast<State*>(state.get());
  }

 private:
  std::map<const void*, std::shared_ptr<void>> states_;
};

/// What the status bar shows of the inspector itself.
struct CostState {
  double frame_ms = 0;
  uint64_t frames = 0;
  uint64_t copied_bytes = 0;
};

/// One sentence about what was just done; it stays until the user does something else.
struct Notice {
  uint8_t level = 0;  // An EventLevel.
  std::string text;
};

struct ViewState {
  PanelId panel = PanelId::kOverview;
  Selection selection;
  bool dark = true;
  bool help_open = false;
  int plot_seconds = 60;
  EventsState events;
  PanelStates panels;
  PaletteState palette;
  CostState cost;
  Notice notice;
  std::deque<LogLine> log_lines;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_VIEW_STATE_H_
