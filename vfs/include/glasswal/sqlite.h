// What glasswal adds to SQLite's own interface: why a lock was refused, and the VFS's file
// controls.
//
// Thread-safety: as for the connection that is passed in.
#ifndef GLASSWAL_SQLITE_H_
#define GLASSWAL_SQLITE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "glasswal/status.h"

struct sqlite3;

namespace glasswal {

class RegionBytes;

/// File controls that a glasswal file answers besides SQLite's own (sqlite3_file_control).
inline constexpr int kFcntlRefusal = 0x676c0001;  // Argument: Refusal*.
/// While it is set refusals are kept for LastRefusal, but neither counted nor recorded: for who tries
/// a lock again and again, and tells of the last time.
inline constexpr int kFcntlQuietRefusals = 0x676c0002;  // Argument: int*, 0 or 1.
/// Where the region lies that the file is in. Answered also when this client may not touch it any more.
inline constexpr int kFcntlRegion = 0x676c0003;  // Argument: RegionPlace*.

/// The bytes of a region, as far as there is memory for them; they stay while the file is open.
struct RegionPlace {
  const void* bytes = nullptr;  // Where they begin.
  uint64_t size_bytes = 0;      // How many there are.
};

inline constexpr int kFcntlCancellation = 0x676c0004;  // Argument: Cancellation*.

/// Why SQLITE_BUSY was returned: who held what, for how long, and how long was waited.
struct Refusal {
  bool present = false;    // False: no lock has been refused yet.
  std::string lock;        // "WRITE", "CHECKPOINT", "RECOVER", "READ0".., "SHARED", ...
  bool exclusive = false;  // What was asked for.
  std::string holder;      // The holding client's name; empty if it was gone by then.
  std::string dead;        // Not empty: the client of that name died with the lock, and the holder
                           // is the one that is recovering from it.
  uint32_t client = 0;     // Its slot, for Runtime::Evict.
  uint32_t client_generation = 0;  // Its generation, likewise.
  uint32_t connection = 0;         // Its connection's slot.
  uint64_t process_id = 0;         // Its process; for people, and proves nothing.
  uint64_t held_ms = 0;            // How long it has held the lock.
  uint64_t silent_ms = 0;          // How long its heartbeat has not moved, as far as was seen.
  uint64_t waited_ms = 0;          // How long the caller waited before it gave up.
  std::string statement;           // What its connection runs, or has run last; empty: not known.
  bool running = false;            // Whether it runs that now.
  uint64_t statement_ms = 0;       // For how long; how long ago it ended if it does not.

  /// "`ingest` has held WRITE for 812 ms, running UPDATE stock SET ... for 790 ms; you waited 500
  /// ms". One that runs nothing has been "idle for 790 ms since" its last statement.
  std::string ToString() const;
};

/// The most recent refusal of a lock on `schema` ("main", or an attached name) of `db`.
/// `present` is false if there was none or the database is not a glasswal one.
Refusal LastRefusal(sqlite3* db, const char* schema = "main");

/// Who ended a statement that returned SQLITE_INTERRUPT.
struct Cancellation {
  bool present = false;   // False: the last statement was not ended by Runtime::Cancel.
  std::string canceller;  // The name of the client that did; empty if it was gone by then, or if it
                          // was the one that had asked for the statement (an AbortSignal).
  uint32_t client = 0;    // Its slot; UINT32_MAX: of none.
  uint32_t client_generation = 0;  // Its generation.
  uint64_t after_ms = 0;           // For how long the statement had run.

  /// "`admin` cancelled the statement after 812 ms".
  std::string ToString() const;
};

/// Who ended the last statement of `db` that used `schema` ("main", or an attached name), if
/// somebody did. It is forgotten when the next one begins.
Cancellation LastCancellation(sqlite3* db, const char* schema = "main");

/// What the VFS `vfs_name` (empty: SQLite's default) said of the last thing that it refused. SQLite
/// itself reports an open that failed by its code alone ("unable to open database file"). The same
/// sentences go to SQLite's log (SQLITE_CONFIG_LOG). Empty for a VFS that is not a glasswal one.
std::string LastError(const std::string& vfs_name);

/// Gives `db` the tables of the diagnostics (vfs/TABLES.md: glasswal_locks, ...). Connections that are
/// opened while a VFS of glasswal is registered have them by themselves, and show the region that their
/// database lies in; this is for others, such as one on ":memory:" that shows `region`: a capture, or
/// bytes of a region that nobody here is a client of. Without `region` as for those opened later.
Status AddTables(sqlite3* db, std::shared_ptr<const RegionBytes> region = nullptr);

}  // namespace glasswal

#endif  // GLASSWAL_SQLITE_H_
