// The log panel's records: events of the region, as the same records that any log has of them
// (glasswal/log_record.h), and the inspector's own messages; a sink of spdlog makes the panel's lines
// of both.
//
// A region at work records more events a second than anybody reads, so records are kept as they
// come, and become lines when somebody looks.
//
// Thread-safety: belongs to one thread.
#ifndef GLASSWAL_INSPECTOR_APP_LOG_H_
#define GLASSWAL_INSPECTOR_APP_LOG_H_

#include <deque>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "glasswal/log_record.h"
#include "glasswal/observe.h"
#include "model/event_names.h"
#include "view/state.h"

namespace spdlog {
class logger;
namespace sinks {
class sink;
}
}  // namespace spdlog

namespace glasswal::inspector {

inline constexpr size_t kMostLogLines = 5000;

class Log {
 public:
  /// `lines` outlives the log and is written by it alone.
  explicit Log(std::deque<LogLine>* lines);
  ~Log();

  void Add(const EventBatch& batch);
  /// A message of the inspector itself.
  void Say(EventLevel level, const std::string& message);
  /// Makes lines of what has come since the last call.
  void Write(const EventNames& names);

 private:
  class Lines;
  struct Message {
    EventLevel level;
    std::string text;
  };

  void Keep(std::variant<Event, Message> record);
  void WriteEvent(const Event& event, const EventNames& names);

  std::deque<std::variant<Event, Message>> records_;  // Not yet written; the last kMostLogLines.
  std::vector<std::shared_ptr<spdlog::sinks::sink>> sinks_;
  std::unique_ptr<spdlog::logger> own_;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_APP_LOG_H_
