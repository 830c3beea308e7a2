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
#include "glasswal/snapshot.h"

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

/// Names for the slots and numbers of events, from one snapshot. A slot may have been another
/// client's when an old event was written; the generation tells.
class EventNames {
 public:
  explicit EventNames(const Snapshot& snapshot);
  std::string Client(const Event& event) const;
  std::string ClientInSlot(uint64_t slot) const;
  /// Of whom a recovery was that this event tells of: the events name a slot, which others may have
  /// had before and since, and the recoveries know when it was.
  std::string DeadClient(const Event& event, uint64_t slot) const;
  std::string File(const Event& event) const;

 private:
  struct Dead {
    uint32_t slot = 0;
    uint64_t buried_ns = 0;  // When the recovery was done.
    std::string name;
  };
  struct Known {
    uint32_t slot = 0;
    uint32_t generation = 0;
    std::string name;
  };
  std::vector<Known> clients_;
  std::vector<Dead> dead_;
  std::vector<std::pair<uint32_t, std::string>> files_;
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
