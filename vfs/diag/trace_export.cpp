// A trace of a region: what was recorded of it, what its ring has, and what it is like now.
#include <algorithm>

#include "diag/recording.h"
#include "diag/region_image.h"
#include "diag/trace_timeline.h"
#include "diag/trace_write.h"
#include "glasswal/trace.h"

namespace glasswal {
namespace {

/// The newest events of the ring, behind those in `batch`.
Status AddRing(const RegionBytes& source, uint32_t most_events, EventBatch* batch) {
  shm::ShmHeader header;
  const Result<shm::RegionGeometry> geometry = diag::LoadHeader(source, &header);
  if (!geometry.ok()) return geometry.status();
  const uint64_t head = diag::Get(header.event_head);
  const uint64_t after = batch->events.empty() ? 0 : batch->events.back().sequence + 1;
  const uint64_t newest = head > most_events ? head - most_events : 0;
  Result<EventBatch> ring = ObserveEvents(source, std::max(after, newest), most_events);
  if (!ring.ok()) return ring.status();
  batch->lost += ring->lost;
  batch->events.insert(batch->events.end(), ring->events.begin(), ring->events.end());
  return Status::Ok();
}

/// The events are read first: what they tell of has happened in the snapshot.
Result<std::string> Export(const RegionBytes& source, uint32_t most_events, RecordedLooks* looks,
                           EventBatch* batch) {
  const Status read = AddRing(source, most_events, batch);
  if (!read.ok()) return read;
  const Result<Snapshot> last = Observe(source);
  if (!last.ok()) return last.status();
  diag::Timeline timeline;
  while (const RegionBytes* look = looks != nullptr ? looks->Next() : nullptr) {
    const Result<Snapshot> snapshot = Observe(*look);
    if (snapshot.ok()) timeline.AddLook(*snapshot);
  }
  timeline.AddLook(*last);
  timeline.AddEvents(batch->events);
  timeline.End(*last);
  return diag::WriteTrace(&timeline, *last, batch->lost);
}

}  // namespace

Result<std::string> ExportTrace(const RegionBytes& source, const TraceOptions& options) {
  std::unique_ptr<RecordedLooks> looks;
  EventBatch batch;
  if (options.recorder != nullptr) {
    RecordedParts parts = options.recorder->Parts();
    if (!parts.events.empty()) {
      Result<EventBatch> events = diag::ReadRecordedEvents(parts.events);
      if (!events.ok()) return events.status();
      batch = std::move(*events);
    }
    if (!parts.looks.empty()) {
      Result<std::unique_ptr<RecordedLooks>> read = diag::ReadLooks(std::move(parts.looks));
      if (!read.ok()) return read.status();
      looks = std::move(*read);
    }
  }
  return Export(source, options.most_events, looks.get(), &batch);
}

Result<std::string> ExportTrace(const Capture& capture) {
  EventBatch batch = capture.events;
  return Export(*capture.region, TraceOptions().most_events, capture.looks.get(), &batch);
}

}  // namespace glasswal
