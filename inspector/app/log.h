// The lines of the log panel: events and the inspector's own messages, formatted like log records.
//
// Thread-safety: belongs to one thread.
#ifndef GLASSWAL_INSPECTOR_APP_LOG_H_
#define GLASSWAL_INSPECTOR_APP_LOG_H_

#include <deque>
#include <optional>
#include <string>

#include "glasswal/observe.h"
#include "model/event_log.h"
#include "view/state.h"

namespace glasswal::inspector {

inline constexpr size_t kMostLogLines = 5000;

class Log {
 public:
  /// `lines` outlives the log and is written by it alone.
  explicit Log(std::deque<LogLine>* lines) : lines_(lines) {}

  void Add(const EventBatch& batch, const EventNames& names);
  /// A message of the inspector itself.
  void Say(EventLevel level, const std::string& message);

 private:
  void Push(LogLine line);

  std::deque<LogLine>* const lines_;
  std::optional<uint64_t> first_ns_;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_APP_LOG_H_
