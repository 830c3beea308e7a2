// What a snapshot tells of databases, their write-ahead logs, and recoveries from the dead.
//
// The sentence above a field is what JSON's schema, the reference and TypeScript say of it, too; see
// glasswal/snapshot.h.
//
// Thread-safety: values.
#ifndef GLASSWAL_SNAPSHOT_WAL_H_
#define GLASSWAL_SNAPSHOT_WAL_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "glasswal/event.h"
#include "glasswal/snapshot_kinds.h"
#include "glasswal/snapshot_region.h"

namespace glasswal {

/// What was done to a database, by the connections that are open and by those that were.
struct DatabaseSnapshot {
  /// Number of the file.
  uint32_t file = 0;
  /// Its path.
  std::string path;
  /// Open connections.
  uint32_t connections = 0;
  /// Counters of all connections, open and closed.
  CounterValues totals;
  /// Counters of the closed ones alone.
  CounterValues closed_connections;
};

/// One of the five places up to which readers see the write-ahead log.
struct ReadMark {
  /// 0 to 4. Readers of mark 0 read the database alone.
  uint32_t index = 0;
  /// Readers of this mark see at least so many frames; null: not in use.
  std::optional<uint32_t> frame;
  /// Who reads by it.
  std::vector<LockHolder> holders;
};

/// A connection that keeps the checkpoint from its goal.
struct CheckpointHolder {
  /// Who.
  LockHolder holder;
  /// For how long; 0: not known.
  uint64_t duration_ns = 0;
};

/// The write-ahead log of a database, and what keeps it from being checkpointed.
struct WalSnapshot {
  /// Number of the database.
  uint32_t file = 0;
  /// Path of the database.
  std::string database;
  /// Number of the write-ahead log's file; null while there is none.
  std::optional<uint32_t> wal_file;
  /// Path of the write-ahead log.
  std::string wal_path;
  /// Logical size of the write-ahead log.
  uint64_t size_bytes = 0;
  /// Memory that it takes.
  uint64_t allocated_bytes = 0;
  /// SQLITE_FULL beyond it.
  uint64_t max_capacity_bytes = 0;
  /// Whether both copies of the wal-index header agree and their checksum holds. If not, the next
  /// client rebuilds it, and the numbers below are those of the first copy as it is.
  bool header_valid = false;
  /// Size of a database page; 0: not known.
  uint32_t page_size_bytes = 0;
  /// Committed frames in the log (mxFrame).
  uint32_t frames = 0;
  /// Size of the database in pages after the last commit.
  uint32_t database_pages = 0;
  /// Frames that checkpoints have copied to the database.
  uint32_t backfilled = 0;
  /// Frames that a checkpoint began to copy.
  uint32_t backfill_attempted = 0;
  /// Bumped by each transaction.
  uint32_t change_counter = 0;
  /// The log's two salts; they change when it starts again from its beginning.
  std::array<uint32_t, 2> salts{};
  /// The five read marks.
  std::vector<ReadMark> read_marks;
  /// Who holds WRITE.
  std::optional<LockHolder> writer;
  /// Who holds CHECKPOINT.
  std::optional<LockHolder> checkpointer;
  /// The connection that limited the last checkpoint, and since when checkpoints fall short.
  std::optional<CheckpointHolder> held_back_by;
  /// The reader that limits a checkpoint at this moment, and the age of its transaction.
  std::optional<CheckpointHolder> oldest_reader;
  /// Since the last checkpoint; 0: none yet.
  uint64_t last_checkpoint_age_ns = 0;
  /// Segments that the wal-index takes.
  uint32_t wal_index_segments = 0;
};

/// One lock that a dead client held or waited for.
struct BlackBoxLock {
  /// Number of the database; null for the directory's lock.
  std::optional<uint32_t> file;
  /// Path of the file that has this number now; may be empty.
  std::string path;
  /// The lock.
  std::string name;
  /// Connection slot; null for the directory's lock.
  std::optional<uint32_t> connection;
  /// How it was held or wanted.
  LockMode mode = LockMode::kUnknown;
  /// Whether the dead client only waited for it.
  bool waiting = false;
  /// How long it was held by the recoverer's clock; 0: not known.
  uint64_t held_ns = 0;
};

/// A recovery from a dead client: what it had, and what it did last.
struct RecoverySnapshot {
  /// Recoveries are counted from 1.
  uint64_t number = 0;
  /// Whether it is under way.
  bool running = false;
  /// Since it began.
  uint64_t age_ns = 0;
  /// How long it took; 0 while it runs.
  uint64_t duration_ns = 0;
  /// Slot of the dead client.
  uint32_t client = 0;
  /// Its name.
  std::string client_name;
  /// Its generation.
  uint32_t client_generation = 0;
  /// Where it ran.
  ClientKind client_kind = ClientKind::kUnknown;
  /// Its process.
  uint64_t process_id = 0;
  /// Whether it was put to death on purpose.
  bool evicted = false;
  /// Slot of the client that recovered from it.
  uint32_t recoverer = 0;
  /// How long it had been silent by the recoverer's clock.
  uint64_t silent_ns = 0;
  /// Its last heartbeat.
  uint64_t heartbeat = 0;
  /// Locks taken back.
  uint32_t locks = 0;
  /// Connections closed.
  uint32_t connections = 0;
  /// File handles closed.
  uint32_t handles = 0;
  /// Segments freed.
  uint32_t segments = 0;
  /// Databases whose wal-index the next client rebuilds.
  uint32_t wal_indexes_spoiled = 0;
  /// The statement that it ran, that of the connection which wrote before others; or the last one.
  std::string statement;
  /// How long it had been running that; 0: it ran nothing.
  uint64_t running_ns = 0;
  /// What it held and waited for.
  std::vector<BlackBoxLock> held_locks;
  /// Its last events, oldest first.
  std::vector<Event> last_events;
};

}  // namespace glasswal

#endif  // GLASSWAL_SNAPSHOT_WAL_H_
