// The log panel's records: events of the region and the inspector's own messages, as spdlog records
// that fmt formats and a sink makes the panel's lines of.
//
// Thread-safety: belongs to one thread.
#ifndef GLASSWAL_INSPECTOR_APP_LOG_H_
#define GLASSWAL_INSPECTOR_APP_LOG_H_

#include <deque>
#include <memory>
#include <string>

#include "glasswal/observe.h"
#include "model/event_log.h"
#include "view/state.h"

namespace spdlog {
class logger;
}

namespace glasswal::inspector {

inline constexpr size_t kMostLogLines = 5000;

class Log {
 public:
  /// `lines` outlives the log and is written by it alone.
  explicit Log(std::deque<LogLine>* lines);
  ~Log();

  void Add(const EventBatch& batch, const EventNames& names);
  /// A message of the inspector itself.
  void Say(EventLevel level, const std::string& message);

 private:
  class Lines;

  std::shared_ptr<Lines> sink_;
  std::unique_ptr<spdlog::logger> own_;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_APP_LOG_H_
