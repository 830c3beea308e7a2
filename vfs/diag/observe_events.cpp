// Events out of the bytes of a region, for those who cannot or must not follow the live ring.
#include <algorithm>

#include "diag/region_image.h"
#include "glasswal/observe.h"
#include "trace/ring.h"

namespace glasswal {
namespace {

constexpr uint64_t kRecordsAtOnce = 256;

/// Records that lie side by side, copied in one piece.
class Records {
 public:
  Records(const RegionBytes& source, const shm::RegionGeometry& geometry)
      : source_(source), geometry_(geometry) {}

  /// Copies up to `count` records from that of `sequence` on; how many, 0 if there are no bytes.
  uint64_t Copy(uint64_t sequence, uint64_t count) {
    const uint64_t place = sequence % geometry_.event_capacity;
    count = std::min({count, geometry_.event_capacity - place, kRecordsAtOnce});
    const uint64_t offset = geometry_.events_offset + place * sizeof(shm::ShmEvent);
    first_ = sequence;
    if (!source_.Copy(offset, count * sizeof(shm::ShmEvent), static_cast<void*>(records_.get())) ||
        !source_.Copy(offsetof(shm::ShmHeader, event_head), sizeof(head_), &head_)) {
      return 0;
    }
    return count;
  }

  /// The event of `sequence` if it is whole. A writer draws its sequence before it touches the
  /// record, so a record whose successor had not been drawn after the copy was not being changed.
  bool Decode(uint64_t sequence, Event* event) const {
    if (head_ > geometry_.event_capacity && sequence < head_ - geometry_.event_capacity) {
      return false;
    }
    return trace::DecodeEvent(records_[sequence - first_], event) && event->sequence == sequence;
  }

 private:
  const RegionBytes& source_;
  const shm::RegionGeometry geometry_;
  std::unique_ptr<shm::ShmEvent[]> records_ = std::make_unique<shm::ShmEvent[]>(kRecordsAtOnce);
  uint64_t first_ = 0;
  uint64_t head_ = 0;  // The next sequence to be drawn, after the copy.
};

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
  Records records(source, *geometry);
  uint64_t end = std::max(begin, oldest);  // Of what has been copied.
  for (uint64_t sequence = end; sequence < head && batch.events.size() < limit; ++sequence) {
    if (sequence == end) {
      const uint64_t copied =
          records.Copy(sequence, std::min<uint64_t>(head - sequence, limit - batch.events.size()));
      if (copied == 0) break;
      end += copied;
    }
    Event event;
    if (!records.Decode(sequence, &event)) continue;
    // A record that is not whole is passed over only once a newer one is: until then it may be
    // late.
    batch.lost += sequence - batch.next_sequence;
    batch.next_sequence = sequence + 1;
    batch.events.push_back(event);
  }
  return batch;
}

}  // namespace glasswal
