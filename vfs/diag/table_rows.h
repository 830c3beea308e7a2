// The rows of those SQL tables (diag/tables.h) that show no list of a snapshot as it is.
//
// The sentence above a field is what the reference of the tables says of the column; see
// vfs/diag/fields.cmake.
//
// Thread-safety: values.
#ifndef GLASSWAL_VFS_DIAG_TABLE_ROWS_H_
#define GLASSWAL_VFS_DIAG_TABLE_ROWS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "glasswal/event.h"
#include "glasswal/snapshot.h"

namespace glasswal::diag {

/// A connection that waits for a lock at this moment, and who is in its way.
struct WaitRow {
  /// Number of the database; null for the directory's lock.
  std::optional<uint32_t> file;
  /// Path of the database; empty for the directory's lock.
  std::string database;
  /// The lock that is waited for.
  std::string lock;
  /// How it is wanted.
  LockMode mode = LockMode::kUnknown;
  /// Slot of the client that waits.
  std::optional<uint32_t> client;
  /// Its name.
  std::string client_name;
  /// Slot of the connection that waits; null for the directory's lock.
  std::optional<uint32_t> connection;
  /// Since when; null for the directory's lock.
  std::optional<uint64_t> waited_ns;
  /// Until it gives up; null for the directory's lock.
  std::optional<uint64_t> remaining_ns;
  /// The statement that waits; null where statements are not followed.
  std::optional<std::string> statement_text;
  /// Whether the lock is held exclusively.
  bool exclusive = false;
  /// Who is in the way: of several, the one whose transaction is the oldest; null where nobody has
  /// the lock any more.
  std::optional<LockHolder> holder;
  /// How long an exclusive holder has had the lock; else the age of that holder's transaction. 0: not
  /// known.
  uint64_t held_ns = 0;
  /// The statement that this holder runs; null if it runs none, or statements are not followed.
  std::optional<std::string> holder_statement_text;
  /// All who are in the way.
  std::vector<LockHolder> holders;
};

/// What a connection, a database or the whole region did. What a database did is the sum over its
/// connections, those that are open and those that were.
struct CounterRow {
  /// Whose counters: region, database, closed (the connections of a database that are closed), or
  /// connection.
  const char* scope = "region";
  /// Number of the database; null for the region.
  std::optional<uint32_t> file;
  /// Path of the database; empty for the region.
  std::string database;
  /// Slot of the connection; null for all others.
  std::optional<uint32_t> connection;
  /// Slot of the connection's client; null for all others.
  std::optional<uint32_t> client;
  /// Name of that client.
  std::string client_name;
  /// What was counted.
  CounterValues counters;
};

/// The arguments of an event, of which JSON is made only for who asks.
class EventArguments {
 public:
  EventArguments() = default;
  /// REQUIRES: both outlive this.
  EventArguments(const Snapshot* names, const Event* event) : names_(names), event_(event) {}

  /// An object of them, with names as a log has them.
  std::string ToJson() const;

 private:
  const Snapshot* names_ = nullptr;
  const Event* event_ = nullptr;
};

/// An event that is still in the ring.
struct EventRow {
  /// Position in the ring's history; gaps are lost events.
  uint64_t sequence = 0;
  /// When, by the writer's monotonic clock.
  uint64_t time_ns = 0;
  /// How long ago that was, by the observer's clock.
  uint64_t age_ns = 0;
  /// What happened, as glasswal/event.h names it.
  const char* kind = "";
  /// How much it matters.
  EventLevel level = EventLevel::kOff;
  /// Slot of the client that wrote it.
  uint32_t client = 0;
  /// Generation of that client.
  uint32_t client_generation = 0;
  /// Its name, if it is there or was the last one in its slot.
  std::string client_name;
  /// Number of the file; null if none was concerned.
  std::optional<uint32_t> file;
  /// Path of the file that has this number now.
  std::string path;
  /// Slot of the connection; null if none was concerned.
  std::optional<uint32_t> connection;
  /// Number of the connection's transaction, counted from 1; 0: none yet.
  uint32_t transaction = 0;
  /// An object of what glasswal/event.h names for this kind, with names for locks, modes, kinds and
  /// clients, and the texts of statements.
  EventArguments arguments;
};

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_TABLE_ROWS_H_
