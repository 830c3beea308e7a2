// What a snapshot tells of clients, their connections, and the locks that they hold and wait for.
//
// The sentence above a field is what JSON's schema, the reference and TypeScript say of it, too; see
// glasswal/snapshot.h.
//
// Thread-safety: values.
#ifndef GLASSWAL_SNAPSHOT_CLIENTS_H_
#define GLASSWAL_SNAPSHOT_CLIENTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "glasswal/snapshot_durations.h"
#include "glasswal/snapshot_kinds.h"
#include "glasswal/snapshot_region.h"
#include "glasswal/snapshot_statements.h"

namespace glasswal {

/// A client: a process, a worker or a page that joined.
struct ClientSnapshot {
  /// Place in the table of clients.
  uint32_t slot = 0;
  /// The name that it joined with.
  std::string name;
  /// Where it runs.
  ClientKind kind = ClientKind::kUnknown;
  /// Whether it is live, or proved dead and being recovered from.
  ClientState state = ClientState::kUnknown;
  /// Grows each time that the slot is used anew.
  uint32_t generation = 0;
  /// Slot of the client that recovers from it.
  std::optional<uint32_t> recoverer;
  /// For people; proves nothing.
  uint64_t process_id = 0;
  /// Since it joined.
  uint64_t age_ns = 0;
  /// Progress: its own count and that of its connections.
  uint64_t heartbeat = 0;
  /// Calls that concerned no connection.
  uint64_t own_heartbeat = 0;
  /// How long the heartbeat has stood still by the observer's clock; null without history.
  std::optional<uint64_t> silent_ns;
  /// Open connections.
  uint32_t connections = 0;
  /// Open file handles.
  uint32_t handles = 0;
  /// Locks that it or one of its connections holds.
  uint32_t held_locks = 0;
  /// Segments of its own memory.
  uint32_t private_segments = 0;
  /// The same in bytes.
  uint64_t private_bytes = 0;
  /// Segments claimed and not yet part of a file.
  uint32_t pending_segments = 0;
  /// Whether it waits for the directory's lock.
  bool waiting_for_directory = false;
};

/// The last client of a slot that is free now: whom events of that slot and generation tell of.
struct FormerClient {
  /// The place in the table of clients that it had.
  uint32_t slot = 0;
  /// Its generation.
  uint32_t generation = 0;
  /// The name that it had joined with.
  std::string name;
};

/// A lock that a connection holds.
struct HeldLock {
  /// The lock.
  std::string name;
  /// How it is held.
  LockMode mode = LockMode::kUnknown;
};

/// The lock that a connection waits for.
struct LockWait {
  /// The lock that is waited for.
  std::string name;
  /// How it is wanted.
  LockMode mode = LockMode::kUnknown;
  /// Since when.
  uint64_t waited_ns = 0;
  /// Until the waiter gives up.
  uint64_t remaining_ns = 0;
};

/// An open connection, and what it is doing.
struct ConnectionSnapshot {
  /// Number of its database.
  uint32_t file = 0;
  /// Path of its database.
  std::string database;
  /// Place in the database's table of connections; lock words name it.
  uint32_t slot = 0;
  /// Slot of the client that it belongs to.
  std::optional<uint32_t> client;
  /// Name of that client.
  std::string client_name;
  /// Generation of that client when it opened.
  uint32_t client_generation = 0;
  /// Since it was opened.
  uint64_t age_ns = 0;
  /// Calls of the VFS.
  uint64_t heartbeat = 0;
  /// Which read mark it holds; null outside of read transactions.
  std::optional<uint32_t> read_mark;
  /// It sees at least the commits up to this WAL frame; 0: it reads the database alone.
  std::optional<uint32_t> snapshot_frame;
  /// All locks that it holds.
  std::vector<HeldLock> held_locks;
  /// The lock that it waits for.
  std::optional<LockWait> waiting;
  /// The statement that it runs, or the last one that it has run; null if it has run none, or
  /// statements are not followed.
  std::optional<ConnectionStatement> statement;
  /// Statements that are prepared and not finalized.
  uint32_t open_statements = 0;
  /// Number of its present or last transaction; its events name it.
  uint32_t transaction = 0;
  /// Name of its last operation, as in events.
  std::string last_operation;
  /// The low half of that one's argument.
  uint32_t last_operation_argument = 0;
  /// Age of its present transaction; 0: none.
  uint64_t transaction_ns = 0;
  /// What it did.
  CounterValues counters;
};

/// A lock, with who holds it and who waits.
struct LockSnapshot {
  /// Number of the database; null for the directory's lock.
  std::optional<uint32_t> file;
  /// Path of the database; empty for the directory's lock.
  std::string database;
  /// The lock.
  std::string name;
  /// Whether its word is a possible state of a lock.
  bool valid = true;
  /// Whether it is held exclusively.
  bool exclusive = false;
  /// Who holds it.
  std::vector<LockHolder> holders;
  /// Who waits for it.
  std::vector<LockHolder> waiters;
  /// The waiter that newcomers let go first.
  std::optional<LockHolder> turn;
  /// How long the exclusive holder has had it; 0: not known.
  uint64_t held_ns = 0;
  /// Exclusive acquisitions so far.
  uint64_t acquired = 0;
  /// Acquisitions and refusals that met a holder.
  uint64_t contended = 0;
  /// SQLITE_BUSY results for want of it.
  uint64_t refused = 0;
  /// Times that it was taken back from a dead holder.
  uint64_t recovered = 0;
  /// Sum over all waits.
  uint64_t total_waited_ns = 0;
  /// Sum over all exclusive holds. Of WRITE one in 16 is timed, and stands for the others; long ones
  /// all are.
  uint64_t total_held_ns = 0;
  /// The most recent wait.
  uint64_t last_wait_ns = 0;
  /// How long it was waited for.
  Durations wait_times;
  /// How long it was held exclusively.
  Durations hold_times;
};

}  // namespace glasswal

#endif  // GLASSWAL_SNAPSHOT_CLIENTS_H_
