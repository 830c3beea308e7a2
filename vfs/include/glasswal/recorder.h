// What looks at a region saw, kept for a capture: its history.
//
//   glasswal::Recorder recorder;
//   while (...) {                                      // A few times a second.
//     auto snapshot = recorder.Observe(*bytes);        // As glasswal::Observe(), and remembers.
//   }
//   auto file = glasswal::WriteCapture(*bytes, {.recorder = &recorder});
//
// A recorder keeps what each look read of the region's tables, as the words that changed since the
// look before: a few hundred bytes. It is bounded: the oldest looks and events give way to new
// ones. What databases contain is not in it.
//
// Thread-safety: one thread.
#ifndef GLASSWAL_RECORDER_H_
#define GLASSWAL_RECORDER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "glasswal/observe.h"
#include "glasswal/status.h"

namespace glasswal {

/// How much a recorder keeps.
struct RecorderOptions {
  uint32_t most_looks = 1200;          // Five minutes of four a second.
  uint64_t most_look_bytes = 8 << 20;  // Of their changes; besides that the tables, twice.
  uint32_t most_events = 100'000;      // About 20 bytes each.
};

/// What a recorder adds to a capture; each is empty if there is nothing to add.
struct RecordedParts {
  std::vector<uint8_t> looks;   // The part "history".
  std::vector<uint8_t> events;  // The part "events".
};

/// Looks at one region, and what they saw.
class Recorder {
 public:
  /// Keeps nothing yet.
  explicit Recorder(const RecorderOptions& options = {});
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// As glasswal::Observe(), and keeps what it read. A look during which the region changed its
  /// shape (consistent is false) is not kept, nor are looks at a region whose tables have more than
  /// 32 MiB.
  Result<Snapshot> Observe(const RegionBytes& source);

  /// As glasswal::ObserveEvents() from where the last call ended, and keeps the events.
  Result<EventBatch> ObserveEvents(const RegionBytes& source, uint32_t limit = 100'000);
  /// Keeps events that somebody else has read. They come after those that were kept before.
  void Keep(const EventBatch& batch);

  /// How many looks it has.
  uint32_t looks() const;
  /// Everything that it keeps, for WriteCapture().
  RecordedParts Parts() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace glasswal

#endif  // GLASSWAL_RECORDER_H_
