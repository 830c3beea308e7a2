// The lock timeline: who held and who waited for which lock, and when.
//
// It is put together from two things that each know a part: snapshots say who holds a lock now and
// since when, and events say of short holds (a commit, a released lock) and waits how long they
// took. At the event level "info" only commits tell; "trace" tells of every lock.
//
// Thread-safety: as a value.
#ifndef GLASSWAL_INSPECTOR_MODEL_LOCK_SPANS_H_
#define GLASSWAL_INSPECTOR_MODEL_LOCK_SPANS_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "glasswal/observe.h"
#include "glasswal/snapshot.h"

namespace glasswal::inspector {

inline constexpr size_t kMostLockSpans = 20000;
inline constexpr uint64_t kMergedSpanNs = 1'000'000;  // Less than a pixel in a window of a second.

struct LockSpan {
  enum class Kind : uint8_t { kHeld, kShared, kWaited, kRefused };
  Kind kind = Kind::kHeld;
  uint32_t lane = 0;  // Index into LockTimeline::lanes().
  uint32_t client = 0;
  uint64_t begin_ns = 0;
  uint64_t end_ns = 0;
  bool told = false;  // By an event; otherwise seen by snapshots.
  // Short times that events tell of and that follow each other within kMergedSpanNs are one span.
  uint32_t times = 1;
  uint64_t taken_ns = 0;  // The times themselves, without what lies between them.
};

/// One lock of one database.
struct LockLane {
  uint32_t file = 0;  // Number + 1; 0: the directory's lock.
  std::string database;
  std::string name;
};

class LockTimeline {
 public:
  void Add(const Snapshot& snapshot, const EventBatch& events);

  /// In the order in which they were first seen held or waited for.
  const std::vector<LockLane>& lanes() const { return lanes_; }
  /// Ordered by when they were recorded; the oldest give way.
  const std::deque<LockSpan>& spans() const { return spans_; }

 private:
  struct Open {  // A hold that the last snapshot saw; its span grows with each that sees it too.
    uint32_t lane;
    uint32_t client;
    LockSpan::Kind kind;
    uint64_t begin_ns;
    uint64_t serial;  // Of its span.
  };

  uint32_t Lane(uint32_t file, const std::string& database, const std::string& name);
  uint32_t LaneOfEvent(const Snapshot& snapshot, uint32_t file, uint32_t lock);
  void See(uint32_t lane, uint32_t client, LockSpan::Kind kind, uint64_t begin_ns, uint64_t now_ns,
           std::vector<Open>* seen);
  void AddEvent(const Snapshot& snapshot, const Event& event);
  uint64_t Push(const LockSpan& span);
  bool Merge(const LockSpan& span);

  std::vector<LockLane> lanes_;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> event_lanes_;  // By file and lock.
  std::deque<LockSpan> spans_;
  uint64_t first_serial_ = 0;  // Of spans_.front().
  std::vector<Open> open_;
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_MODEL_LOCK_SPANS_H_
