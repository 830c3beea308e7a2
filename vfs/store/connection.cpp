#include "store/connection.h"

#include <string>

#include "port/assert.h"
#include "port/clock.h"
#include "port/point.h"
#include "store/segment_map.h"
#include "store/statements.h"
#include "store/words.h"
#include "trace/counters.h"

namespace glasswal::store {
namespace {

void InitializeConnection(shm::ShmConnection* connection) {
  connection->heartbeat.store(0, kPublished);
  connection->opened_ns.store(port::NowNs(), kPublished);
  connection->transaction_ns.store(0, kPublished);
  connection->waiting.store(0, kPublished);
  connection->waiting_since_ns.store(0, kPublished);
  connection->waiting_until_ns.store(0, kPublished);
  connection->last_operation.store(0, kPublished);
  for (auto& counter : connection->counters) counter.store(0, kPublished);
  connection->intent.target.store(0, kPublished);
  for (shm::Atomic64* word :
       {&connection->running, &connection->running_ns, &connection->row_runs,
        &connection->row_reads, &connection->row_writes, &connection->row_waits,
        &connection->row_waited_ns, &connection->row_rows, &connection->cancel,
        &connection->cancelled_by}) {
    word->store(0, kPublished);
  }
  connection->statements.store(0, kPublished);
  connection->transaction.store(0, kPublished);
}

/// The write lock goes last: until then nobody can begin to rebuild the wal-index and find the
/// other locks of the rebuild still taken.
constexpr uint32_t ReleaseOrder(uint32_t i) {
  return i + 1 < shm::kLockCount ? i + 1 : shm::kLockWalWrite;
}

}  // namespace

Result<Connection> ClaimConnection(ClientContext& self, [[maybe_unused]] const DirectoryLock& lock,
                                   uint32_t file) {
  GLASSWAL_ASSERT(lock.held(), "a connection is claimed under the directory's lock");
  GLASSWAL_ASSERT(self.open_counts[file] > 0, "a connection is claimed of a file that is open");
  const uint64_t word = self.region->file(file)->state.load(std::memory_order_acquire);
  if (FileKindOf(word) != shm::kFileDatabase) {
    return Status(StatusCode::kInvalidArgument,
                  "this file is a write-ahead log or a journal: open the database it belongs to");
  }
  shm::ShmDatabase* database = DatabaseOf(*self.region, file);
  if (database == nullptr) {
    return Status(StatusCode::kCorrupt,
                  "the database has no control segment: the region is damaged");
  }
  for (uint32_t slot = 0; slot < shm::kMaxConnections; ++slot) {
    shm::ShmConnection* connection = &database->connections[slot];
    if (connection->state.load(std::memory_order_acquire) != 0) continue;
    InitializeConnection(connection);
    GLASSWAL_POINT("connection.claim");
    connection->state.store(ConnectionWord(shm::kConnectionOpen, self.slot, self.generation),
                            std::memory_order_seq_cst);
    trace::AddShared(self.shm_client()->connections, uint32_t{1});
    self.region->header()->topology.fetch_add(1);
    return Connection{&self, file, slot, database, connection};
  }
  return Status(StatusCode::kFull, "all " + std::to_string(shm::kMaxConnections) +
                                       " connections of the database are in use: close one first");
}

uint32_t ReleaseConnection(shm::Region& region, shm::ShmDatabase* database, uint32_t slot) {
  shm::ShmConnection* connection = &database->connections[slot];
  uint32_t taken = 0;
  for (uint32_t i = 0; i < shm::kLockCount; ++i) {
    shm::ShmLock* lock = &database->locks[ReleaseOrder(i)];
    if (lock::TakeBack(lock, slot)) {
      ++taken;
    }
  }
  GLASSWAL_POINT("connection.release.unlocked");
  for (uint32_t i = 0; i < shm::kCounterCount; ++i) {
    const uint64_t value = connection->counters[i].exchange(0, std::memory_order_relaxed);
    if (value != 0) trace::AddShared(database->closed_counters[i], value);
  }
  // From here on its rows are whoever's needs them.
  const uint64_t runs = RunOf(connection->running.exchange(0));
  if (runs != 0) trace::AddShared(database->closed_counters[shm::kCounterStatements], runs);
  GLASSWAL_POINT("connection.release.free");
  connection->state.store(0, std::memory_order_seq_cst);
  region.header()->topology.fetch_add(1);
  return taken;
}

}  // namespace glasswal::store
