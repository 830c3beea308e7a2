#include "store/cancel.h"

#include "port/futex.h"
#include "port/point.h"
#include "store/segment_map.h"
#include "store/statements.h"
#include "store/words.h"

namespace glasswal::store {
namespace {

/// Whoever sleeps for a lock looks again.
void WakeIfWaiting(shm::ShmDatabase* database, const shm::ShmConnection& connection) {
  const uint64_t lock_plus_1 = connection.waiting.load() >> 56;
  if (lock_plus_1 == 0 || lock_plus_1 > shm::kLockCount) return;
  shm::ShmLock& lock = database->locks[lock_plus_1 - 1];
  lock.queue_sequence.fetch_add(1);
  lock.turn_sequence.fetch_add(1);
  port::FutexWake(&lock.queue_sequence, ~0u);
  port::FutexWake(&lock.turn_sequence, ~0u);
}

bool CancelRun(const ClientContext& self, shm::ShmDatabase* database, uint32_t slot, uint64_t run) {
  shm::ShmConnection& connection = database->connections[slot];
  const uint64_t running = connection.running.load();
  if (!IsRunning(connection, running) || (run != 0 && RunOf(running) != run)) return false;
  connection.cancelled_by.store(uint64_t{self.slot + 1} << 32 | self.generation);
  GLASSWAL_POINT("cancel.store");
  connection.cancel.store(running);
  WakeIfWaiting(database, connection);
  return true;
}

}  // namespace

uint32_t Cancel(const ClientContext& self, const CancelTarget& target) {
  shm::Region& region = *self.region;
  uint32_t cancelled = 0;
  for (uint32_t file = 0; file < region.used_files(); ++file) {
    if (target.file_plus_1 != 0 && target.file_plus_1 != file + 1) continue;
    shm::ShmDatabase* database = DatabaseOf(region, file);
    if (database == nullptr) continue;
    for (uint32_t slot = 0; slot < shm::kMaxConnections; ++slot) {
      if (target.file_plus_1 != 0 && target.connection != slot) continue;
      const uint64_t word = database->connections[slot].state.load(std::memory_order_acquire);
      if (ConnectionStateOf(word) == shm::kConnectionOpen &&
          ConnectionClientOf(word) == target.client &&
          GenerationOf(word) == target.client_generation) {
        cancelled += CancelRun(self, database, slot, target.run) ? 1 : 0;
      }
    }
  }
  return cancelled;
}

}  // namespace glasswal::store
