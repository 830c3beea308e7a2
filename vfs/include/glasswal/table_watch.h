// Who changed what: whether a commit, by whichever client, has touched certain tables.
//
//   auto tables = glasswal::TablesOf(db, "SELECT name, left FROM stock_of_today");   // {"stock"}
//   auto watch = glasswal::TableWatch::Create(db, *tables);
//   while ((*watch)->Wait(1000).ok()) Show(db);     // Read after each that says so.
//
// Every commit of every client raises the versions of the tables whose rows it has touched, by
// whichever statement, trigger, foreign key or virtual table. Nothing is compared: an UPDATE that
// writes what was there has touched its table, and so has what a savepoint took back. Temporary
// tables have no versions.
//
// It is exact where SQLite is the one of this library. Commits of another (a program with an SQLite
// of its own, wa-sqlite), VACUUM, a backup into the database, and what a client has committed that
// died before it could tell, count for all tables. So do those of a transaction that has touched
// more than 64 tables and indexes.
//
// Thread-safety: as for the connection that is passed in.
#ifndef GLASSWAL_TABLE_WATCH_H_
#define GLASSWAL_TABLE_WATCH_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "glasswal/status.h"

struct sqlite3;

namespace glasswal {

/// The tables that the statement `sql` reads or writes, also by views, triggers and foreign keys: as
/// "stock" of main, or "other.stock" of an attached database, in order and each once. For a virtual
/// table they are those that it keeps its rows in; "*" (or "other.*"), which stands for all tables,
/// where that is not known. Uses the connection's authorizer: one that the application had set it has
/// to set again, and statements that are prepared already are prepared anew when they run.
/// kInvalidArgument with SQLite's message if `sql` cannot be prepared.
Result<std::vector<std::string>> TablesOf(sqlite3* db, const std::string& sql);

/// Tells whether tables were touched since it was asked before.
class TableWatch {
 public:
  /// Watches tables of `db` by names as TablesOf() gives them, from now on; also those that are not
  /// there yet. It must not outlive the connection. kInvalidArgument for a database that is not one of
  /// glasswal's, kBusy if the names could not be read now.
  static Result<std::unique_ptr<TableWatch>> Create(sqlite3* db,
                                                    const std::vector<std::string>& tables);
  ~TableWatch();
  TableWatch(const TableWatch&) = delete;
  TableWatch& operator=(const TableWatch&) = delete;

  /// Whether a commit has touched one of the tables, made, dropped or changed it, since the last call
  /// that said so or no (at first: since Create). What is read after it is at least as new. Costs a
  /// few words of the region; after a change of the schema a read of its names. kBusy where that
  /// cannot be read now, or not yet because the connection is in a transaction: ask again.
  Result<bool> Look();

  /// The same, waiting until it is so, for `timeout_ms` at most. Sleeps between commits.
  Result<bool> Wait(uint32_t timeout_ms);

 private:
  struct Inside;
  explicit TableWatch(std::unique_ptr<Inside> inside);

  const std::unique_ptr<Inside> inside_;
};

}  // namespace glasswal

#endif  // GLASSWAL_TABLE_WATCH_H_
