// Events out of the bytes of a region, for those who cannot or must not follow the live ring.
#include <algorithm>

#include "diag/region_image.h"
#include "glasswal/observe.h"
#include "trace/ring.h"

namespace glasswal {
namespace {

/// Copies the record at `offset` between two looks at its state; true if it is whole and of
/// `sequence`.
bool ReadEvent(const RegionBytes& source, uint64_t offset, uint64_t sequence, Event* event) {
  static_assert(offsetof(shm::ShmEvent, state) == 0);
  shm::ShmEvent record;
  uint64_t after = 0;
  if (!source.Copy(offset, sizeof(record), static_cast<void*>(&record))) return false;
  if (!source.Copy(offset, sizeof(after), &after) || after != diag::Get(record.state)) return false;
  return trace::DecodeEvent(record, event) && event->sequence == sequence;
}

}  // namespace

Result<EventBatch> ObserveEvents(const RegionBytes& source, uint64_t from_sequence,
                                 uint32_t limit) {
  shm::ShmHeader header;
  const Result<shm::RegionGeometry> geometry = diag::LoadHeader(source, &header);
  if (!geometry.ok()) return geometry.status();
  const uint64_t capacity = geometry->event_capacity;
  const uint64_t head = diag::Get(header.event_head);
  const uint64_t oldest = head > capacity ? head - capacity : 1;
  const uint64_t begin = from_sequence == 0 ? oldest : from_sequence;

  EventBatch batch;
  batch.next_sequence = begin;
  for (uint64_t sequence = std::max(begin, oldest); sequence < head; ++sequence) {
    if (batch.events.size() >= limit) break;
    Event event;
    const uint64_t offset = geometry->events_offset + sequence % capacity * sizeof(shm::ShmEvent);
    if (!ReadEvent(source, offset, sequence, &event)) continue;
    // A record that is not whole is passed over only once a newer one is: until then it may be
    // late.
    batch.lost += sequence - batch.next_sequence;
    batch.next_sequence = sequence + 1;
    batch.events.push_back(event);
  }
  return batch;
}

}  // namespace glasswal
