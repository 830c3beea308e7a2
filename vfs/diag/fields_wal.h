// The fields of a snapshot's databases, write-ahead logs and recoveries, and of the snapshot
// itself; see diag/fields_region.h.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_VFS_DIAG_FIELDS_WAL_H_
#define GLASSWAL_VFS_DIAG_FIELDS_WAL_H_

#include "diag/fields_client.h"
#include "diag/fields_region.h"
#include "glasswal/snapshot.h"

namespace glasswal::diag {

constexpr const char* TypeName(const DatabaseSnapshot*) { return "Database"; }
template <typename Visitor>
void VisitFields(const DatabaseSnapshot& d, Visitor&& visit) {
  visit("file", d.file, "Number of the file.");
  visit("path", d.path, "Its path.");
  visit("connections", d.connections, "Open connections.");
  visit("totals", d.totals, "Counters of all connections, open and closed.");
  visit("closedConnections", d.closed_connections, "Counters of the closed ones alone.");
}

constexpr const char* TypeName(const ReadMark*) { return "ReadMark"; }
template <typename Visitor>
void VisitFields(const ReadMark& m, Visitor&& visit) {
  visit("index", m.index, "0 to 4. Readers of mark 0 read the database alone.");
  visit("frame", m.frame, "Readers of this mark see at least so many frames; null: not in use.");
  visit("holders", m.holders, "Who reads by it.");
}

constexpr const char* TypeName(const CheckpointHolder*) { return "CheckpointHolder"; }
template <typename Visitor>
void VisitFields(const CheckpointHolder& h, Visitor&& visit) {
  visit("holder", h.holder, "Who.");
  visit("durationNs", h.duration_ns, "For how long; 0: not known.");
}

constexpr const char* TypeName(const WalSnapshot*) { return "Wal"; }
template <typename Visitor>
void VisitFields(const WalSnapshot& w, Visitor&& visit) {
  visit("file", w.file, "Number of the database.");
  visit("database", w.database, "Path of the database.");
  visit("walFile", w.wal_file, "Number of the write-ahead log's file; null while there is none.");
  visit("walPath", w.wal_path, "Path of the write-ahead log.");
  visit("sizeBytes", w.size_bytes, "Logical size of the write-ahead log.");
  visit("allocatedBytes", w.allocated_bytes, "Memory that it takes.");
  visit("maxCapacityBytes", w.max_capacity_bytes, "SQLITE_FULL beyond it.");
  visit("headerValid", w.header_valid,
        "Whether both copies of the wal-index header agree and their checksum holds. If not, the "
        "next client rebuilds it, and the numbers below are those of the first copy as it is.");
  visit("pageSizeBytes", w.page_size_bytes, "Size of a database page; 0: not known.");
  visit("frames", w.frames, "Committed frames in the log (mxFrame).");
  visit("databasePages", w.database_pages, "Size of the database in pages after the last commit.");
  visit("backfilled", w.backfilled, "Frames that checkpoints have copied to the database.");
  visit("backfillAttempted", w.backfill_attempted, "Frames that a checkpoint began to copy.");
  visit("changeCounter", w.change_counter, "Bumped by each transaction.");
  visit("salts", w.salts,
        "The log's two salts; they change when it starts again from its beginning.");
  visit("readMarks", w.read_marks, "The five read marks.");
  visit("writer", w.writer, "Who holds WRITE.");
  visit("checkpointer", w.checkpointer, "Who holds CHECKPOINT.");
  visit("heldBackBy", w.held_back_by,
        "The connection that limited the last checkpoint, and since when checkpoints fall short.");
  visit("oldestReader", w.oldest_reader,
        "The reader that limits a checkpoint at this moment, and the age of its transaction.");
  visit("lastCheckpointAgeNs", w.last_checkpoint_age_ns, "Since the last checkpoint; 0: none yet.");
  visit("walIndexSegments", w.wal_index_segments, "Segments that the wal-index takes.");
}

constexpr const char* TypeName(const BlackBoxLock*) { return "BlackBoxLock"; }
template <typename Visitor>
void VisitFields(const BlackBoxLock& l, Visitor&& visit) {
  visit("file", l.file, "Number of the database; null for the directory's lock.");
  visit("path", l.path, "Path of the file that has this number now; may be empty.");
  visit("name", l.name, "The lock.");
  visit("connection", l.connection, "Connection slot; null for the directory's lock.");
  visit("mode", l.mode, "How it was held or wanted.");
  visit("waiting", l.waiting, "Whether the dead client only waited for it.");
  visit("heldNs", l.held_ns, "How long it was held by the recoverer's clock; 0: not known.");
}

constexpr const char* TypeName(const RecoverySnapshot*) { return "Recovery"; }
template <typename Visitor>
void VisitFields(const RecoverySnapshot& r, Visitor&& visit) {
  visit("number", r.number, "Recoveries are counted from 1.");
  visit("running", r.running, "Whether it is under way.");
  visit("ageNs", r.age_ns, "Since it began.");
  visit("durationNs", r.duration_ns, "How long it took; 0 while it runs.");
  visit("client", r.client, "Slot of the dead client.");
  visit("clientName", r.client_name, "Its name.");
  visit("clientGeneration", r.client_generation, "Its generation.");
  visit("clientKind", r.client_kind, "Where it ran.");
  visit("processId", r.process_id, "Its process.");
  visit("evicted", r.evicted, "Whether it was put to death on purpose.");
  visit("recoverer", r.recoverer, "Slot of the client that recovered from it.");
  visit("silentNs", r.silent_ns, "How long it had been silent by the recoverer's clock.");
  visit("heartbeat", r.heartbeat, "Its last heartbeat.");
  visit("locks", r.locks, "Locks taken back.");
  visit("connections", r.connections, "Connections closed.");
  visit("handles", r.handles, "File handles closed.");
  visit("segments", r.segments, "Segments freed.");
  visit("walIndexesSpoiled", r.wal_indexes_spoiled,
        "Databases whose wal-index the next client rebuilds.");
  visit("heldLocks", r.held_locks, "What it held and waited for.");
  visit("lastEvents", r.last_events, "Its last events, oldest first.");
}

constexpr const char* TypeName(const Snapshot*) { return "Snapshot"; }
template <typename Visitor>
void VisitFields(const Snapshot& s, Visitor&& visit) {
  visit("observedNs", s.observed_ns, "When it was taken, by the observer's monotonic clock.");
  visit("consistent", s.consistent,
        "Whether no client, file or connection came or went while it was taken.");
  visit("attempts", s.attempts, "How often it was begun.");
  visit("region", s.region, "The region as a whole.");
  visit("totals", s.totals, "Counters of all databases.");
  visit("events", s.events, "The event ring.");
  visit("clients", s.clients, "All clients.");
  visit("formerClients", s.former_clients, "Who had the free slots last.");
  visit("files", s.files, "All files.");
  visit("databases", s.databases, "Counters by database.");
  visit("connections", s.connections, "All open connections.");
  visit("locks", s.locks, "All locks: the directory's, then each database's eleven.");
  visit("wals", s.wals, "The write-ahead state of each database.");
  visit("recoveries", s.recoveries, "The last recoveries with their black boxes, newest first.");
  visit("segmentCounts", s.segment_counts,
        "Committed segments by kind: free, reusable, metadata, pending, private, map, control, "
        "database, wal, journal, walIndex, unknown.");
  visit("segmentRuns", SegmentRuns(s.segments), "What each committed segment is used for.");
}

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_FIELDS_WAL_H_
