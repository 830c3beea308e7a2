// The connections of a database: claiming a slot, giving it back, and what is counted for it.
//
// A connection slot is what a bit of the database's lock words stands for, so a slot is only given
// back after no lock word names it any more.
//
// Thread-safety: claiming and releasing happen under the directory's lock; a claimed connection
// belongs to one thread at a time.
#ifndef GLASSWAL_VFS_STORE_CONNECTION_H_
#define GLASSWAL_VFS_STORE_CONNECTION_H_

#include <cstdint>

#include "glasswal/status.h"
#include "store/client_context.h"
#include "store/directory.h"

namespace glasswal::store {

/// One open main-database handle.
struct Connection {
  ClientContext* client = nullptr;
  uint32_t file = 0;  // Number of the database's file.
  uint32_t slot = 0;
  shm::ShmDatabase* database = nullptr;
  shm::ShmConnection* shm = nullptr;

  trace::EventSubject Subject() const {
    return client->Subject(slot + 1, file + 1, shm->transaction.load(std::memory_order_relaxed));
  }
};

/// Claims a free slot of the database in `file`. kFull when all are in use.
/// REQUIRES: the directory's lock; the file is open for this client.
Result<Connection> ClaimConnection(ClientContext& self, const DirectoryLock& lock, uint32_t file);

/// Takes every lock from the connection in `slot` and frees the slot. Its counters go to the
/// database's. Used on closing and, for a dead owner, by recovery. Idempotent.
/// Returns how many locks it still held.
uint32_t ReleaseConnection(shm::Region& region, shm::ShmDatabase* database, uint32_t slot);

/// True while the connection's slot is still its own. One load of a line that only it writes.
inline bool OwnsSlot(const Connection& connection) {
  return static_cast<uint32_t>(connection.shm->state.load(std::memory_order_relaxed)) ==
         connection.client->generation;
}

}  // namespace glasswal::store

#endif  // GLASSWAL_VFS_STORE_CONNECTION_H_
