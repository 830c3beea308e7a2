// The kinds and states that snapshots tell of; see glasswal/snapshot.h.
//
// Thread-safety: values and constants.
#ifndef GLASSWAL_SNAPSHOT_KINDS_H_
#define GLASSWAL_SNAPSHOT_KINDS_H_

#include <cstdint>

#include "glasswal/event.h"
#include "glasswal/options.h"

namespace glasswal {

// Most of these end with kUnknown, which stands for a number that no writer of this version
// writes.

/// Whether a client works, or was proved dead and is being recovered from.
enum class ClientState : uint8_t {
  kLive,        // It works, or is idle.
  kRecovering,  // It is dead, and somebody recovers from it.
  kUnknown      // None that this version writes.
};
/// Where a client runs.
enum class ClientKind : uint8_t {
  kProcess,   // A process of the machine.
  kWorker,    // A worker of a page, or a thread of Node.
  kPage,      // A page's main thread, which never waits for a lock.
  kWaSqlite,  // Connections of another SQLite, wa-sqlite, in a worker, a thread or a page.
  kUnknown    // None that this version writes.
};
/// What a file is to SQLite.
enum class FileKind : uint8_t {
  kDatabase,  // A main database, or an attached one.
  kWal,       // A write-ahead log.
  kJournal,   // A rollback journal.
  kOther,     // A super-journal, or what else SQLite may want.
  kUnknown    // None that this version writes.
};
/// Where a file is in its life; an unlinked one is there until the last handle is closed.
enum class FileState : uint8_t {
  kCreating,  // Its creator is not done yet.
  kLive,      // It can be opened.
  kUnlinked,  // It was deleted while somebody had it open.
  kUnknown    // None that this version writes.
};
/// How a lock is held or wanted.
enum class LockMode : uint8_t {
  kShared,     // With others.
  kExclusive,  // Alone.
  kUnknown     // None that this version writes.
};
/// How far a database file is locked, in SQLite's words; a WAL writer counts as kReserved.
enum class FileLockState : uint8_t {
  kUnlocked,  // Nobody reads or writes.
  kShared,    // Somebody reads.
  kReserved,  // Somebody is about to write, beside readers.
  kPending,   // Somebody waits for the last readers to go.
  kExclusive  // Somebody writes, alone.
};
/// What a segment of 64 KiB is used for.
enum class SegmentKind : uint8_t {
  kFree,      // Nobody's.
  kReusable,  // Nobody's any more; it was a file's, and is taken before a fresh one.
  kMetadata,  // The tables at the region's beginning.
  kPending,   // Claimed by a client and not yet part of a file.
  kPrivate,   // A client's own memory.
  kMap,       // Where the segments of a file are.
  kControl,   // Locks and counters of a database.
  kDatabase,  // Pages of a database.
  kWal,       // Frames of a write-ahead log.
  kJournal,   // A rollback journal.
  kWalIndex,  // SQLite's index of a write-ahead log.
  kUnknown    // None that this version writes.
};
/// How many kinds there are, kUnknown included.
inline constexpr uint32_t kSegmentKinds = static_cast<uint32_t>(SegmentKind::kUnknown) + 1;

/// The name that logs, JSON and SQL show.
/// @{
const char* Name(ClientState state);
const char* Name(ClientKind kind);
const char* Name(FileKind kind);
const char* Name(FileState state);
const char* Name(LockMode mode);
const char* Name(FileLockState state);
const char* Name(SegmentKind kind);
const char* Name(OnStale what);
const char* Name(StatementTracking what);
const char* Name(StatementText what);
const char* Name(EventLevel level);
/// @}

/// Read marks of a write-ahead log, as SQLite has them.
inline constexpr uint32_t kReadMarks = 5;

}  // namespace glasswal

#endif  // GLASSWAL_SNAPSHOT_KINDS_H_
