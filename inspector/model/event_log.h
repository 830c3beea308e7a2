// The events seen so far, bounded, and finding some of them.
//
// Thread-safety: as a value.
#ifndef GLASSWAL_INSPECTOR_MODEL_EVENT_LOG_H_
#define GLASSWAL_INSPECTOR_MODEL_EVENT_LOG_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "glasswal/event.h"
#include "glasswal/observe.h"
#include "model/event_names.h"

namespace glasswal::inspector {

inline constexpr size_t kMostEvents = 100000;

class EventLog {
 public:
  void Append(const EventBatch& batch);
  void Clear();

  /// In order of sequence; the oldest give way to new ones.
  const std::deque<Event>& events() const { return events_; }
  /// Where to go on reading; 0 before the first batch.
  uint64_t next_sequence() const { return next_sequence_; }
  /// Lost to the inspector: overwritten or dropped before it could read them.
  uint64_t lost() const { return lost_; }
  /// Index of the first event with at least that sequence.
  size_t LowerBound(uint64_t sequence) const;

 private:
  std::deque<Event> events_;
  uint64_t next_sequence_ = 0;
  uint64_t lost_ = 0;
};

struct EventFilter {
  std::string text;  // In the name, the client, the file or the arguments; any case.
  std::optional<EventKind> kind;
  std::optional<uint32_t> client;
  EventLevel level = EventLevel::kTrace;  // This one and those before it.

  bool operator==(const EventFilter&) const = default;
};

/// The arguments with their names and units: "frames 3, held 812 µs".
std::string EventDetails(const Event& event, const EventNames& names);

bool Matches(const EventFilter& filter, const Event& event, const EventNames& names);

/// One row of a Markdown table per event, with a head.
std::string EventsToMarkdown(const std::vector<Event>& events, const EventNames& names);
/// A JSON array.
std::string EventsToJson(const std::vector<Event>& events);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_MODEL_EVENT_LOG_H_
