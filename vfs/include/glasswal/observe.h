// Looking at a region without touching it: from its bytes to a Snapshot or to events.
//
//   auto snapshot = glasswal::Observe(*runtime);
//   if (snapshot.ok()) puts(glasswal::ToJson(*snapshot).c_str());
//
// The bytes may be a live mapping, another module's memory, or a file: whatever can copy a range
// out. Nothing here locks, writes, or trusts what it reads: arbitrary bytes give an error or a
// snapshot of what made sense, in bounded time.
//
// Thread-safety: Observe and ObserveEvents may be called by any thread if the RegionBytes may; a
// SilenceTracker belongs to one thread.
#ifndef GLASSWAL_OBSERVE_H_
#define GLASSWAL_OBSERVE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "glasswal/event.h"
#include "glasswal/limits.h"
#include "glasswal/snapshot.h"
#include "glasswal/status.h"

namespace glasswal {

class Runtime;

/// Where the bytes of a region come from.
class RegionBytes {
 public:
  /// The bytes need not outlive it.
  virtual ~RegionBytes() = default;

  /// How far offsets may go. The region's tables must lie within; that segments do not (as in a
  /// capture of the metadata) costs only what would have been read from them.
  virtual uint64_t size_bytes() const = 0;

  /// Copies [offset, offset + size_bytes) to `to`; false if not all of it is available. If the
  /// bytes are live, each aligned 64-bit word is read once, in ascending order, and no word before
  /// those of the call before (acquire order): that is what makes a look before and after a copy
  /// mean something.
  virtual bool Copy(uint64_t offset, uint64_t size_bytes, void* to) const = 0;

  /// The present of these bytes on their clients' clock: now, or when a capture was taken.
  virtual uint64_t NowNs() const = 0;
};

/// The bytes of memory that is mapped here and stays so for longer than the result. `base` is
/// 8-byte aligned. Reading is by atomic words, so that clients may write meanwhile.
std::unique_ptr<RegionBytes> NewMappedBytes(const void* base, uint64_t size_bytes);

/// How often Observe() starts again when clients, files or connections came or went meanwhile.
inline constexpr uint32_t kObserveAttempts = 8;

/// A snapshot of the region in `source`. If the region changed its shape during each of the
/// attempts the last one is returned with consistent = false. kNotReady, kVersionMismatch or
/// kCorrupt if the bytes are no finished region of this version.
Result<Snapshot> Observe(const RegionBytes& source);

/// A snapshot of the region that this process is a client of.
Result<Snapshot> Observe(const Runtime& runtime);

/// Events as they lay in the ring.
struct EventBatch {
  std::vector<Event> events;   // In order of sequence.
  uint64_t next_sequence = 1;  // Where to go on.
  uint64_t lost = 0;  // Overwritten, dropped or still being written between the first and the last.
};

/// Up to `limit` whole events from `from_sequence` on (0: from the oldest), oldest first.
Result<EventBatch> ObserveEvents(const RegionBytes& source, uint64_t from_sequence, uint32_t limit);

/// Fills in how long each client has been silent. A snapshot has no history, so somebody who takes
/// one after the other must remember when each heartbeat last changed, by a clock of its own.
class SilenceTracker {
 public:
  /// `now_ns`: any monotonic clock of the caller's, the same for each call.
  void Apply(uint64_t now_ns, Snapshot* snapshot);

 private:
  struct Seen {
    bool known = false;
    uint32_t generation = 0;
    uint64_t heartbeat = 0;
    uint64_t changed_ns = 0;
  };
  std::array<Seen, kMaxSlots> seen_{};
};

}  // namespace glasswal

#endif  // GLASSWAL_OBSERVE_H_
