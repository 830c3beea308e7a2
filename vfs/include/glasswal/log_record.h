// What a log says of an event, or of events that were lost: one record, for every outlet of logs.
// spdlog's sinks (glasswal/spdlog.h), a logger of JavaScript and the inspector's log get it, and only
// put it into the form that their readers want.
//
// Names and paths come from other programs, and must not be able to forge a record: where the text of
// one holds anything but plain printable characters it is quoted and escaped.
//
// Thread-safety: values, and pure functions of them.
#ifndef GLASSWAL_LOG_RECORD_H_
#define GLASSWAL_LOG_RECORD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glasswal/event.h"

namespace glasswal {

/// Names that whoever looks at a region knows, instead of numbers. Empty: not known.
struct LogNames {
  std::string client;     // That of the event.
  std::string path;       // Of the file of the event.
  std::string statement;  // The text of the statement that it names.
  /// Of the arguments that are numbers of clients; those of locks, modes and kinds are known anyway.
  std::string arguments[kEventArguments];
};

/// One thing that a record says: a text, or a number.
struct LogDetail {
  std::string name;      // In snake_case, as the table of events has it.
  bool is_text = false;  // Which of the two it is.
  std::string text;      // If it is one.
  uint64_t number = 0;   // If it is one.
};

/// "name=value", the value in quotes if it needs them: also where it is a text that looks like a
/// number.
std::string ToText(const LogDetail& detail);

/// Instead of the slot of a client: whoever lost events is none.
inline constexpr uint32_t kNoLogClient = UINT32_MAX;

/// One record of a log.
struct LogRecord {
  EventLevel level = EventLevel::kOff;  // That of the event.
  std::string event;      // By name; "events.lost" for those that nobody can read any more.
  uint64_t sequence = 0;  // That of the event; of the first one lost.
  uint64_t time_ns = 0;   // By the clock of the region's events.
  uint32_t client = 0;    // The slot of the client that it happened to, or that lost events.
  std::vector<LogDetail> details;  // All else, in the order of the line.
  std::string message;             // All of it in one line of key=value pairs.
};

/// The record as a logger of JavaScript gets it, and as a line of a log of JSON lines has it: an
/// object with level, event, sequence, timeMs (that of time_ns), client (null if it is none),
/// details by their names in camelCase, and message. Valid JSON whatever names and paths are.
std::string ToJson(const LogRecord& record);

/// The record of `event`, with the names that `names` gives.
LogRecord RecordOf(const Event& event, const LogNames& names);

/// The record that `lost` events from `first_sequence` on were overwritten before `client` (or
/// kNoLogClient) read them, `total_lost` since it began.
LogRecord RecordOfLoss(uint64_t first_sequence, uint64_t lost, uint64_t total_lost, uint32_t client,
                       uint64_t time_ns);

/// Whether the argument of that name is the number of a client: a record has its name beside it.
bool IsClientArgument(std::string_view name);

}  // namespace glasswal

#endif  // GLASSWAL_LOG_RECORD_H_
