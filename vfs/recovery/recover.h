// Recovering from a dead client: what it held is taken back, what it half-did is finished or
// undone.
//
// ORDER, for each database in which the dead had a connection:
//   1. If it held WAL_WRITE, the wal-index is spoiled, so that the next client rebuilds it. This
//      comes BEFORE the lock is released: a writer that died inside walRestartHdr() leaves an index
//      that looks valid and makes the next acknowledged commit vanish.
//   2. Its intent is finished or undone.
//   3. If it may have committed without telling which tables, all of them count as touched.
//   4. Its bits leave all lock words, WAL_WRITE last; the waiters are woken.
// then, for the region: the directory's lock, open files, unpublished claims, private memory,
// records of the event ring that it was writing, recoveries that it was doing itself.
//
// Every step can be repeated, so a recoverer that dies anywhere is followed by another that starts
// from the top.
//
// Thread-safety: the caller holds the slot in state Recovering under its own name.
#ifndef GLASSWAL_VFS_RECOVERY_RECOVER_H_
#define GLASSWAL_VFS_RECOVERY_RECOVER_H_

#include <cstdint>

#include "glasswal/status.h"
#include "store/client_context.h"
#include "store/directory.h"

namespace glasswal::recovery {

struct RecoveryReport {
  uint32_t locks = 0;
  uint32_t connections = 0;
  uint32_t handles = 0;
  uint32_t segments = 0;
  uint32_t wal_indexes_spoiled = 0;
};

/// Who is recovered from and how it came to that.
struct Casualty {
  uint32_t slot = 0;
  uint32_t generation = 0;
  uint64_t silent_ns = 0;
  bool evicted = false;
};

/// Takes back everything. kBusy if the directory's lock could not be had with this patience: then
/// nothing of the dead keeps anybody from a database any more, and its files, memory and slot come
/// back when this is called again.
Status TakeBackEverything(store::ClientContext& self, const Casualty& dead, RecoveryReport* report,
                          store::Patience patience);

/// TakeBackEverything with its black box and its events, on behalf of a caller who must not be held
/// up: a stopped holder of the directory's lock makes it kBusy at once. An interrupted recovery is
/// the same recovery when it is taken up again, with the same black box.
Status RecoverFrom(store::ClientContext& self, const Casualty& dead, RecoveryReport* report);

}  // namespace glasswal::recovery

#endif  // GLASSWAL_VFS_RECOVERY_RECOVER_H_
