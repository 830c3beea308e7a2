#include "source/record.h"

#include <algorithm>
#include <thread>

namespace glasswal::inspector {

Status Record(const Source& source, std::chrono::milliseconds how_long, Recorder* recorder) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  const Clock::time_point end = begin + how_long;
  for (Clock::time_point next = begin;; next += kRecordPace) {
    std::this_thread::sleep_until(std::min(next, end));
    const Status status = source.Check();
    if (!status.ok()) return status;
    const Result<Snapshot> snapshot = recorder->Observe(source.bytes());
    if (!snapshot.ok()) return snapshot.status();
    const Result<EventBatch> events = recorder->ObserveEvents(source.bytes());
    if (!events.ok()) return events.status();
    if (next >= end) return Status::Ok();
  }
}

}  // namespace glasswal::inspector
