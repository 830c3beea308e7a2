// The event ring: fixed-size records, written by any client without a lock, overwriting the oldest.
//
// PROTOCOL of ShmEvent::state (the sequence, and below it a tag of kEventTagBits: kEventComplete, or
// the slot of the writer)
//
//   A writer draws a sequence from event_head and claims the record sequence % capacity by swapping
//   its state from a complete, older one to (sequence, own slot). If the record is being written by
//   somebody else at that moment (the ring was lapped meanwhile, or that writer died) the event is
//   dropped and counted: a writer never waits. It fills in the fields and sets the state to
//   (sequence, complete). A reader copies the record between two looks at the state.
//   Recovery returns the records that a dead writer left half-written to "complete, sequence 0".
//
// Thread-safety: EventWriter functions may be called by any thread; an EventCursor belongs to one.
#ifndef GLASSWAL_VFS_TRACE_RING_H_
#define GLASSWAL_VFS_TRACE_RING_H_

#include <cstdint>

#include "glasswal/event.h"
#include "shm/region.h"

namespace glasswal::trace {

inline constexpr uint64_t kEventComplete = (uint64_t{1} << shm::kEventTagBits) - 1;

/// Who and what an event is about; the fields of Event with the same names.
struct EventSubject {
  uint32_t client = 0;
  uint32_t client_generation = 0;
  uint32_t connection = 0;   // Slot + 1, or 0.
  uint32_t file = 0;         // Number + 1, or 0.
  uint32_t transaction = 0;  // Of the connection.
};

/// True when events of `level` are being recorded. One relaxed load and a compare.
inline bool IsRecorded(const shm::RegionView& region, EventLevel level) {
  return static_cast<uint32_t>(level) <=
         region.header()->event_level.load(std::memory_order_relaxed);
}

/// Records an event regardless of the level; call Record(). `time_ns` is for a caller that has just
/// read port::NowNs(); 0: now.
void WriteEvent(shm::Region& region, EventKind kind, const EventSubject& subject, uint64_t a,
                uint64_t b, uint64_t c, uint64_t d, uint64_t time_ns = 0);

/// Records an event if its kind's level is on.
inline void Record(shm::Region& region, EventKind kind, const EventSubject& subject, uint64_t a = 0,
                   uint64_t b = 0, uint64_t c = 0, uint64_t d = 0) {
  if (IsRecorded(region, LevelOf(kind))) [[unlikely]] {
    WriteEvent(region, kind, subject, a, b, c, d);
  }
}

/// Sets what is recorded from now on, for all clients.
void SetEventLevel(shm::Region& region, EventLevel level);

/// Returns half-written records of a dead writer to use; how many. Idempotent.
uint32_t RepairRing(shm::Region& region, uint32_t dead_slot);

/// The last up to `capacity` events that `client` of `generation` wrote, oldest first, as they lie
/// in the ring; returns how many. For black boxes.
uint32_t LastEventsOf(const shm::RegionView& region, uint32_t client, uint32_t generation,
                      Event* events, uint32_t capacity);

/// Decodes one record that was copied out of the ring; false if its state says that it is not
/// whole.
bool DecodeEvent(const shm::ShmEvent& record, Event* event);

/// Writes `event` in the ring's own form (for black boxes).
void EncodeEvent(const Event& event, shm::ShmEvent* record);

/// A reader's place in the ring.
class EventCursor {
 public:
  enum class Start { kOldest, kNewest };
  EventCursor(const shm::RegionView& region, Start start);

  /// The next event, in order of sequence. False: there is none now. Events that were overwritten
  /// or dropped before they could be read are counted in lost(). Never waits.
  bool Next(Event* event);
  uint64_t lost() const { return lost_; }
  /// The one that Next() looks for; those lost since the last event lie right before it.
  uint64_t next_sequence() const { return next_; }
  /// True when the last Next() returned false although newer events are there: the one before them
  /// is still being written, or its writer is gone. In some milliseconds it is there or lost: call
  /// again.
  bool waiting() const { return waiting_; }

 private:
  void Skip(uint64_t to);
  bool GivesUp(uint64_t head);
  bool HasNewer(uint64_t head) const;

  const shm::RegionView& region_;
  uint64_t next_;
  uint64_t lost_ = 0;
  bool waiting_ = false;
  uint64_t missing_ = 0;           // The sequence that the cursor waits for; 0: none.
  uint64_t missing_head_ = 0;      // event_head when it began to wait.
  uint64_t missing_since_ns_ = 0;  // By the cursor's own clock.
  uint64_t given_up_before_ = 0;   // Missing events before this sequence are not waited for.
};

}  // namespace glasswal::trace

#endif  // GLASSWAL_VFS_TRACE_RING_H_
