// From the image of a region to the parts of its snapshot.
//
// Each function looks at one table. All of them take slots, file numbers and counts from the image
// as input: they compare before they index, and every loop ends with a table.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_VFS_DIAG_DECODE_H_
#define GLASSWAL_VFS_DIAG_DECODE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "diag/region_image.h"
#include "glasswal/snapshot.h"

namespace glasswal::diag {

// Who is meant by a slot (decode_holders.cpp).

/// The path of `file`; empty if the number is no file's.
std::string PathOf(const RegionImage& image, uint32_t file);
/// The client in `slot` if it is of `generation`.
std::optional<uint32_t> FindClient(const RegionImage& image, uint32_t slot, uint32_t generation);
/// The client in `slot` as the holder of a lock of the directory.
LockHolder HolderByClient(const RegionImage& image, uint32_t slot);
/// The connection in `slot` of `database` as the holder of one of its locks.
LockHolder HolderByConnection(const RegionImage& image, const DatabaseImage& database,
                              uint32_t slot);
/// All connections of a mask, in the order of their slots.
std::vector<LockHolder> HoldersByConnection(const RegionImage& image, const DatabaseImage& database,
                                            uint64_t mask);
/// The one connection of a mask; none if there are none or several.
std::optional<LockHolder> SoleHolder(const RegionImage& image, const DatabaseImage& database,
                                     uint64_t mask);

// Counters (decode_counters.cpp).

/// Adds the kCounterCount values at `counters` to `sum`.
void AddCounters(const shm::Atomic64* counters, CounterValues* sum);
/// Those of an open connection.
void AddCounters(const shm::ShmConnection& connection, CounterValues* sum);
void AddCounters(const CounterValues& values, CounterValues* sum);
std::vector<DatabaseSnapshot> DecodeDatabases(const RegionImage& image);

// Single values.

/// ClientKind of a number in the region (decode_clients.cpp).
ClientKind ClientKindOf(uint64_t kind);
/// The frame that a reader of `read_mark` is sure to see (decode_wal.cpp).
std::optional<uint32_t> SnapshotFrame(const DatabaseImage& database,
                                      std::optional<uint32_t> read_mark);

/// The durations that a histogram has counted (decode_statements.cpp).
std::vector<DurationBin> BinsOf(const shm::Atomic32 (&histogram)[shm::kHistogramBuckets]);
/// What the connection in `slot` of `file` runs, or has run last (decode_statements.cpp).
std::optional<ConnectionStatement> StatementOf(const RegionImage& image, uint32_t file,
                                               uint32_t slot, const shm::ShmConnection& from);

// The tables.

RegionSnapshot DecodeRegion(const RegionImage& image);
EventRingSnapshot DecodeEventRing(const RegionImage& image);
std::vector<SegmentSnapshot> DecodeSegments(const RegionImage& image);
std::vector<ClientSnapshot> DecodeClients(const RegionImage& image);
std::vector<FormerClient> DecodeFormerClients(const RegionImage& image);
std::vector<ConnectionSnapshot> DecodeConnections(const RegionImage& image);
std::vector<LockSnapshot> DecodeLocks(const RegionImage& image);
std::vector<FileSnapshot> DecodeFiles(const RegionImage& image);
std::vector<WalSnapshot> DecodeWals(const RegionImage& image);
std::vector<RecoverySnapshot> DecodeRecoveries(const RegionImage& image);
std::vector<StatementTotals> DecodeStatements(const RegionImage& image);

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_DECODE_H_
