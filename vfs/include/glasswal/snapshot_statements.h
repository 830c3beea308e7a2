// What a snapshot tells of statements: which connection runs what, and what each has cost.
//
// The sentence above a field is what JSON's schema, the reference and TypeScript say of it, too; see
// glasswal/snapshot.h.
//
// Thread-safety: values.
#ifndef GLASSWAL_SNAPSHOT_STATEMENTS_H_
#define GLASSWAL_SNAPSHOT_STATEMENTS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "glasswal/snapshot_durations.h"

namespace glasswal {

/// The statement that a connection runs, or the last one that it has run.
struct ConnectionStatement {
  /// Its text, as the region keeps it.
  std::string text;
  /// Its row among the statements; null where that has become another's.
  std::optional<uint32_t> row;
  /// Whether it runs now; a statement runs until all its rows were taken or it was reset.
  bool running = false;
  /// Since it began.
  uint64_t age_ns = 0;
  /// Which run of a statement this is for the connection, counted from 1.
  uint64_t run = 0;
};

/// A statement of one connection, and what all its runs have come to.
struct StatementTotals {
  /// Its row in the region's table.
  uint32_t row = 0;
  /// Grows each time that the row is used anew.
  uint32_t generation = 0;
  /// Its text: `?` for literals, unless the region was made to keep them; cut if it is long.
  std::string text;
  /// How long the whole text was, as it was given.
  uint32_t text_bytes = 0;
  /// Number of the database.
  uint32_t file = 0;
  /// Path of the database.
  std::string database;
  /// Slot of the connection.
  uint32_t connection = 0;
  /// Slot of the client that runs it; null if it has left.
  std::optional<uint32_t> client;
  /// Name of that client.
  std::string client_name;
  /// Generation of that client.
  uint32_t client_generation = 0;
  /// Whether it runs now.
  bool running = false;
  /// Since it began to run last.
  uint64_t age_ns = 0;
  /// How often it has begun to run.
  uint64_t runs = 0;
  /// Rows that it has returned.
  uint64_t rows = 0;
  /// How long it has run in all, as far as it was timed: one that is stands for those that are not.
  uint64_t total_ns = 0;
  /// The longest run that was timed; one that computes or waits for long always is.
  uint64_t longest_ns = 0;
  /// Reads of pages, by copy or in place.
  uint64_t page_reads = 0;
  /// Writes to any file.
  uint64_t page_writes = 0;
  /// Times that it had to wait for a lock.
  uint64_t lock_waits = 0;
  /// Nanoseconds spent waiting for locks.
  uint64_t lock_wait_ns = 0;
  /// Runs that failed.
  uint64_t errors = 0;
  /// SQLite's extended result code of the last one that failed; 0: none did.
  uint32_t last_error = 0;
  /// Runs that took as long as the region's option slow_ms says, or longer.
  uint64_t slow = 0;
  /// How long its runs took, ends included.
  Durations times;
};

}  // namespace glasswal

#endif  // GLASSWAL_SNAPSHOT_STATEMENTS_H_
