// The fields of a snapshot's region, files and segments: their names in JSON and what they mean.
//
// VisitFields(value, visit) calls visit(name, field, description) for each field in order. JSON,
// its schema and everything that is generated from that have the fields from here and from nowhere
// else; the other structs are in diag/fields_client.h and diag/fields_wal.h.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_VFS_DIAG_FIELDS_REGION_H_
#define GLASSWAL_VFS_DIAG_FIELDS_REGION_H_

#include "glasswal/snapshot.h"

namespace glasswal::diag {

constexpr const char* TypeName(const CounterValues*) { return "Counters"; }
template <typename Visitor>
void VisitFields(const CounterValues& c, Visitor&& visit) {
  visit("commits", c.commits, "Transactions committed to the write-ahead log.");
  visit("commitFrames", c.commit_frames, "Frames (pages) that those commits wrote.");
  visit("reads", c.reads, "Reads by copying (xRead).");
  visit("readBytes", c.read_bytes, "Bytes copied by reads.");
  visit("writes", c.writes, "Writes (xWrite) to any file.");
  visit("writeBytes", c.write_bytes, "Bytes written.");
  visit("fetches", c.fetches, "Reads without a copy (xFetch).");
  visit("readTransactions", c.read_transactions, "Read transactions begun.");
  visit("writeTransactions", c.write_transactions, "Write transactions begun.");
  visit("busy", c.busy, "SQLITE_BUSY results.");
  visit("lockWaits", c.lock_waits, "Times that a lock had to be waited for.");
  visit("lockWaitNs", c.lock_wait_ns, "Nanoseconds spent waiting for locks.");
  visit("full", c.full, "SQLITE_FULL results.");
  visit("errors", c.errors, "Other errors returned to SQLite.");
  visit("syncs", c.syncs, "Calls of xSync, which have nothing to do here.");
  visit("truncates", c.truncates, "Files made shorter.");
  visit("checkpoints", c.checkpoints, "Checkpoints run.");
  visit("checkpointFrames", c.checkpoint_frames, "Frames that checkpoints copied to the database.");
  visit("segmentsClaimed", c.segments_claimed, "Segments taken for files.");
  visit("segmentsReclaimed", c.segments_reclaimed, "Segments given back by truncation.");
}

constexpr const char* TypeName(const OptionValues*) { return "Options"; }
template <typename Visitor>
void VisitFields(const OptionValues& o, Visitor&& visit) {
#define GLASSWAL_VISIT_OPTION(option, member, uri, javascript, least, most, field, units, what) \
  visit(javascript, o.member, what);
  GLASSWAL_KEPT_OPTIONS(GLASSWAL_VISIT_OPTION)
#undef GLASSWAL_VISIT_OPTION
}

constexpr const char* TypeName(const RegionSnapshot*) { return "Region"; }
template <typename Visitor>
void VisitFields(const RegionSnapshot& r, Visitor&& visit) {
  visit("id", r.id, "The runtime's random id: 32 hexadecimal digits.");
  visit("layoutVersion", r.layout_version, "Version of the region's layout.");
  visit("closed", r.closed, "Whether the region is being given up; nobody can join any more.");
  visit("capacityBytes", r.capacity_bytes, "Address space of the region.");
  visit("committedBytes", r.committed_bytes, "How much of it has memory behind it; never shrinks.");
  visit("highWaterBytes", r.high_water_bytes, "The part of it that was ever in use.");
  visit("freeBytes", r.free_bytes, "Committed and free.");
  visit("segmentBytes", r.segment_bytes, "Size of a segment.");
  visit("segmentCount", r.segment_count, "Segments in the whole capacity.");
  visit("metadataSegments", r.metadata_segments, "Segments that hold the region's own tables.");
  visit("committedSegments", r.committed_segments, "Segments that have memory behind them.");
  visit("freeSegments", r.free_segments,
        "Committed segments that are free, by the region's gauge.");
  visit("reclaimedSegments", r.reclaimed_segments, "Segments that came back so far.");
  visit("reclaimedBytes", r.reclaimed_bytes, "The same in bytes.");
  visit("grown", r.grown, "Times that memory was added.");
  visit("full", r.full, "Claims that failed for want of room.");
  visit("silentReports", r.silent_reports, "Times that a silent holder was reported.");
  visit("topology", r.topology, "Changes of clients, files and connections so far.");
  visit("commitSequence", r.commit_sequence, "Bumped after each commit; wraps at 2^32.");
  visit("recoveries", r.recoveries, "Stale recoveries begun so far.");
  visit("recoveredHandles", r.recovered_handles, "Handles taken back from dead clients so far.");
  visit("recoveredLocks", r.recovered_locks, "Locks taken back from dead clients so far.");
  visit("clientCount", r.client_count, "Clients in the region.");
  visit("connectionCount", r.connection_count, "Open connections of all databases.");
  visit("openHandleCount", r.open_handle_count, "Open file handles of all clients.");
  visit("options", r.options, "What the region was created with.");
}

constexpr const char* TypeName(const EventRingSnapshot*) { return "EventRing"; }
template <typename Visitor>
void VisitFields(const EventRingSnapshot& e, Visitor&& visit) {
  visit("level", e.level, "What is recorded: this level and those before it.");
  visit("capacity", e.capacity, "Records that the ring holds.");
  visit("head", e.head, "Sequence of the next event; the first is 1.");
  visit("dropped", e.dropped, "Events given up because their place was being written.");
  visit("overwritten", e.overwritten, "Events that newer ones have replaced.");
}

constexpr const char* TypeName(const SegmentRun*) { return "SegmentRun"; }
template <typename Visitor>
void VisitFields(const SegmentRun& s, Visitor&& visit) {
  visit("first", s.first, "Number of the first segment.");
  visit("count", s.count, "How many follow each other with one kind and owner.");
  visit("kind", s.kind, "What they are used for.");
  visit("client", s.client, "Slot of the client that has them, for pending and private ones.");
  visit("file", s.file, "Number of the file that has them.");
}

constexpr const char* TypeName(const LockHolder*) { return "LockHolder"; }
template <typename Visitor>
void VisitFields(const LockHolder& h, Visitor&& visit) {
  visit("client", h.client, "Slot of the client; null if the connection is not open.");
  visit("clientName", h.client_name, "Its name.");
  visit("connection", h.connection, "Connection slot; null for the directory's lock.");
}

constexpr const char* TypeName(const FileSnapshot*) { return "File"; }
template <typename Visitor>
void VisitFields(const FileSnapshot& f, Visitor&& visit) {
  visit("number", f.number, "Place in the directory.");
  visit("generation", f.generation, "Grows each time that the place is used anew.");
  visit("path", f.path, "Name in the region's flat directory.");
  visit("kind", f.kind, "What the file is to SQLite.");
  visit("state", f.state, "Of the directory entry: unlinked files go when the last client closes.");
  visit("database", f.database, "Of a WAL or journal: the number of its database.");
  visit("logicalSizeBytes", f.logical_size_bytes, "Size as SQLite sees it.");
  visit("maxCapacityBytes", f.max_capacity_bytes, "SQLITE_FULL beyond it.");
  visit("segments", f.segments, "Data segments in use now.");
  visit("allocatedBytes", f.allocated_bytes, "The same in bytes.");
  visit("peakSegments", f.peak_segments, "The most there ever were.");
  visit("peakBytes", f.peak_bytes, "The same in bytes.");
  visit("reclaimedSegments", f.reclaimed_segments, "Segments given back by truncation.");
  visit("reclaimedBytes", f.reclaimed_bytes, "The same in bytes.");
  visit("mapSegments", f.map_segments, "Segments that list the data segments.");
  visit("openers", f.openers, "Slots of the clients that have it open.");
  visit("startsInWal", f.starts_in_wal,
        "Whether it is a new database that is to start in WAL mode.");
  visit("lockState", f.lock_state,
        "Of a database: how far it is locked. A WAL writer is 'reserved'.");
  visit("lockOwner", f.lock_owner, "Who has the strongest of those locks, if it is one.");
}

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_FIELDS_REGION_H_
