// The diagnostics as SQL tables: glasswal_locks, glasswal_clients and the others of diag/tables.h, which
// every connection has without creating them (eponymous virtual tables).
//
// WHO HAS THEM. SQLite gives them to each connection that is opened while a VFS of glasswal is
// registered, whatever it opens (sqlite3_auto_extension); a connection need not be known to the VFS,
// so `:memory:` with an attached database of glasswal's has them as well. Which region a table shows is
// found when it is read: that of main, else of the first attached database that lies in one; a hidden
// column names another, as in glasswal_locks('other'). In the browser package there is only one.
//
// ONE STATEMENT, ONE MOMENT. All tables of one run of a statement show one snapshot. It is taken when
// the first of them is read, and dropped when the last of their cursors is closed, which SQLite does
// at the end of the run: it closes none earlier, and a correlated subquery only begins anew on the
// cursor that it has. What belongs to one statement is told by a number that xBestIndex draws for
// each statement that is prepared, so that one which somebody has left standing on a row (and which
// shows its own moment for as long) does not make others see the past. The body of a trigger is run
// after its statement has planned its own, and is a statement in this sense each time that it runs.
//
// LOOKING CHANGES NOTHING. A snapshot is made from a copy of the region's words, without a lock, a
// wait or a write, and with every number checked (glasswal/observe.h). SQLite itself begins a read
// transaction of main for such a statement as it does for all others. The tables can only be read,
// and are INNOCUOUS: they do nothing but tell what whoever has opened the database may read anyhow,
// so that a view may keep a question, with trusted_schema off as well.
//
// Thread-safety: as for the connection.
#ifndef GLASSWAL_VFS_SQLITE_TABLES_H_
#define GLASSWAL_VFS_SQLITE_TABLES_H_

#include <cstdint>

#include "glasswal/sqlite.h"
#include "glasswal/status.h"
#include "sqlite/sqlite_api.h"

namespace glasswal::sqlite {

/// Gives `db` the tables; an automatic extension. Returns an SQLite result code.
int AddTablesTo(sqlite3* db, char** error, const sqlite3_api_routines* api);

/// What the module of the browser package knows better than anybody; null: nobody does.
struct LookingRules {
  /// Memory cannot be had for the asking there: whether a snapshot has room,
  Status (*room_for_snapshot)() = nullptr;
  /// and how many of so many events have.
  uint32_t (*room_for_events)(uint32_t limit) = nullptr;
  /// The one region that there is, for connections that have no database in it.
  RegionPlace (*only_region)() = nullptr;
};
extern LookingRules looking_rules;

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_TABLES_H_
