// What a region looks like at one moment, as plain values.
//
// A snapshot is taken by Observe() (glasswal/observe.h) without a lock and without a write. It
// holds copies only: keep it, compare it, send it elsewhere. ToJson() writes it with the field
// names in camelCase; SnapshotSchema() describes that JSON, field by field, and so documents this
// file too.
//
// Times are nanoseconds, sizes bytes. An age is the observer's clock minus a client's clock, which
// is for people to look at: nothing decides about life or death by it. Slots, file numbers and
// lock holders were checked against their tables; text is as the clients wrote it, and may be any
// bytes.
//
// Thread-safety: values.
#ifndef GLASSWAL_SNAPSHOT_H_
#define GLASSWAL_SNAPSHOT_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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
  kProcess,  // A process of the machine.
  kWorker,   // A worker of a page, or a thread of Node.
  kPage,     // A page's main thread, which never waits for a lock.
  kUnknown   // None that this version writes.
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
const char* Name(EventLevel level);
/// @}

/// Buckets of a histogram: bucket b counts [2^b, 2^(b+1)) nanoseconds.
inline constexpr uint32_t kSnapshotHistogramBuckets = 32;
/// Read marks of a write-ahead log, as SQLite has them.
inline constexpr uint32_t kReadMarks = 5;

/// What a connection, a database or the whole region did. All saturate.
struct CounterValues {
  uint64_t commits = 0;
  uint64_t commit_frames = 0;
  uint64_t reads = 0;
  uint64_t read_bytes = 0;
  uint64_t writes = 0;
  uint64_t write_bytes = 0;
  uint64_t fetches = 0;
  uint64_t read_transactions = 0;
  uint64_t write_transactions = 0;
  uint64_t busy = 0;
  uint64_t lock_waits = 0;
  uint64_t lock_wait_ns = 0;
  uint64_t full = 0;
  uint64_t errors = 0;
  uint64_t syncs = 0;
  uint64_t truncates = 0;
  uint64_t checkpoints = 0;
  uint64_t checkpoint_frames = 0;
  uint64_t segments_claimed = 0;
  uint64_t segments_reclaimed = 0;
};

/// The options that the region was created with.
struct OptionValues {
  uint64_t initial_database_capacity_bytes = 0;
  uint64_t max_database_capacity_bytes = 0;
  uint64_t initial_write_ahead_capacity_bytes = 0;
  uint64_t max_write_ahead_capacity_bytes = 0;
  bool fixed_capacity = false;
  uint64_t stale_ms = 0;
  OnStale on_stale = OnStale::kReport;
  uint32_t event_capacity = 0;
};

/// The region as a whole: its memory, and how often it did what.
struct RegionSnapshot {
  std::string id;  // 32 hexadecimal digits.
  uint32_t layout_version = 0;
  bool closed = false;
  uint64_t capacity_bytes = 0;
  uint64_t committed_bytes = 0;
  uint64_t high_water_bytes = 0;
  uint64_t free_bytes = 0;
  uint64_t segment_bytes = 0;
  uint32_t segment_count = 0;
  uint32_t metadata_segments = 0;
  uint32_t committed_segments = 0;
  uint64_t free_segments = 0;
  uint64_t reclaimed_segments = 0;
  uint64_t reclaimed_bytes = 0;
  uint64_t grown = 0;
  uint64_t full = 0;
  uint64_t silent_reports = 0;
  uint64_t topology = 0;
  uint32_t commit_sequence = 0;
  uint64_t recoveries = 0;
  uint64_t recovered_handles = 0;
  uint64_t recovered_locks = 0;
  uint32_t client_count = 0;
  uint32_t connection_count = 0;
  uint32_t open_handle_count = 0;
  OptionValues options;
};

/// Who holds a lock or waits for it.
struct LockHolder {
  std::optional<uint32_t> client;  // Slot; none if the connection slot is not open.
  std::string client_name;
  std::optional<uint32_t> connection;  // Slot in the database; none for the directory's lock.
};

/// A lock, with who holds it and who waits.
struct LockSnapshot {
  std::optional<uint32_t> file;  // Number of the database; none for the directory's lock.
  std::string database;
  std::string name;
  bool valid = true;
  bool exclusive = false;
  std::vector<LockHolder> holders;
  std::vector<LockHolder> waiters;
  std::optional<LockHolder> turn;
  uint64_t held_ns = 0;
  uint64_t acquired = 0;
  uint64_t contended = 0;
  uint64_t refused = 0;
  uint64_t recovered = 0;
  uint64_t total_waited_ns = 0;
  uint64_t total_held_ns = 0;
  uint64_t last_wait_ns = 0;
  std::array<uint32_t, kSnapshotHistogramBuckets> wait_histogram{};
  std::array<uint32_t, kSnapshotHistogramBuckets> hold_histogram{};
};

/// A client: a process, a worker or a page that joined.
struct ClientSnapshot {
  uint32_t slot = 0;
  std::string name;
  ClientKind kind = ClientKind::kUnknown;
  ClientState state = ClientState::kUnknown;
  uint32_t generation = 0;
  std::optional<uint32_t> recoverer;
  uint64_t process_id = 0;
  uint64_t age_ns = 0;
  uint64_t heartbeat = 0;
  uint64_t own_heartbeat = 0;
  std::optional<uint64_t> silent_ns;  // None until a SilenceTracker has filled it in.
  uint32_t connections = 0;
  uint32_t handles = 0;
  uint32_t held_locks = 0;
  uint32_t private_segments = 0;
  uint64_t private_bytes = 0;
  uint32_t pending_segments = 0;
  bool waiting_for_directory = false;
};

/// The last client of a slot that is free now: whom events of that slot and generation tell of.
struct FormerClient {
  uint32_t slot = 0;
  uint32_t generation = 0;
  std::string name;
};

/// A file of the region: a database, a write-ahead log or a journal.
struct FileSnapshot {
  uint32_t number = 0;
  uint32_t generation = 0;
  std::string path;
  FileKind kind = FileKind::kUnknown;
  FileState state = FileState::kUnknown;
  std::optional<uint32_t> database;  // Of a WAL or journal.
  uint64_t logical_size_bytes = 0;
  uint64_t max_capacity_bytes = 0;
  uint32_t segments = 0;
  uint64_t allocated_bytes = 0;
  uint32_t peak_segments = 0;
  uint64_t peak_bytes = 0;
  uint64_t reclaimed_segments = 0;
  uint64_t reclaimed_bytes = 0;
  uint32_t map_segments = 0;
  std::vector<uint32_t> openers;
  bool starts_in_wal = false;
  FileLockState lock_state = FileLockState::kUnlocked;
  std::optional<LockHolder> lock_owner;
};

/// A lock that a connection holds.
struct HeldLock {
  std::string name;
  LockMode mode = LockMode::kUnknown;
};

/// The lock that a connection waits for.
struct LockWait {
  std::string name;
  LockMode mode = LockMode::kUnknown;
  uint64_t waited_ns = 0;
  uint64_t remaining_ns = 0;
};

/// An open connection, and what it is doing.
struct ConnectionSnapshot {
  uint32_t file = 0;
  std::string database;
  uint32_t slot = 0;
  std::optional<uint32_t> client;  // None if the slot's number is no client's.
  std::string client_name;
  uint32_t client_generation = 0;
  uint64_t age_ns = 0;
  uint64_t heartbeat = 0;
  std::optional<uint32_t> read_mark;
  std::optional<uint32_t> snapshot_frame;
  std::vector<HeldLock> held_locks;
  std::optional<LockWait> waiting;
  std::string last_operation;
  uint32_t last_operation_argument = 0;
  uint64_t transaction_ns = 0;
  CounterValues counters;
};

/// What was done to a database, by the connections that are open and by those that were.
struct DatabaseSnapshot {
  uint32_t file = 0;
  std::string path;
  uint32_t connections = 0;
  CounterValues totals;
  CounterValues closed_connections;
};

/// One of the five places up to which readers see the write-ahead log.
struct ReadMark {
  uint32_t index = 0;
  std::optional<uint32_t> frame;  // None: not in use.
  std::vector<LockHolder> holders;
};

/// A connection that keeps the checkpoint from its goal.
struct CheckpointHolder {
  LockHolder holder;
  uint64_t duration_ns = 0;
};

/// The write-ahead log of a database, and what keeps it from being checkpointed.
struct WalSnapshot {
  uint32_t file = 0;
  std::string database;
  std::optional<uint32_t> wal_file;
  std::string wal_path;
  uint64_t size_bytes = 0;
  uint64_t allocated_bytes = 0;
  uint64_t max_capacity_bytes = 0;
  bool header_valid = false;
  uint32_t page_size_bytes = 0;
  uint32_t frames = 0;
  uint32_t database_pages = 0;
  uint32_t backfilled = 0;
  uint32_t backfill_attempted = 0;
  uint32_t change_counter = 0;
  std::array<uint32_t, 2> salts{};
  std::vector<ReadMark> read_marks;
  std::optional<LockHolder> writer;
  std::optional<LockHolder> checkpointer;
  std::optional<CheckpointHolder> held_back_by;
  std::optional<CheckpointHolder> oldest_reader;
  uint64_t last_checkpoint_age_ns = 0;
  uint32_t wal_index_segments = 0;
};

/// One lock that a dead client held or waited for.
struct BlackBoxLock {
  std::optional<uint32_t> file;
  std::string path;
  std::string name;
  std::optional<uint32_t> connection;
  LockMode mode = LockMode::kUnknown;
  bool waiting = false;
  uint64_t held_ns = 0;
};

/// A recovery from a dead client: what it had, and what it did last.
struct RecoverySnapshot {
  uint64_t number = 0;
  bool running = false;
  uint64_t age_ns = 0;
  uint64_t duration_ns = 0;
  uint32_t client = 0;
  std::string client_name;
  uint32_t client_generation = 0;
  ClientKind client_kind = ClientKind::kUnknown;
  uint64_t process_id = 0;
  bool evicted = false;
  uint32_t recoverer = 0;
  uint64_t silent_ns = 0;
  uint64_t heartbeat = 0;
  uint32_t locks = 0;
  uint32_t connections = 0;
  uint32_t handles = 0;
  uint32_t segments = 0;
  uint32_t wal_indexes_spoiled = 0;
  std::vector<BlackBoxLock> held_locks;
  std::vector<Event> last_events;
};

/// The ring that events are recorded in.
struct EventRingSnapshot {
  EventLevel level = EventLevel::kOff;
  uint32_t capacity = 0;
  uint64_t head = 0;
  uint64_t dropped = 0;
  uint64_t overwritten = 0;
};

/// One segment; its number is its place in Snapshot::segments.
struct SegmentSnapshot {
  SegmentKind kind = SegmentKind::kUnknown;  // What it is used for.
  /// Client slot if the kind is kPending or kPrivate; file number of the later kinds.
  uint16_t owner = 0;
  uint16_t owner_generation = 0;  // Of that slot or file number.
  uint32_t sequence = 0;          // Its place in the file that it belongs to.
};

/// Neighbouring segments of one kind and owner: how JSON shows the map.
struct SegmentRun {
  uint32_t first = 0;
  uint32_t count = 0;
  SegmentKind kind = SegmentKind::kUnknown;
  std::optional<uint32_t> client;
  std::optional<uint32_t> file;
};
/// The runs of neighbouring segments, in the order of the segments.
std::vector<SegmentRun> SegmentRuns(const std::vector<SegmentSnapshot>& segments);

/// What Observe() gives: everything that is known of a region at one moment.
struct Snapshot {
  uint64_t observed_ns = 0;
  bool consistent = false;
  uint32_t attempts = 0;
  RegionSnapshot region;
  CounterValues totals;
  EventRingSnapshot events;
  std::vector<ClientSnapshot> clients;
  std::vector<FormerClient> former_clients;
  std::vector<FileSnapshot> files;
  std::vector<DatabaseSnapshot> databases;
  std::vector<ConnectionSnapshot> connections;
  std::vector<LockSnapshot> locks;
  std::vector<WalSnapshot> wals;
  std::vector<RecoverySnapshot> recoveries;              // Newest first.
  std::array<uint32_t, kSegmentKinds> segment_counts{};  // By SegmentKind; committed segments only.
  std::vector<SegmentSnapshot> segments;                 // The committed ones.
};

/// The snapshot, or one event, as one line of JSON. 64-bit numbers are written as numbers.
/// @{
std::string ToJson(const Snapshot& snapshot);
std::string ToJson(const Event& event);
/// @}

/// The JSON schema of ToJson(const Snapshot&), with a description of every field.
std::string SnapshotSchema();

}  // namespace glasswal

#endif  // GLASSWAL_SNAPSHOT_H_
