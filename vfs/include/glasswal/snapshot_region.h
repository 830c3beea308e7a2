// What a snapshot tells of the region as a whole, and of its files and segments.
//
// The sentence above a field is what JSON's schema, the reference and TypeScript say of it, too; see
// glasswal/snapshot.h.
//
// Thread-safety: values.
#ifndef GLASSWAL_SNAPSHOT_REGION_H_
#define GLASSWAL_SNAPSHOT_REGION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "glasswal/snapshot_kinds.h"

namespace glasswal {

/// What a connection, a database or the whole region did. All saturate.
struct CounterValues {
  /// Transactions committed to the write-ahead log.
  uint64_t commits = 0;
  /// Frames (pages) that those commits wrote.
  uint64_t commit_frames = 0;
  /// Reads by copying (xRead).
  uint64_t reads = 0;
  /// Bytes copied by reads.
  uint64_t read_bytes = 0;
  /// Writes (xWrite) to any file.
  uint64_t writes = 0;
  /// Bytes written.
  uint64_t write_bytes = 0;
  /// Reads without a copy (xFetch).
  uint64_t fetches = 0;
  /// Read transactions begun.
  uint64_t read_transactions = 0;
  /// Write transactions begun.
  uint64_t write_transactions = 0;
  /// SQLITE_BUSY results.
  uint64_t busy = 0;
  /// Times that a lock had to be waited for.
  uint64_t lock_waits = 0;
  /// Nanoseconds spent waiting for locks.
  uint64_t lock_wait_ns = 0;
  /// SQLITE_FULL results.
  uint64_t full = 0;
  /// Other errors returned to SQLite.
  uint64_t errors = 0;
  /// Calls of xSync, which have nothing to do here.
  uint64_t syncs = 0;
  /// Files made shorter.
  uint64_t truncates = 0;
  /// Checkpoints run.
  uint64_t checkpoints = 0;
  /// Frames that checkpoints copied to the database.
  uint64_t checkpoint_frames = 0;
  /// Segments taken for files.
  uint64_t segments_claimed = 0;
  /// Segments given back by truncation.
  uint64_t segments_reclaimed = 0;
  /// Runs of statements that have begun.
  uint64_t statements = 0;
  /// Those that took as long as the region's option slow_ms says, or longer.
  uint64_t slow_statements = 0;
  /// SQLITE_BUSY_SNAPSHOT results: another wrote since the transaction had begun to read.
  uint64_t busy_snapshot = 0;
  /// SQLITE_PROTOCOL results.
  uint64_t protocol = 0;
  /// SQLITE_INTERRUPT results, those of cancelled statements included.
  uint64_t interrupts = 0;
  /// Statements that another client, or this one, has cancelled.
  uint64_t cancels = 0;
};

/// The options that the region was created with, in the words of GLASSWAL_OPTION_TABLE
/// (glasswal/option_names.h).
struct OptionValues {
  /// Memory committed at the start for database pages.
  uint64_t initial_database_capacity_bytes = 0;
  /// SQLITE_FULL beyond it, for each database.
  uint64_t max_database_capacity_bytes = 0;
  /// Memory committed at the start for the write-ahead log.
  uint64_t initial_write_ahead_capacity_bytes = 0;
  /// SQLITE_FULL beyond it, for each write-ahead log.
  uint64_t max_write_ahead_capacity_bytes = 0;
  /// Whether all memory is committed at the start, for engines and policies without growth.
  bool fixed_capacity = false;
  /// Silence of a lock's holder is reported after so many milliseconds.
  uint64_t stale_ms = 0;
  /// What is done about a holder that is silent: it is reported, or ended too.
  OnStale on_stale = OnStale::kReport;
  /// What is known of statements: which one runs and what it cost, with exact times, or nothing.
  StatementTracking statements = StatementTracking::kOn;
  /// What is kept of a statement's text: it without its literals, all of it, or none.
  StatementText statement_text = StatementText::kRedacted;
  /// A statement that takes as many milliseconds is an event.
  uint32_t slow_ms = 0;
  /// Statements that are remembered; the one that ran longest ago goes first.
  uint32_t statement_capacity = 0;
  /// Records of the event ring; a power of two.
  uint32_t event_capacity = 0;
  /// Bytes of a page of databases that are made here; a power of two.
  uint32_t page_size = 0;
  /// Frames from which on a commit copies the log into the database; 0: none does.
  uint32_t wal_autocheckpoint = 0;
};

/// The region as a whole: its memory, and how often it did what.
struct RegionSnapshot {
  /// The runtime's random id: 32 hexadecimal digits.
  std::string id;
  /// Version of the region's layout.
  uint32_t layout_version = 0;
  /// Whether the region is being given up; nobody can join any more.
  bool closed = false;
  /// Address space of the region.
  uint64_t capacity_bytes = 0;
  /// How much of it has memory behind it; never shrinks.
  uint64_t committed_bytes = 0;
  /// The part of it that was ever in use.
  uint64_t high_water_bytes = 0;
  /// Committed and free.
  uint64_t free_bytes = 0;
  /// Size of a segment.
  uint64_t segment_bytes = 0;
  /// Segments in the whole capacity.
  uint32_t segment_count = 0;
  /// Segments that hold the region's own tables.
  uint32_t metadata_segments = 0;
  /// Segments that have memory behind them.
  uint32_t committed_segments = 0;
  /// Committed segments that are free, by the region's gauge.
  uint64_t free_segments = 0;
  /// Segments that came back so far.
  uint64_t reclaimed_segments = 0;
  /// The same in bytes.
  uint64_t reclaimed_bytes = 0;
  /// Times that memory was added.
  uint64_t grown = 0;
  /// Times that room was wanted and not there, in the region or within the limit of a database.
  uint64_t full = 0;
  /// Statements that were forgotten to make room for others.
  uint32_t statements_dropped = 0;
  /// Times that a silent holder was reported.
  uint64_t silent_reports = 0;
  /// Changes of clients, files and connections so far.
  uint64_t topology = 0;
  /// Bumped after each commit; wraps at 2^32.
  uint32_t commit_sequence = 0;
  /// Stale recoveries begun so far.
  uint64_t recoveries = 0;
  /// Handles taken back from dead clients so far.
  uint64_t recovered_handles = 0;
  /// Locks taken back from dead clients so far.
  uint64_t recovered_locks = 0;
  /// Clients in the region.
  uint32_t client_count = 0;
  /// Open connections of all databases.
  uint32_t connection_count = 0;
  /// Open file handles of all clients.
  uint32_t open_handle_count = 0;
  /// What the region was created with.
  OptionValues options;
};

/// The ring that events are recorded in.
struct EventRingSnapshot {
  /// What is recorded: this level and those before it.
  EventLevel level = EventLevel::kOff;
  /// Records that the ring holds.
  uint32_t capacity = 0;
  /// Sequence of the next event; the first is 1.
  uint64_t head = 0;
  /// Events given up because their place was being written.
  uint64_t dropped = 0;
  /// Events that newer ones have replaced.
  uint64_t overwritten = 0;
};

/// Who holds a lock or waits for it.
struct LockHolder {
  /// Slot of the client; null if the connection is not open.
  std::optional<uint32_t> client;
  /// Its name.
  std::string client_name;
  /// Connection slot; null for the directory's lock.
  std::optional<uint32_t> connection;
};

/// A file of the region: a database, a write-ahead log or a journal.
struct FileSnapshot {
  /// Place in the directory.
  uint32_t number = 0;
  /// Grows each time that the place is used anew.
  uint32_t generation = 0;
  /// Name in the region's flat directory.
  std::string path;
  /// What the file is to SQLite.
  FileKind kind = FileKind::kUnknown;
  /// Of the directory entry: unlinked files go when the last client closes.
  FileState state = FileState::kUnknown;
  /// Of a WAL or journal: the number of its database.
  std::optional<uint32_t> database;
  /// Size as SQLite sees it.
  uint64_t logical_size_bytes = 0;
  /// SQLITE_FULL beyond it.
  uint64_t max_capacity_bytes = 0;
  /// Data segments in use now.
  uint32_t segments = 0;
  /// The same in bytes.
  uint64_t allocated_bytes = 0;
  /// The most there ever were.
  uint32_t peak_segments = 0;
  /// The same in bytes.
  uint64_t peak_bytes = 0;
  /// Segments given back by truncation.
  uint64_t reclaimed_segments = 0;
  /// The same in bytes.
  uint64_t reclaimed_bytes = 0;
  /// Segments that list the data segments.
  uint32_t map_segments = 0;
  /// Slots of the clients that have it open.
  std::vector<uint32_t> openers;
  /// Whether it is a new database that is to start in WAL mode.
  bool starts_in_wal = false;
  /// Of a database: how far it is locked. A WAL writer is 'reserved'.
  FileLockState lock_state = FileLockState::kUnlocked;
  /// Who has the strongest of those locks, if it is one.
  std::optional<LockHolder> lock_owner;
};

/// One segment; its number is its place in Snapshot::segments.
struct SegmentSnapshot {
  /// What it is used for.
  SegmentKind kind = SegmentKind::kUnknown;
  /// Client slot if the kind is kPending or kPrivate; file number of the later kinds.
  uint16_t owner = 0;
  /// Of that slot or file number.
  uint16_t owner_generation = 0;
  /// Its place in the file that it belongs to.
  uint32_t sequence = 0;
};

/// Neighbouring segments of one kind and owner: how JSON shows the map.
struct SegmentRun {
  /// Number of the first segment.
  uint32_t first = 0;
  /// How many follow each other with one kind and owner.
  uint32_t count = 0;
  /// What they are used for.
  SegmentKind kind = SegmentKind::kUnknown;
  /// Slot of the client that has them, for pending and private ones.
  std::optional<uint32_t> client;
  /// Number of the file that has them.
  std::optional<uint32_t> file;
};
/// The runs of neighbouring segments, in the order of the segments.
std::vector<SegmentRun> SegmentRuns(const std::vector<SegmentSnapshot>& segments);

}  // namespace glasswal

#endif  // GLASSWAL_SNAPSHOT_REGION_H_
