// What a region looks like at one moment, as plain values.
//
// A snapshot is taken by Observe() (glasswal/observe.h) without a lock and without a write. It
// holds copies only: keep it, compare it, send it elsewhere. ToJson() writes it with the field
// names in camelCase, and null for what is not there; SnapshotSchema() describes that JSON with the
// sentences that stand above the fields here and in the headers that this one includes: they are
// told nowhere else, and vfs/diag/fields.cmake takes them and the names from there.
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
#include <string>
#include <vector>

#include "glasswal/event.h"
#include "glasswal/snapshot_clients.h"
#include "glasswal/snapshot_kinds.h"
#include "glasswal/snapshot_region.h"
#include "glasswal/snapshot_statements.h"
#include "glasswal/snapshot_wal.h"

namespace glasswal {

/// What Observe() gives: everything that is known of a region at one moment.
struct Snapshot {
  /// When it was taken, by the observer's monotonic clock.
  uint64_t observed_ns = 0;
  /// Whether no client, file or connection came or went while it was taken.
  bool consistent = false;
  /// How often it was begun.
  uint32_t attempts = 0;
  /// The region as a whole.
  RegionSnapshot region;
  /// Counters of all databases.
  CounterValues totals;
  /// The event ring.
  EventRingSnapshot events;
  /// All clients.
  std::vector<ClientSnapshot> clients;
  /// Who had the free slots last.
  std::vector<FormerClient> former_clients;
  /// All files.
  std::vector<FileSnapshot> files;
  /// Counters by database.
  std::vector<DatabaseSnapshot> databases;
  /// All open connections.
  std::vector<ConnectionSnapshot> connections;
  /// All locks: the directory's, then those of each database.
  std::vector<LockSnapshot> locks;
  /// The write-ahead state of each database.
  std::vector<WalSnapshot> wals;
  /// The last recoveries with their black boxes, newest first.
  std::vector<RecoverySnapshot> recoveries;
  /// What was run, by which connection, and what it has cost.
  std::vector<StatementTotals> statements;
  /// Committed segments by kind: free, reusable, metadata, pending, private, map, control,
  /// database, wal, journal, walIndex, unknown.
  std::array<uint32_t, kSegmentKinds> segment_counts{};
  /// What each committed segment is used for.
  /// In JSON: segmentRuns, of SegmentRuns().
  std::vector<SegmentSnapshot> segments;
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
