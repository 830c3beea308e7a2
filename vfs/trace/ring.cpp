#include "trace/ring.h"

#include <algorithm>

#include "port/clock.h"
#include "port/point.h"

// Why there are no stand-alone fences here: the payload is stored with release order and loaded
// with acquire order. A reader that meets any word of a newer record has then also met the claim
// that came before that word, so its second look at the state cannot miss it. On x86 and in
// WebAssembly that costs nothing over relaxed order, and ThreadSanitizer understands it.

namespace glasswal::trace {
namespace {

using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;

constexpr uint32_t kTagBits = shm::kEventTagBits;
constexpr uint64_t kTagMask = (uint64_t{1} << kTagBits) - 1;
constexpr uint64_t kNeverWritten = 0;
constexpr uint64_t kRepaired = kEventComplete;  // Complete, sequence 0.
static_assert(kTagMask == kEventComplete && shm::kNoSlot < kEventComplete);

/// How often a claim is tried: a try fails only when another client changed the record meanwhile.
constexpr uint32_t kClaimTries = 4;

/// How long a cursor waits for a record that was drawn and is not there, while newer ones are. Its
/// writer is stopped, dead, or gave the event up. By the cursor's own clock; the worst that can
/// happen is that an event of a writer that was stopped for as long is counted as lost.
constexpr uint64_t kCursorPatienceNs = 50'000'000;

constexpr uint64_t SequenceOf(uint64_t state) { return state >> kTagBits; }
constexpr uint64_t TagOf(uint64_t state) { return state & kTagMask; }
constexpr uint64_t StateWord(uint64_t sequence, uint64_t tag) { return sequence << kTagBits | tag; }

template <typename Region>
auto* RecordOf(Region& region, uint64_t sequence) {
  const uint32_t mask = region.geometry().event_capacity - 1;
  return region.event(static_cast<uint32_t>(sequence) & mask);
}

/// Gives the record of `sequence` to the writer `tag`; false if somebody else has it, or had it
/// later.
bool Claim(shm::ShmEvent* record, uint64_t sequence, uint64_t tag) {
  for (uint32_t attempt = 0; attempt < kClaimTries; ++attempt) {
    uint64_t state = record->state.load(memory_order_relaxed);
    const bool free = state == kNeverWritten || TagOf(state) == kEventComplete;
    if (!free || SequenceOf(state) >= sequence) return false;
    GLASSWAL_POINT("trace.write.claim");
    if (record->state.compare_exchange_strong(state, StateWord(sequence, tag), memory_order_acq_rel,
                                              memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

uint64_t SubjectWord(EventKind kind, EventLevel level, uint32_t client, uint32_t generation) {
  return uint64_t{static_cast<uint16_t>(kind)} << 48 | uint64_t{static_cast<uint8_t>(level)} << 40 |
         uint64_t{client & 0xff} << 32 | generation;
}

uint64_t PlaceWord(uint32_t transaction, uint32_t connection, uint32_t file) {
  return uint64_t{transaction} << 32 | uint64_t{connection & 0xffff} << 16 | (file & 0xffff);
}

void Fill(shm::ShmEvent* record, const Event& event) {
  record->time_ns.store(event.time_ns, memory_order_release);
  record->subject.store(SubjectWord(event.kind, event.level, event.client, event.client_generation),
                        memory_order_release);
  record->place.store(PlaceWord(event.transaction, event.connection, event.file),
                      memory_order_release);
  for (uint32_t i = 0; i < kEventArguments; ++i) {
    record->arguments[i].store(event.arguments[i], memory_order_release);
  }
}

void Decode(const shm::ShmEvent& record, uint64_t sequence, Event* event) {
  event->sequence = sequence;
  event->time_ns = record.time_ns.load(memory_order_acquire);
  const uint64_t subject = record.subject.load(memory_order_acquire);
  event->kind = static_cast<EventKind>(subject >> 48);
  event->level = static_cast<EventLevel>(
      std::min<uint64_t>(subject >> 40 & 0xff, static_cast<uint64_t>(EventLevel::kTrace)));
  event->client = static_cast<uint32_t>(subject >> 32) & 0xff;
  event->client_generation = static_cast<uint32_t>(subject);
  GLASSWAL_POINT("trace.read.half");  // Where a test lets writers lap the reader.
  const uint64_t place = record.place.load(memory_order_acquire);
  event->transaction = static_cast<uint32_t>(place >> 32);
  event->connection = static_cast<uint32_t>(place >> 16) & 0xffff;
  event->file = static_cast<uint32_t>(place) & 0xffff;
  for (uint32_t i = 0; i < kEventArguments; ++i) {
    event->arguments[i] = record.arguments[i].load(memory_order_acquire);
  }
}

enum class Look { kWhole, kMissing, kOverwritten };

/// Copies the record of `sequence` out of the ring between two looks at its state.
Look ReadRecord(const shm::RegionView& region, uint64_t sequence, Event* event) {
  const shm::ShmEvent* record = RecordOf(region, sequence);
  const uint64_t before = record->state.load(memory_order_acquire);
  if (before != StateWord(sequence, kEventComplete)) {
    return SequenceOf(before) > sequence ? Look::kOverwritten : Look::kMissing;
  }
  GLASSWAL_POINT("trace.read.copy");
  Decode(*record, sequence, event);
  GLASSWAL_POINT("trace.read.look_again");
  return record->state.load(memory_order_relaxed) == before ? Look::kWhole : Look::kOverwritten;
}

uint64_t OldestSequence(const shm::RegionView& region, uint64_t head) {
  const uint64_t capacity = region.geometry().event_capacity;
  return head > capacity ? head - capacity : 1;
}

}  // namespace

void WriteEvent(shm::Region& region, EventKind kind, const EventSubject& subject, uint64_t a,
                uint64_t b, uint64_t c, uint64_t d, uint64_t time_ns) {
  shm::ShmHeader* const header = region.header();
  GLASSWAL_POINT("trace.write.draw");
  uint64_t sequence = header->event_head.fetch_add(1, memory_order_relaxed);
  // Sequence 0 means "none" in a record, so the first event of a zeroed header is number 1.
  if (sequence == 0) sequence = header->event_head.fetch_add(1, memory_order_relaxed);
  shm::ShmEvent* const record = RecordOf(region, sequence);
  // A subject without a slot of its own must not look like a complete record.
  const uint64_t tag = std::min<uint64_t>(subject.client, shm::kNoSlot);
  if (!Claim(record, sequence, tag)) {
    GLASSWAL_POINT("trace.write.drop");
    header->events_dropped.fetch_add(1, memory_order_relaxed);
    return;
  }
  const Event event{.sequence = sequence,
                    .time_ns = time_ns != 0 ? time_ns : port::NowNs(),
                    .kind = kind,
                    .level = LevelOf(kind),
                    .client = subject.client,
                    .client_generation = subject.client_generation,
                    .connection = subject.connection,
                    .file = subject.file,
                    .transaction = subject.transaction,
                    .arguments = {a, b, c, d}};
  GLASSWAL_POINT("trace.write.fill");
  Fill(record, event);
  GLASSWAL_POINT("trace.write.complete");
  record->state.store(StateWord(sequence, kEventComplete), memory_order_release);
}

void SetEventLevel(shm::Region& region, EventLevel level) {
  GLASSWAL_POINT("trace.level.set");
  region.header()->event_level.store(static_cast<uint32_t>(level), memory_order_relaxed);
}

uint32_t RepairRing(shm::Region& region, uint32_t dead_slot) {
  uint32_t repaired = 0;
  for (uint32_t index = 0; index < region.geometry().event_capacity; ++index) {
    shm::Atomic64& state = region.event(index)->state;
    uint64_t seen = state.load(memory_order_relaxed);
    if (seen == kNeverWritten || TagOf(seen) != dead_slot) continue;
    GLASSWAL_POINT("trace.repair.record");
    // The record was the dead writer's alone, so a failure means that somebody repaired it before
    // us.
    if (state.compare_exchange_strong(seen, kRepaired, memory_order_acq_rel,
                                      memory_order_relaxed)) {
      ++repaired;
    }
  }
  return repaired;
}

uint32_t LastEventsOf(const shm::RegionView& region, uint32_t client, uint32_t generation,
                      Event* events, uint32_t capacity) {
  const uint64_t head = region.header()->event_head.load(memory_order_acquire);
  const uint64_t oldest = OldestSequence(region, head);
  uint32_t found = 0;
  for (uint64_t sequence = head; sequence-- > oldest && found < capacity;) {
    Event& event = events[found];
    if (ReadRecord(region, sequence, &event) != Look::kWhole) continue;
    if (event.client == client && event.client_generation == generation) ++found;
  }
  std::reverse(events, events + found);
  return found;
}

bool DecodeEvent(const shm::ShmEvent& record, Event* event) {
  const uint64_t state = record.state.load(memory_order_acquire);
  if (TagOf(state) != kEventComplete || SequenceOf(state) == 0) return false;
  Decode(record, SequenceOf(state), event);
  return true;
}

void EncodeEvent(const Event& event, shm::ShmEvent* record) {
  Fill(record, event);
  record->state.store(StateWord(event.sequence, kEventComplete), memory_order_release);
}

EventCursor::EventCursor(const shm::RegionView& region, Start start) : region_(region) {
  const uint64_t head = region.header()->event_head.load(memory_order_acquire);
  next_ = start == Start::kNewest ? std::max<uint64_t>(head, 1) : OldestSequence(region, head);
}

bool EventCursor::Next(Event* event) {
  waiting_ = false;
  const uint64_t capacity = region_.geometry().event_capacity;
  // Each turn moves the cursor on or returns. Writers that lap the cursor again and again end the
  // loop too: the caller finds nothing for now, and the next call goes on from there.
  for (uint64_t turn = 0; turn < capacity; ++turn) {
    const uint64_t head = region_.header()->event_head.load(memory_order_acquire);
    if (next_ >= head) return false;
    if (head - next_ > capacity) Skip(head - capacity);
    const Look look = ReadRecord(region_, next_, event);
    if (look == Look::kWhole) {
      ++next_;
      return true;
    }
    if (look == Look::kMissing && !GivesUp(head)) return false;
    Skip(next_ + 1);
  }
  waiting_ = true;
  return false;
}

void EventCursor::Skip(uint64_t to) {
  lost_ += to - next_;
  next_ = to;
}

/// Whether the record of next_, which was drawn and is not there, is to be counted as lost. Without
/// a newer event there is nothing that it holds up, so the cursor stays.
bool EventCursor::GivesUp(uint64_t head) {
  if (next_ < given_up_before_) return true;
  if (!HasNewer(head)) {
    missing_ = 0;
    return false;
  }
  const uint64_t now_ns = port::NowNs();
  if (missing_ != next_) {
    missing_ = next_;
    missing_head_ = head;
    missing_since_ns_ = now_ns;
  }
  if (now_ns - missing_since_ns_ >= kCursorPatienceNs) {
    // Everything drawn before the wait began has had its time, so there is one wait for all of it.
    given_up_before_ = missing_head_;
    return true;
  }
  waiting_ = true;
  return false;
}

bool EventCursor::HasNewer(uint64_t head) const {
  for (uint64_t sequence = next_ + 1; sequence < head; ++sequence) {
    const uint64_t state = RecordOf(region_, sequence)->state.load(memory_order_acquire);
    if (SequenceOf(state) >= sequence && TagOf(state) == kEventComplete) return true;
  }
  return false;
}

}  // namespace glasswal::trace
