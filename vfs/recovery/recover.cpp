#include "recovery/recover.h"

#include "port/futex.h"
#include "port/point.h"
#include "recovery/black_box.h"
#include "shm/segments.h"
#include "store/connection.h"
#include "store/directory.h"
#include "store/segment_map.h"
#include "store/statements.h"
#include "store/table_versions.h"
#include "store/wal_index.h"
#include "store/words.h"
#include "trace/counters.h"
#include "trace/ring.h"

namespace glasswal::recovery {
namespace {

bool IsOf(uint64_t connection_word, const Casualty& dead) {
  return store::ConnectionStateOf(connection_word) == shm::kConnectionOpen &&
         store::ConnectionClientOf(connection_word) == dead.slot &&
         store::GenerationOf(connection_word) == dead.generation;
}

bool MayHaveCommitted(const shm::ShmDatabase& database, uint32_t slot) {
  return lock::Holds(database.locks[shm::kLockWalWrite].word.load(), slot) ||
         lock::Holds(database.locks[shm::kLockMainReserved].word.load(), slot);
}

/// What the dead has committed, and not told of, may have touched anything. (What it was in the
/// middle of writing nobody has seen before its wal-index was spoiled.)
void RaiseVersionsOfDead(shm::Region& region, shm::ShmDatabase* database, uint32_t slot) {
  if (!MayHaveCommitted(*database, slot)) return;
  store::RaiseAllVersions(database);
  region.header()->commit_sequence.fetch_add(1);
}

void TakeBackConnection(shm::Region& region, uint32_t file, shm::ShmDatabase* database,
                        uint32_t slot, RecoveryReport* report) {
  if (lock::Holds(database->locks[shm::kLockWalWrite].word.load(), slot)) {
    GLASSWAL_POINT("recover.spoil");
    if (store::SpoilWalIndex(region, file)) ++report->wal_indexes_spoiled;
  }
  GLASSWAL_POINT("recover.intent");
  store::FinishIntent(region, &database->connections[slot].intent);
  store::CloseStatements(region, file, slot, &database->connections[slot]);
  RaiseVersionsOfDead(region, database, slot);
  GLASSWAL_POINT("recover.locks");
  report->locks += store::ReleaseConnection(region, database, slot);
  ++report->connections;
}

void TakeBackDatabases(shm::Region& region, const Casualty& dead, RecoveryReport* report) {
  for (uint32_t file = 0; file < region.used_files(); ++file) {
    const uint64_t state = region.file(file)->state.load(std::memory_order_acquire);
    if (store::FileStateOf(state) != shm::kFileLive &&
        store::FileStateOf(state) != shm::kFileUnlinked) {
      continue;
    }
    shm::ShmDatabase* database = store::DatabaseOf(region, file);
    if (database == nullptr) continue;
    for (uint32_t slot = 0; slot < shm::kMaxConnections; ++slot) {
      if (IsOf(database->connections[slot].state.load(std::memory_order_acquire), dead)) {
        TakeBackConnection(region, file, database, slot, report);
      }
    }
  }
  // The dead may have died before it woke those who wait for its last commit.
  shm::ShmHeader* header = region.header();
  if (header->commit_waiters.load() != 0) port::FutexWake(&header->commit_sequence, ~0u);
}

/// A recovery that the dead client was in the middle of passes to this one's caller: the slot of a
/// dead recoverer must not be reused while a word still names it.
void InheritRecoveries(store::ClientContext& self, const Casualty& dead) {
  for (uint32_t slot = 0; slot < shm::kMaxClients; ++slot) {
    if (slot == dead.slot) continue;
    shm::Atomic64& state = self.region->client(slot)->state;
    uint64_t word = state.load(std::memory_order_acquire);
    if (store::ClientStateOf(word) != shm::kClientRecovering ||
        store::ClientRecovererOf(word) != dead.slot + 1) {
      continue;
    }
    const uint64_t mine = store::ClientClaimWord(word, self.slot + 1);
    GLASSWAL_POINT("recover.inherit");
    if (!state.compare_exchange_strong(word, mine)) continue;
    RecoveryReport report;
    const uint32_t generation = store::GenerationOf(mine);
    const bool evicted = self.region->client(slot)->evicted.load() == generation;
    const Casualty inherited{slot, generation, 0, evicted};
    const bool done = RecoverFrom(self, inherited, &report).ok();
    state.store(done ? store::ClientWord(shm::kClientFree, 0, inherited.generation)
                     : store::ClientClaimWord(mine, 0));
    if (done) self.region->header()->topology.fetch_add(1);
  }
}

void AddToTotals(shm::Region& region, const RecoveryReport& report) {
  trace::AddShared(region.header()->recovered_handles, uint64_t{report.handles});
  trace::AddShared(region.header()->recovered_locks, uint64_t{report.locks});
}

}  // namespace

Status TakeBackEverything(store::ClientContext& self, const Casualty& dead, RecoveryReport* report,
                          store::Patience patience) {
  shm::Region& region = *self.region;
  TakeBackDatabases(region, dead, report);
  // The intent is used under the directory's lock only, so it is settled before the lock goes.
  GLASSWAL_POINT("recover.client.intent");
  store::FinishIntent(region, &region.client(dead.slot)->intent);
  GLASSWAL_POINT("recover.directory");
  if (lock::TakeBack(&region.header()->directory, dead.slot)) ++report->locks;
  {
    store::DirectoryLock lock(self, patience);
    if (!lock.held()) return lock.status();
    report->handles += store::CloseFilesOfDead(self, lock, dead.slot);
  }
  GLASSWAL_POINT("recover.segments");
  report->segments +=
      shm::SweepClientSegments(region, shm::ClientOwner(dead.slot, dead.generation));
  GLASSWAL_POINT("recover.ring");
  trace::RepairRing(region, dead.slot);
  store::SweepStatements(region, dead.slot);
  InheritRecoveries(self, dead);
  GLASSWAL_POINT("recover.done");
  return Status::Ok();
}

Status RecoverFrom(store::ClientContext& self, const Casualty& dead, RecoveryReport* report) {
  BlackBox box(*self.region, self, dead);
  if (!box.is_resumed()) {
    if (dead.evicted) {
      trace::Record(*self.region, EventKind::kClientEvicted, self.Subject(), dead.slot,
                    self.region->client(dead.slot)->process_id.load());
    }
    trace::Record(*self.region, EventKind::kRecoveryBegan, self.Subject(), dead.slot,
                  dead.generation);
  }
  const Status status = TakeBackEverything(self, dead, report, store::Patience::kTry);
  AddToTotals(*self.region, *report);
  if (!status.ok()) {
    box.Pause(report);
    return status;
  }
  box.Close(report);
  trace::Record(*self.region, EventKind::kRecoveryDone, self.Subject(), dead.slot, report->locks,
                report->handles, report->segments);
  return status;
}

}  // namespace glasswal::recovery
