// The layout of a region: every byte that clients share, and who may touch it.
//
// OVERVIEW
//
//   A region is a run of segments of kSegmentBytes each. The first segments hold the metadata
//   below; all others are handed out one by one (or in runs) to files and clients.
//
//   offset 0                                                         header.capacity_bytes
//   +--------+---------+-------+------------+--------+------------+----------+-----------------+
//   | header | clients | files | recoveries | events | statements | segments | segment, ...    |
//   +--------+---------+-------+------------+--------+------------+----------+-----------------+
//            fixed tables, at the offsets that the header names              first_segment ...
//
//   A file of the flat directory is an ShmFile, up to kMapSegments map segments (arrays of segment
//   numbers, zero for a hole), and the data segments that those name. A main database has one more
//   segment, its control segment: an ShmDatabase with the locks, the connections and the table of
//   its wal-index blocks.
//
// RULES
//
//   1. Only explicitly sized integers; offsets and segment numbers, never an address. The bytes
//      mean the same natively and in WebAssembly (little-endian).
//   2. Bytes here are input. A reader checks every index and offset before use and caps every loop.
//   3. `magic` is written last, with release order: zero means that nobody has finished the region.
//   4. Every word that two clients may write is changed by compare-and-swap or another atomic
//      read-modify-write; all others have one writer, named beside the field.
//   5. What a client half-did is always findable from its slot: by the segments that carry its slot
//      number, by the one-entry intents, by its bits in lock words and open_clients.
//   6. Segment 0 is metadata, so 0 serves as "no segment" in every map.
//
// Comments beside fields say [writer]. "holder of X" means the client that holds lock X; "CAS"
// means any client by compare-and-swap; "owner" means the client or connection that the record
// belongs to. All fields are read by anyone at any time with relaxed order unless said otherwise:
// what can go wrong is that a reader sees a record in the middle of a change, and `state` words
// tell.
#ifndef GLASSWAL_VFS_SHM_LAYOUT_H_
#define GLASSWAL_VFS_SHM_LAYOUT_H_

#include <cstddef>
#include <cstdint>

#include "glasswal/option_names.h"
#include "shm/event_record.h"
#include "shm/recovery_record.h"
#include "shm/statement_record.h"
#include "shm/words.h"

namespace glasswal::shm {

inline constexpr uint64_t kMagic = 0x6c61777373616c67;  // "glasswal" in little-endian order.
inline constexpr uint32_t kLayoutVersion = 4;

inline constexpr uint64_t kSegmentBytes = 64 * 1024;
inline constexpr uint32_t kMaxFiles = 1024;
inline constexpr uint32_t kPathBytes = 256;  // A file's path with its terminating zero.
inline constexpr uint32_t kMapEntries = kSegmentBytes / sizeof(uint32_t);
inline constexpr uint32_t kMapSegments = 16;  // 16 maps of 16,384 segments: 16 GiB a file.
inline constexpr uint64_t kMaxFileBytes = uint64_t{kMapSegments} * kMapEntries * kSegmentBytes;
inline constexpr uint32_t kWalIndexBlockBytes = 32 * 1024;  // SQLite's WALINDEX_PGSZ.
inline constexpr uint32_t kWalIndexBlocksPerSegment = kSegmentBytes / kWalIndexBlockBytes;
inline constexpr uint32_t kWalIndexSegments = 1024;  // 2,048 blocks: 8.3 million frames.
inline constexpr uint32_t kVersionBuckets = 64;      // A root's version is in one bucket,
inline constexpr uint32_t kVersionWays = 8;          // a cache line, wherever there was room.
inline constexpr uint32_t kMaxRecoveries = 32;
// The event ring holds a power of two of records.
inline constexpr uint32_t kMinEvents = BoundsOf(Option::kEventCapacity).least;
inline constexpr uint32_t kMaxEvents = BoundsOf(Option::kEventCapacity).most;
inline constexpr uint64_t kMinFileBytes = kSegmentBytes;  // What a file's maximum is at least.
inline constexpr uint64_t kMaxRegionBytes = BoundsOf(Option::kRegionCapacity).most;
inline constexpr uint32_t kNoSegment = 0;

// ---------------------------------------------------------------------------------------------
// Locks. The word's states and transitions are in lock/lock_word.h, waiting in lock/lock.h.

struct alignas(64) ShmLock {
  AtomicSlots word;     // [CAS] who holds the lock.
  Atomic64 since_ns;    // [exclusive holder] when it took it, its own clock: odd by the exact one,
                        // even by the coarse one; 0 when free.
  AtomicSlots waiters;  // [fetch_or/and by the waiter, recovery] one bit for each waiting slot.
  Atomic64 turn;        // [CAS] the waiter that goes next: count << 8 | slot + 1; low byte 0: none.
  Atomic32 queue_sequence;  // [releaser] futex on which waiters sleep.
  Atomic32 turn_sequence;   // [releaser] futex on which the waiter that goes next sleeps.
  Atomic64 reserved[3];

  Atomic64 acquired;      // Exclusive acquisitions. [exclusive holder]
  Atomic64 contended;     // Acquisitions and refusals that met a holder. [fetch_add]
  Atomic64 refused;       // SQLITE_BUSY for want of this lock. [fetch_add]
  Atomic64 waited_ns;     // Sum over all waits. [fetch_add]
  Atomic64 held_ns;       // Sum over all exclusive holds that are timed. [exclusive holder]
  Atomic64 last_wait_ns;  // The most recent wait. [waiter]
  Atomic64 recovered;     // Times that recovery took this lock from a dead holder. [fetch_add]
  Atomic64 hold_sampled;  // `acquired`, as far as holds are counted. [exclusive holder]

  Atomic32 wait_histogram[kHistogramBuckets];  // Waits, see trace/histogram.h. [fetch_add]
  Atomic32 hold_histogram[kHistogramBuckets];  // The same for exclusive holds. [exclusive holder]
};
static_assert(sizeof(ShmLock) == 128 + 2 * 4 * kHistogramBuckets);

/// The locks of one database, in the order of ShmDatabase::locks, with their names. The first eight
/// are those of SQLite's wal-index, in its own order; then the main file's, of which SHARED in
/// exclusive mode is EXCLUSIVE.
#define GLASSWAL_LOCKS(X)             \
  X(kLockWalWrite, "WRITE")           \
  X(kLockWalCheckpoint, "CHECKPOINT") \
  X(kLockWalRecover, "RECOVER")       \
  X(kLockWalRead0, "READ0")           \
  X(kLockWalRead1, "READ1")           \
  X(kLockWalRead2, "READ2")           \
  X(kLockWalRead3, "READ3")           \
  X(kLockWalRead4, "READ4")           \
  X(kLockMainShared, "SHARED")        \
  X(kLockMainReserved, "RESERVED")    \
  X(kLockMainPending, "PENDING")

enum LockId : uint32_t {
#define GLASSWAL_LOCK_ID(id, name) id,
  GLASSWAL_LOCKS(GLASSWAL_LOCK_ID)
#undef GLASSWAL_LOCK_ID
      kLockCount
};
inline constexpr uint32_t kWalLocks = 8;
inline constexpr uint32_t kWalReaders = 5;

// ---------------------------------------------------------------------------------------------
// Intents: what one client or connection is in the middle of, so that recovery can finish or undo
// it.

enum IntentKind : uint32_t {
  kIntentNone = 0,
  kIntentLink = 1,    // Putting `segment_word`'s segment into the map slot.
  kIntentUnlink = 2,  // Taking it out and freeing it.
};
enum MapKind : uint32_t {
  kMapData = 0,      // Entry `index` of the file's data map.
  kMapMap = 1,       // The file's map segment number `index`.
  kMapControl = 2,   // The file's control segment.
  kMapWalIndex = 3,  // The database's wal-index segment number `index`.
};

struct ShmIntent {
  Atomic64 target;   // [owner] IntentKind 8 | MapKind 8 | file 16 | index 32; 0: nothing under way.
                     // Written last when an intent begins, first when it ends.
  Atomic64 segment;  // [owner] the segment's number; 0 while it has not been claimed.
  Atomic64 segment_word;  // [owner] the segment's word as this intent expects to find it.
  Atomic64 reserved;
};
static_assert(sizeof(ShmIntent) == 32);

// ---------------------------------------------------------------------------------------------
// Segment words: kind 8 | owner 24 | sequence 32, from the top.
// For kSegmentPending and kSegmentPrivate the owner is a client: slot 8 | low 16 bits of
// generation. For the kinds of files it is file number 10 | low 14 bits of the file's generation.
// `sequence` counts claims, so that an old intent cannot mistake a later use for its own.

enum SegmentKind : uint32_t {
  kSegmentFree = 0,      // Never used since it was committed: reads as zeros.
  kSegmentReusable = 1,  // Freed: holds old bytes, zeroed when claimed.
  kSegmentMetadata = 2,
  kSegmentPending = 3,  // Claimed by a client and not yet linked anywhere.
  kSegmentPrivate = 4,  // A client's own memory.
  kSegmentMap = 5,
  kSegmentControl = 6,
  kSegmentDatabase = 7,
  kSegmentWal = 8,
  kSegmentJournal = 9,
  kSegmentWalIndex = 10,
  kSegmentKindCount = 11,
};

// ---------------------------------------------------------------------------------------------
// Clients.

enum ClientState : uint32_t {
  kClientFree = 0,
  kClientLive = 1,        // Its liveness lock was taken before this was written.
  kClientRecovering = 2,  // Proved dead; the slot in the word is recovering it.
};
enum ClientKind : uint32_t {
  kClientProcess = 0,
  kClientWorker = 1,
  kClientPage = 2,
  kClientWaSqlite = 3,
};

struct alignas(64) ShmClient {
  Atomic64 state;          // [CAS] ClientState 8 | recoverer slot + 1 8 | claim 16 | generation 32.
  Atomic64 heartbeat;      // [owner] calls that concern no connection; connections have their own.
  Atomic64 process_id;     // [owner] for people and for eviction; never proof of anything.
  Atomic64 process_start;  // [owner] start time in the kernel's ticks, against reuse of process_id.
  Atomic64 joined_ns;      // [owner] its monotonic clock.
  Atomic32 kind;           // [owner] ClientKind.
  Atomic32 connections;    // [owner] open connections.
  Atomic32 handles;        // [owner] open file handles.
  Atomic32 private_segments;      // [owner]
  Atomic64 waiting;               // [owner] region-level wait: 1 while it waits for the directory.
  ShmIntent intent;               // [holder of the directory lock who is this client]
  Atomic64 name[kNameBytes / 8];  // [owner, before going live] UTF-8, zero-terminated.
  Atomic64 silence_reported;  // [CAS by observers] the heartbeat at which its silence was reported.
  Atomic64 pid_namespace;  // [owner] which processes the number process_id is one of; 0: unknown.
  Atomic64 evicted;  // [evictor] generation of the client that it sent to its death; else another.
  Atomic64 reserved[9];
};
static_assert(sizeof(ShmClient) == 256);

// ---------------------------------------------------------------------------------------------
// Files.

enum FileState : uint32_t {
  kFileFree = 0,
  kFileCreating = 1,  // Being filled in by the holder of the directory lock.
  kFileLive = 2,
  kFileUnlinked = 3,  // No name any more; its storage goes when the last client closes it.
};
enum FileKind : uint32_t { kFileDatabase = 0, kFileWal = 1, kFileJournal = 2, kFileOther = 3 };

struct alignas(64) ShmFile {
  Atomic64 state;        // [holder of the directory lock] FileState 8 | FileKind 8 | unused 16 |
                         // generation 32. Release; readers acquire.
  Atomic64 size_bytes;   // [writer by SQLite's own locks] release, so that bytes come before size.
  Atomic64 limit_bytes;  // [creator] SQLITE_FULL beyond it.
  AtomicSlots open_clients;  // [holder of the directory lock, recovery] one bit for each client.
  Atomic32 segments;         // [fetch_add] data segments linked now.
  Atomic32 peak_segments;    // [CAS] the most there ever were.
  Atomic32 control_segment;  // [holder of the directory lock] of a main database, else 0.
  Atomic32 database;  // [creator] of a WAL or journal: file number + 1 of its database, else 0.
  Atomic64 reclaimed_segments;  // [fetch_add] given back by truncation.
  Atomic32 wal_default;  // [CAS] 1 while the file is a new database that is to start in WAL mode.
  Atomic32 reserved;
  Atomic32 maps[kMapSegments];    // [CAS from 0] segment numbers of the map segments.
  Atomic64 path[kPathBytes / 8];  // [creator] UTF-8, zero-terminated.
};
static_assert(sizeof(ShmFile) == 384);

// ---------------------------------------------------------------------------------------------
// Connections and databases. An ShmDatabase fills the control segment of its file.

enum ConnectionState : uint32_t { kConnectionFree = 0, kConnectionOpen = 1 };

/// The counters of a connection and, summed over the closed ones, of a database.
enum CounterId : uint32_t {
  kCounterCommits,
  kCounterCommitFrames,
  kCounterReads,
  kCounterReadBytes,
  kCounterWrites,
  kCounterWriteBytes,
  kCounterFetches,
  kCounterReadTransactions,
  kCounterWriteTransactions,
  kCounterBusy,
  kCounterLockWaits,
  kCounterLockWaitNs,
  kCounterFull,
  kCounterErrors,
  kCounterSyncs,
  kCounterTruncates,
  kCounterCheckpoints,
  kCounterCheckpointFrames,
  kCounterSegmentsClaimed,
  kCounterSegmentsReclaimed,
  kCounterStatements,  // Of an open connection ShmConnection::running counts them.
  kCounterSlowStatements,
  kCounterBusySnapshot,
  kCounterProtocol,
  kCounterInterrupts,
  kCounterCancels,
  kCounterCount,
};
inline constexpr uint32_t kCounterSlots = 28;
static_assert(kCounterCount <= kCounterSlots);

struct alignas(64) ShmConnection {
  Atomic64 state;  // [CAS] ConnectionState 8 | client slot 8 | unused 16 | client generation 32.
  Atomic64 heartbeat;       // [owner] bumped by every call of the VFS.
  Atomic64 opened_ns;       // [owner]
  Atomic64 transaction_ns;  // [owner] when its present transaction began (coarse clock); 0: none.
  Atomic64 waiting;  // [owner] lock 8 | mode 8 | unused 48, lock counted from 1; 0: not waiting.
  Atomic64 waiting_since_ns;         // [owner]
  Atomic64 last_operation;           // [owner] EventKind 16 | unused 16 | argument 32.
  Atomic64 waiting_until_ns;         // [owner] its deadline.
  Atomic64 counters[kCounterSlots];  // [owner] saturating.
  ShmIntent intent;                  // [owner]
  // What it runs: see store/statements.h.
  Atomic64 running;     // [owner] run 47 | row + 1 of the table of statements 16 | 1 while it
                        // runs. It keeps naming the row that ran last.
  Atomic64 running_ns;  // [owner] since when (coarse clock); before `running`. 0: not for long.
  Atomic64 row_runs;    // [owner] the run at which `running` began to name its row, and the
  Atomic64 row_reads;   // pages read, the writes, the waits and their time then: what
  Atomic64 row_writes;  // has been added since is the row's and not in it yet.
  Atomic64 row_waits;
  Atomic64 row_waited_ns;
  Atomic64 row_rows;      // [owner] rows returned since then.
  Atomic64 cancel;        // [canceller] the `running` that is to end; 0: none.
  Atomic64 cancelled_by;  // [canceller] slot + 1 32 | client generation 32; before `cancel`.
  Atomic32 statements;    // [owner] prepared and not finalized.
  Atomic32 transaction;   // [owner] number of the present or last transaction of this connection.
  Atomic64 reserved[5];
};
static_assert(sizeof(ShmConnection) == 448);

struct alignas(64) ShmDatabase {
  ShmLock locks[kLockCount];
  Atomic32 wal_index[kWalIndexSegments];  // [CAS from 0] segments of wal-index blocks, two in each.
  Atomic64 closed_counters[kCounterSlots];  // [fetch_add] of connections that are gone.
  Atomic64 checkpoint_held_back_by;   // [holder of CHECKPOINT] connection slot + 1 that limited the
                                      // last checkpoint; 0: none did.
  Atomic64 checkpoint_held_since_ns;  // [holder of CHECKPOINT] since when checkpoints fall short;
                                      // 0: they do not.
  Atomic64 last_checkpoint_ns;        // [holder of CHECKPOINT]
  Atomic64 fence;  // [fetch_add] the anchor of this database's fences (port/fence.h); unused where
                   // the platform has fences of its own.
  Atomic64 log_full;  // [holder of WRITE] 1 from when the log could not grow until it starts anew.
  Atomic64 checkpoint_short_at;  // [holder of CHECKPOINT] how long the log was when the last
                                 // checkpoint did not copy all of it; 0: it did.
  Atomic64 reserved[2];

  // Which tables commits have touched: see store/table_versions.h. Who may write is the holder of
  // WRITE, or without a log of RESERVED, and whoever recovers from it.
  Atomic64 changes;     // The number of the last commit. Release, after all that follows.
  Atomic64 everything;  // The last one that may have touched any table.
  Atomic64 forgotten;   // The last one of those that gave their place in `versions` to others.
  Atomic64 reserved_versions;
  Atomic64 versions[kVersionBuckets * kVersionWays];  // Root page 32 | the last commit that has
                                                      // touched it, its low 32 bits; 0: free.
  ShmConnection connections[kMaxConnections];
};
static_assert(sizeof(ShmDatabase) <= kSegmentBytes);
static_assert(offsetof(ShmDatabase, versions) % 64 == 0, "a bucket is a cache line");

// ---------------------------------------------------------------------------------------------
// The header.

struct alignas(64) ShmHeader {
  Atomic64 magic;            // [creator] kMagic, written last.
  Atomic32 version;          // [creator] kLayoutVersion.
  Atomic32 layout_hash_low;  // [creator] low half of kLayoutHash.
  Atomic64 runtime_id[2];    // [creator] random.
  Atomic64 capacity_bytes;   // [creator] of the whole region.
  Atomic32 segment_count;    // [creator] capacity_bytes / kSegmentBytes.
  Atomic32 first_segment;    // [creator] the first that is not metadata.
  Atomic64 clients_offset;   // [creator] offsets of the tables, each a multiple of 64.
  Atomic64 files_offset;
  Atomic64 recoveries_offset;
  Atomic64 events_offset;
  Atomic64 statements_offset;
  Atomic64 segments_offset;
  Atomic32 event_capacity;          // [creator] a power of two.
  Atomic32 statement_capacity;      // [creator] rows of the table of statements.
  Atomic32 fixed_capacity;          // [creator] option, 0 or 1.
  Atomic64 initial_database_bytes;  // [creator] options, see glasswal/options.h.
  Atomic64 max_database_bytes;
  Atomic64 initial_wal_bytes;
  Atomic64 max_wal_bytes;
  Atomic64 stale_ns;
  Atomic32 evict_stale;  // [creator] onStale: 0 report, 1 evict.
  Atomic32 closed;       // [last client to leave] 1: the region is being given up, do not join.
  Atomic32 event_level;  // [anyone] EventLevel. Here, because every call of every client reads it,
                         // and nothing else in this cache line changes.
  Atomic32
      statement_tracking;   // [anyone] StatementTracking. Beside event_level for the same reason.
  Atomic32 slow_ms;         // [creator] option.
  Atomic32 statement_text;  // [creator] StatementText.
  Atomic32 page_size;       // [creator] option.

  alignas(64) Atomic32 committed_segments;  // [CAS, only up] segments that memory stands behind.
  Atomic32 free_hint;      // [anyone] where the search for a free segment may start.
  Atomic64 free_segments;  // [fetch_add/sub] committed and free; too high by one for each client
                           // that was killed between changing a word and changing this.
  Atomic64 topology;       // [fetch_add] new owners of records (clients, files, connections,
                           // recoveries) and their end, for snapshots.
  Atomic64 grown;          // [fetch_add] times that committed_segments went up.
  Atomic64
      full;  // [fetch_add] times that room was wanted and not there, in the region or in a file.
  Atomic64 reclaimed_segments;  // [fetch_add] segments that came back.
  Atomic64 recoveries;          // [fetch_add] recoveries begun; the newest is number `recoveries`.
  Atomic64 recovered_handles;   // [fetch_add]
  Atomic64 recovered_locks;     // [fetch_add]
  Atomic64 silent_reports;      // [fetch_add]
  Atomic32 used_files;          // [holder of the directory lock, only up] entries of the table of
                                // files that were ever used: all others are free.
  Atomic32 wal_autocheckpoint;  // [creator] option.
  Atomic32 used_statements;     // [CAS, only up] rows of the table of statements that were ever
                                // used.
  Atomic32 statements_dropped;  // [fetch_add] rows that were given to another statement.
  Atomic64 fence;               // [fetch_add] as ShmDatabase::fence, for files of no database.

  alignas(64) Atomic64 event_head;  // [fetch_add] sequence of the next event; the first is 1.
  Atomic64 events_dropped;   // [fetch_add] events given up because their place was being written.
  Atomic32 commit_sequence;  // [committer] futex, bumped after each commit.
  Atomic32 commit_waiters;  // [fetch_add/sub] sleepers on commit_sequence; without any, no wake-up.
  ShmLock directory;  // Guards creation, deletion, opening and closing of files; names clients.
};

/// A hash over everything that two builds must agree on. Sizes and offsets stand for the field
/// lists.
constexpr uint64_t LayoutHash() {
  const uint64_t facts[] = {
      kLayoutVersion,
      sizeof(ShmHeader),
      sizeof(ShmClient),
      sizeof(ShmFile),
      sizeof(ShmDatabase),
      sizeof(ShmLock),
      sizeof(ShmConnection),
      sizeof(ShmRecovery),
      sizeof(ShmStatement),
      sizeof(ShmEvent),
      sizeof(ShmIntent),
      kSegmentBytes,
      kMaxClients,
      kMaxConnections,
      kMaxFiles,
      kMapSegments,
      kWalIndexSegments,
      kVersionBuckets,
      kVersionWays,
      kMaxRecoveries,
      kLockCount,
      kCounterCount,
      kSegmentKindCount,
      offsetof(ShmHeader, event_head),
      offsetof(ShmDatabase, connections),
  };
  uint64_t hash = 0xcbf29ce484222325;
  for (const uint64_t fact : facts) hash = (hash ^ fact) * 0x100000001b3;
  return hash ^ (hash >> 32);
}
inline constexpr uint32_t kLayoutHash = static_cast<uint32_t>(LayoutHash());

static_assert(sizeof(ShmHeader) % 64 == 0);
static_assert(offsetof(ShmHeader, magic) == 0);
static_assert(offsetof(ShmClient, intent) == 64);
static_assert(offsetof(ShmFile, maps) == 64);
static_assert(offsetof(ShmConnection, counters) == 64);

}  // namespace glasswal::shm

#endif  // GLASSWAL_VFS_SHM_LAYOUT_H_
