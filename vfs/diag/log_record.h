// What a log says of an event, or of events that were lost: one record, for every outlet of logs.
// An outlet only puts it into the form that its readers want.
//
// Names and paths come from other programs, and must not be able to forge a record: where the text of
// one holds anything but plain printable characters it is quoted and escaped.
//
// Thread-safety: NamesOf reads a region that others change, and takes no lock; the rest is pure.
#ifndef GLASSWAL_VFS_DIAG_LOG_RECORD_H_
#define GLASSWAL_VFS_DIAG_LOG_RECORD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "glasswal/event.h"
#include "shm/region.h"

namespace glasswal::diag {

/// Names instead of numbers. Empty: not known, or a number that stands for itself.
struct EventNames {
  std::string client;  // That of the event.
  std::string path;
  std::string arguments[kEventArguments];
};

/// What is known now: a slot or a file number may be another's since, which is told where it can
/// be.
EventNames NamesOf(const shm::RegionView& region, const Event& event);

/// One thing that a record says: a text, or a number.
struct LogDetail {
  std::string name;  // In snake_case, as the table of events has it.
  bool is_text = false;
  std::string text;
  uint64_t number = 0;
};

/// One record of a log.
struct LogRecord {
  EventLevel level = EventLevel::kOff;
  std::string event;      // By name; "events.lost" for those that nobody can read any more.
  uint64_t sequence = 0;  // That of the event; of the first one lost.
  uint64_t time_ns = 0;   // By the clock of the region's events.
  uint32_t client = 0;    // The slot of the client that it happened to, or that lost events.
  std::vector<LogDetail> details;
  std::string message;  // All of it in one line of key=value pairs.
};

/// The record of `event`, with the names that `names` gives.
LogRecord RecordOf(const Event& event, const EventNames& names);

/// The record that `lost` events from `first_sequence` on were overwritten before `client` read them,
/// `total_lost` since it began.
LogRecord RecordOfLoss(uint64_t first_sequence, uint64_t lost, uint64_t total_lost, uint32_t client,
                       uint64_t time_ns);

/// Appends `value` to the line of a record, in quotes if it needs them.
void AppendValue(std::string_view value, std::string* text);

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_LOG_RECORD_H_
