// The fields of a snapshot's clients, connections and locks; see diag/fields_region.h.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_VFS_DIAG_FIELDS_CLIENT_H_
#define GLASSWAL_VFS_DIAG_FIELDS_CLIENT_H_

#include "glasswal/snapshot.h"

namespace glasswal::diag {

constexpr const char* TypeName(const ClientSnapshot*) { return "Client"; }
template <typename Visitor>
void VisitFields(const ClientSnapshot& c, Visitor&& visit) {
  visit("slot", c.slot, "Place in the table of clients.");
  visit("name", c.name, "The name that it joined with.");
  visit("kind", c.kind, "Where it runs.");
  visit("state", c.state, "Whether it is live, or proved dead and being recovered from.");
  visit("generation", c.generation, "Grows each time that the slot is used anew.");
  visit("recoverer", c.recoverer, "Slot of the client that recovers from it.");
  visit("processId", c.process_id, "For people; proves nothing.");
  visit("ageNs", c.age_ns, "Since it joined.");
  visit("heartbeat", c.heartbeat, "Progress: its own count and that of its connections.");
  visit("ownHeartbeat", c.own_heartbeat, "Calls that concerned no connection.");
  visit("silentNs", c.silent_ns,
        "How long the heartbeat has stood still by the observer's clock; null without history.");
  visit("connections", c.connections, "Open connections.");
  visit("handles", c.handles, "Open file handles.");
  visit("heldLocks", c.held_locks, "Locks that it or one of its connections holds.");
  visit("privateSegments", c.private_segments, "Segments of its own memory.");
  visit("privateBytes", c.private_bytes, "The same in bytes.");
  visit("pendingSegments", c.pending_segments, "Segments claimed and not yet part of a file.");
  visit("waitingForDirectory", c.waiting_for_directory,
        "Whether it waits for the directory's lock.");
}

constexpr const char* TypeName(const FormerClient*) { return "FormerClient"; }
template <typename Visitor>
void VisitFields(const FormerClient& c, Visitor&& visit) {
  visit("slot", c.slot, "The place in the table of clients that it had.");
  visit("generation", c.generation, "Its generation.");
  visit("name", c.name, "The name that it had joined with.");
}

constexpr const char* TypeName(const HeldLock*) { return "HeldLock"; }
template <typename Visitor>
void VisitFields(const HeldLock& h, Visitor&& visit) {
  visit("name", h.name, "The lock.");
  visit("mode", h.mode, "How it is held.");
}

constexpr const char* TypeName(const LockWait*) { return "LockWait"; }
template <typename Visitor>
void VisitFields(const LockWait& w, Visitor&& visit) {
  visit("name", w.name, "The lock that is waited for.");
  visit("mode", w.mode, "How it is wanted.");
  visit("waitedNs", w.waited_ns, "Since when.");
  visit("remainingNs", w.remaining_ns, "Until the waiter gives up.");
}

constexpr const char* TypeName(const ConnectionSnapshot*) { return "Connection"; }
template <typename Visitor>
void VisitFields(const ConnectionSnapshot& c, Visitor&& visit) {
  visit("file", c.file, "Number of its database.");
  visit("database", c.database, "Path of its database.");
  visit("slot", c.slot, "Place in the database's table of connections; lock words name it.");
  visit("client", c.client, "Slot of the client that it belongs to.");
  visit("clientName", c.client_name, "Name of that client.");
  visit("clientGeneration", c.client_generation, "Generation of that client when it opened.");
  visit("ageNs", c.age_ns, "Since it was opened.");
  visit("heartbeat", c.heartbeat, "Calls of the VFS.");
  visit("readMark", c.read_mark, "Which read mark it holds; null outside of read transactions.");
  visit("snapshotFrame", c.snapshot_frame,
        "It sees at least the commits up to this WAL frame; 0: it reads the database alone.");
  visit("heldLocks", c.held_locks, "All locks that it holds.");
  visit("waiting", c.waiting, "The lock that it waits for.");
  visit("lastOperation", c.last_operation, "Name of its last operation, as in events.");
  visit("lastOperationArgument", c.last_operation_argument, "The low half of that one's argument.");
  visit("transactionNs", c.transaction_ns, "Age of its present transaction; 0: none.");
  visit("counters", c.counters, "What it did.");
}

constexpr const char* TypeName(const LockSnapshot*) { return "Lock"; }
template <typename Visitor>
void VisitFields(const LockSnapshot& l, Visitor&& visit) {
  visit("file", l.file, "Number of the database; null for the directory's lock.");
  visit("database", l.database, "Path of the database; empty for the directory's lock.");
  visit("name", l.name, "The lock.");
  visit("valid", l.valid, "Whether its word is a possible state of a lock.");
  visit("exclusive", l.exclusive, "Whether it is held exclusively.");
  visit("holders", l.holders, "Who holds it.");
  visit("waiters", l.waiters, "Who waits for it.");
  visit("turn", l.turn, "The waiter that newcomers let go first.");
  visit("heldNs", l.held_ns, "How long the exclusive holder has had it; 0: not known.");
  visit("acquired", l.acquired, "Exclusive acquisitions so far.");
  visit("contended", l.contended, "Acquisitions and refusals that met a holder.");
  visit("refused", l.refused, "SQLITE_BUSY results for want of it.");
  visit("recovered", l.recovered, "Times that it was taken back from a dead holder.");
  visit("totalWaitedNs", l.total_waited_ns, "Sum over all waits.");
  visit("totalHeldNs", l.total_held_ns, "Sum over all exclusive holds.");
  visit("lastWaitNs", l.last_wait_ns, "The most recent wait.");
  visit("waitHistogram", l.wait_histogram, "Waits by duration: entry b counts [2^b, 2^(b+1)) ns.");
  visit("holdHistogram", l.hold_histogram, "Exclusive holds by duration, likewise.");
}

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_FIELDS_CLIENT_H_
