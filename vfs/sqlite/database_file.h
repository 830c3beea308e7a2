// An open main database: the sqlite3_file that SQLite sees, with its locks and its wal-index.
//
// One object is one connection of the region (store/connection.h). It is spread over several files:
// database_io.cpp (bytes), main_locks.cpp (SHARED to EXCLUSIVE), wal_locks.cpp (the wal-index and
// its locks), file_control.cpp.
//
// Thread-safety: used by one thread at a time, as SQLite does.
#ifndef GLASSWAL_VFS_SQLITE_DATABASE_FILE_H_
#define GLASSWAL_VFS_SQLITE_DATABASE_FILE_H_

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "glasswal/sqlite.h"
#include "lock/lock.h"
#include "port/stack.h"
#include "recovery/client.h"
#include "sqlite/file_control.h"
#include "sqlite/sqlite_api.h"
#include "sqlite/statement_watch.h"
#include "sqlite/vfs.h"
#include "store/connection.h"
#include "store/file.h"
#include "store/table_versions.h"
#include "trace/counters.h"

namespace glasswal::sqlite {

struct DatabaseFile;

/// Looks at the clients behind the connections that hold a lock of one database.
class ConnectionWatch : public lock::HolderWatch {
 public:
  explicit ConnectionWatch(DatabaseFile* file) : file_(file) {}
  bool LookAtHolders(uint64_t holders) override;
  bool IsFenced() override;
  bool IsCancelled() override;
  /// False when the holders were looked at so short a time ago that a reader that only shops for a
  /// free read mark need not look again.
  bool IsDue();

 private:
  DatabaseFile* const file_;
  uint64_t looked_ns_ = 0;
};

/// How long a connection has been asking for a lock that is not waited for here: SQLite's busy
/// handler sleeps between two tries, and only the tries are seen. A try that comes soon after the
/// last one belongs to the same wait.
class RepeatedTries {
 public:
  /// `id` was refused once more; returns since how long it has been.
  uint64_t Refused(shm::LockId id);
  /// Whoever has been waiting for `id` has it, or has given up.
  void End(shm::LockId id) {
    if (id == id_) since_ns_ = 0;
  }

 private:
  shm::LockId id_ = shm::kLockMainShared;
  uint64_t since_ns_ = 0;  // 0: not waiting.
  uint64_t last_ns_ = 0;
};

/// The object behind the sqlite3_file of a main database. `base` must come first.
struct DatabaseFile {
  sqlite3_file base;
  Vfs* vfs;
  std::shared_ptr<Runtime> runtime;
  store::File file;
  store::Connection connection;
  std::unique_ptr<ConnectionWatch> watch;
  std::unique_ptr<StatementWatch> statements;

  int lock_level = SQLITE_LOCK_NONE;
  uint32_t shared_mask = 0;     // WAL locks held in shared mode, one bit each.
  uint32_t exclusive_mask = 0;  // ... and in exclusive mode.
  FileSettings settings;
  uint32_t change_before = 0;        // The wal-index's change counter when WRITE was taken.
  uint32_t frame_before = 0;         // ... and its last frame.
  uint32_t change_raised = 0;        // The last one whose tables have been told; see below.
  uint32_t copied_before = 0;        // What was copied of the log when a checkpoint began to copy.
  std::byte* wal_index = nullptr;    // Block 0 once it has been mapped.
  uint64_t wal_index_blocks = 0;     // So many of the first blocks are known to exist.
  const store::File* log = nullptr;  // Its log while that is open and no shim is between.
  uint32_t write_patience_ms = 0;    // How long this writer was ready to wait for WRITE,
  uint64_t patience_until_ns = 0;    // until when it waits for readers of the log (0: not yet),
  uint64_t patience_lost_ns = 0;     // and when it last did so in vain; see log_room.h.
  int fetched = 0;                   // Outstanding xFetch references.
  bool created_as_wal = false;  // This connection wrote the page 1 that says so; see HandlePragma.
  bool has_read = false;        // SQLite has had SHARED, and so may know of an earlier mode.
  // SQLITE_FCNTL_BUSYHANDLER: what SQLite itself would call before it tries again; see
  // MayTryAgain().
  int (*busy_handler)(void*) = nullptr;
  void* busy_argument = nullptr;
  RepeatedTries tries;
  GlasswalTouched* touched = nullptr;  // What the patched SQLite notes of its transactions.
  Refusal refusal;
  bool has_quiet_refusals = false;  // kFcntlQuietRefusals.

  // What the runtime says of itself, kept at hand because every call asks.
  recovery::Client* self = nullptr;
  shm::Region* shared = nullptr;

  recovery::Client& client() const { return *self; }
  shm::Region& region() const { return *shared; }
  shm::ShmDatabase* database() const { return connection.database; }

  /// Every method begins with this: the heartbeat, and whether this client may still touch the
  /// region. A client whose stack has run over has damaged memory, and must not go on.
  bool Enter() {
    if (!port::IsStackIntact()) std::abort();
    trace::AddOwned(connection.shm->heartbeat);
    return !client().IsFenced();
  }
  void Count(shm::CounterId counter, uint64_t amount = 1) {
    trace::AddOwned(connection.shm->counters[counter], amount);
  }
  bool IsRecorded(EventKind kind) const { return trace::IsRecorded(region(), LevelOf(kind)); }
  void Record(EventKind kind, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0, uint64_t d = 0) {
    if (IsRecorded(kind)) [[unlikely]] {
      trace::WriteEvent(region(), kind, connection.Subject(), a, b, c, d);
    }
  }
  /// Notes what the connection does for snapshots.
  void NoteOperation(EventKind kind, uint32_t argument) {
    connection.shm->last_operation.store(uint64_t{static_cast<uint16_t>(kind)} << 48 | argument,
                                         std::memory_order_relaxed);
  }

  /// The result code for a client that was declared dead, with message and event.
  int Fenced(int code);
  /// SQLITE_FULL with message and event. `why` goes on where the sentence about the limit ends;
  /// empty: with what can be done in general.
  int Full(uint64_t wanted_bytes, uint64_t limit_bytes, const char* what,
           const std::string& why = {});
  /// Counts and returns an error.
  int Error(int code, const std::string& message);

  /// Takes one lock of the database in `mode`; SQLITE_OK, SQLITE_BUSY, SQLITE_BUSY_TIMEOUT or an
  /// error. Where the mode is known most of it goes away, which is more than a compiler expects.
  [[gnu::always_inline]] int AcquireLock(shm::LockId id, lock::LockMode mode, uint32_t timeout_ms) {
    const lock::Timing timing =
        mode == lock::LockMode::kExclusive ? TimingOf(id) : lock::Timing::kNone;
    if (!lock::TryAcquire(&database()->locks[id], connection.slot, mode, timeout_ms != 0, timing)) {
      return AcquireLockSlowly(id, mode, timeout_ms);
    }
    tries.End(id);
    Record(EventKind::kLockAcquired, id, static_cast<uint64_t>(mode));
    return SQLITE_OK;
  }
  /// The same for a lock that somebody was in the way of.
  int AcquireLockSlowly(shm::LockId id, lock::LockMode mode, uint32_t timeout_ms);
  /// How the time of holding `id` exclusively is kept: that of WRITE exactly while
  /// transactions are recorded, else sampled.
  lock::Timing TimingOf(shm::LockId id) const;
  /// Keeps, counts and records why `id` could not be had. For a lock that is not waited for here,
  /// the outcome's wait is that of the busy handler.
  void Refuse(shm::LockId id, lock::LockMode mode, lock::LockOutcome outcome);
  void ReleaseLock(shm::LockId id);
  /// Asks SQLite's busy handler, which waits meanwhile; false: its time is over, or there is none.
  bool MayTryAgain() const { return busy_handler != nullptr && busy_handler(busy_argument) != 0; }
  /// Tells in snapshots and events that the connection waits for a lock; both or neither. A wait of
  /// no length is not counted.
  void BeginWait(shm::LockId id, lock::LockMode mode, uint64_t timeout_ns);
  void EndWait(shm::LockId id, lock::LockMode mode, uint64_t waited_ns);
  /// Tells which tables the commit has touched that can be seen from now on.
  void RaiseTouched() {
    if (touched != nullptr && touched->bComplete != 0 && touched->bMore == 0) [[likely]] {
      store::RaiseVersions(database(), touched->aRoot, touched->nRoot);
    } else {
      store::RaiseAllVersions(database());
    }
    // Whatever is committed without the b-tree layer from here on is not what it has noted.
    if (touched != nullptr) touched->bComplete = 0;
  }
  /// The same in WAL mode, unless the wal-index's counter is at the commit that was told already.
  void RaiseIfNew(uint32_t change) {
    if (change == change_raised) return;
    RaiseTouched();
    change_raised = change;
  }
  /// Gives up all that the connection holds.
  void ReleaseAllLocks();

  static DatabaseFile* Of(sqlite3_file* file) { return reinterpret_cast<DatabaseFile*>(file); }
};

/// Why something cannot grow to `wanted_bytes`.
std::string FullMessage(uint64_t wanted_bytes, uint64_t limit_bytes, const char* what,
                        const std::string& why = {});

/// The methods of DatabaseFile.
extern const sqlite3_io_methods kDatabaseMethods;

// database_io.cpp
int DatabaseClose(sqlite3_file*);
int DatabaseRead(sqlite3_file*, void* to, int size, sqlite3_int64 offset);
int DatabaseWrite(sqlite3_file*, const void* from, int size, sqlite3_int64 offset);
int DatabaseTruncate(sqlite3_file*, sqlite3_int64 size);
int DatabaseSync(sqlite3_file*, int flags);
int DatabaseFileSize(sqlite3_file*, sqlite3_int64* size);
int DatabaseFetch(sqlite3_file*, sqlite3_int64 offset, int size, void** page);
int DatabaseUnfetch(sqlite3_file*, sqlite3_int64 offset, void* page);
/// Makes the header say rollback journal again. REQUIRES: EXCLUSIVE; nobody has used the database
/// in WAL mode.
int TakeBackWalMode(DatabaseFile*);
// main_locks.cpp
int DatabaseLock(sqlite3_file*, int level);
int DatabaseUnlock(sqlite3_file*, int level);
int DatabaseCheckReservedLock(sqlite3_file*, int* reserved);
// wal_locks.cpp
int DatabaseShmMap(sqlite3_file*, int block, int block_size, int extend, void volatile** address);
int DatabaseShmLock(sqlite3_file*, int first, int count, int flags);
void DatabaseShmBarrier(sqlite3_file*);
int DatabaseShmUnmap(sqlite3_file*, int delete_flag);
// file_control.cpp
int DatabaseFileControl(sqlite3_file*, int operation, void* argument);

inline constexpr int kSectorBytes = 512;
// Not SQLITE_IOCAP_SUBPAGE_READ: SQLite would then read overflow pages by xRead instead of using
// them in place.
inline constexpr int kDeviceCharacteristics =
    SQLITE_IOCAP_SAFE_APPEND | SQLITE_IOCAP_SEQUENTIAL | SQLITE_IOCAP_POWERSAFE_OVERWRITE;

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_DATABASE_FILE_H_
