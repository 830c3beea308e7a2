// Who the caller is, as the layers below recovery need to know it.
//
// recovery/client.h makes one when a client joins and keeps it until it leaves.
//
// Thread-safety: the identity is immutable; open_counts belongs to the holder of the directory
// lock. The directory's lock word names clients, so `mutex` keeps the threads of this one apart:
// whoever has the lock or waits for it has the mutex. A recovery is claimed in the name of the
// client as well, so `recovery_mutex` does the same for its recoverers. They are two, because a
// thread may wait for the directory for a long time, and the others recover from the dead meanwhile
// as far as they can without it; and both are recursive, because waiting for the lock may mean
// recovering from its dead holder, which needs the lock, and recovering from one may mean
// recovering from another. Whoever has one of them and wants the other only tries, so neither order
// blocks.
#ifndef GLASSWAL_VFS_STORE_CLIENT_CONTEXT_H_
#define GLASSWAL_VFS_STORE_CLIENT_CONTEXT_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>

#include "lock/lock.h"
#include "shm/region.h"
#include "shm/segments.h"
#include "trace/ring.h"

namespace glasswal::store {

struct ClientContext {
  shm::Region* region = nullptr;
  uint32_t slot = 0;
  uint32_t generation = 0;
  /// Looks at who keeps this client from the directory's lock. Never null while the client lives.
  lock::HolderWatch* directory_watch = nullptr;
  std::recursive_mutex mutex;
  std::recursive_mutex recovery_mutex;
  /// How many handles this client has open on each file.
  std::array<uint32_t, shm::kMaxFiles> open_counts{};
  /// How many of them are to be closed as soon as this client has the directory's lock, for each
  /// file and in all.
  std::array<std::atomic<uint32_t>, shm::kMaxFiles> closes_due{};
  std::atomic<uint32_t> all_closes_due{0};

  uint32_t owner() const { return shm::ClientOwner(slot, generation); }
  shm::ShmClient* shm_client() const { return region->client(slot); }
  trace::EventSubject Subject(uint32_t connection = 0, uint32_t file = 0,
                              uint32_t transaction = 0) const {
    return {slot, generation, connection, file, transaction};
  }
  /// After a claim of segments: if it made the region larger, that is an event.
  void RecordGrowth(const shm::Growth& growth) const {
    if (growth.to_segments == growth.from_segments) return;
    trace::Record(*region, EventKind::kRegionGrown, Subject(),
                  growth.from_segments * shm::kSegmentBytes,
                  growth.to_segments * shm::kSegmentBytes);
  }
};

}  // namespace glasswal::store

#endif  // GLASSWAL_VFS_STORE_CLIENT_CONTEXT_H_
