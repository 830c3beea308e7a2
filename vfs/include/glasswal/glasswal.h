// glasswal in C: what other languages need to own a region, to look at it, and to look after it.
//
//   glasswal_options options;
//   glasswal_default_options(&options, sizeof options);
//   options.name = "app";
//   glasswal_runtime* runtime;
//   if (glasswal_open_or_create(&options, &runtime) != GLASSWAL_OK) puts(glasswal_last_error());
//   char* json;
//   if (glasswal_observe(runtime, &json) == GLASSWAL_OK) puts(json);
//   glasswal_free(json);
//   glasswal_leave(runtime);
//
// It is the header of libglasswal.so, which has no SQLite in it and links none: a VFS is of use only
// in the SQLite that a program has already. That SQLite hands over its functions when it loads the
// library as an extension (SQL's load_extension(), Python's Connection.load_extension(), `.load`), or
// when a program that links SQLite calls
//
//   sqlite3_auto_extension((void (*)(void))glasswal_use_sqlite);
//
// and opens a database, say ":memory:". From then on glasswal_register_vfs() registers there, and
// the URI of `/app.sqlite?vfs=glasswal&region=NAME` opens a database of any region. One SQLite at a time.
//
// Results: each function that can fail returns a glasswal_status. glasswal_last_error() then says
// what happened, to what, and what to do; what a function gives back is set only on GLASSWAL_OK,
// but for a `char**`, which is NULL otherwise. Strings that come in are copied. A `char*` that
// comes out is the caller's, to be given to glasswal_free(). A null pointer where none is allowed,
// a runtime that has been left, and options of no known size are GLASSWAL_INVALID_ARGUMENT. The handle
// of a runtime that was left is never another one's.
//
// Growth: options grow at their end alone, and say how large the caller knows them to be. Functions
// and codes are added, and not changed.
//
// Memory: nothing is thrown. A process that has no memory for the few bytes that a call works with,
// or for the text of what it looks at, ends, rather than go on with something half done; the others
// recover from it.
//
// Thread-safety: all functions may be called from any thread. After fork() a child must not use a
// runtime of its parent: what would change the region is refused or does nothing; open it anew.
#ifndef GLASSWAL_GLASSWAL_H_
#define GLASSWAL_GLASSWAL_H_

#include <stddef.h>
#include <stdint.h>

/// What a function of the library is declared with, so that programs see it.
#if defined(__GNUC__)
#define GLASSWAL_API __attribute__((visibility("default")))
#else
#define GLASSWAL_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

struct sqlite3;
struct sqlite3_api_routines;

/// One region, and this process's place in it.
typedef struct glasswal_runtime glasswal_runtime;

/// What kind of thing went wrong; glasswal_last_error() says the rest. As glasswal::StatusCode.
typedef enum glasswal_status {
  GLASSWAL_OK = 0,                // Nothing.
  GLASSWAL_INVALID_ARGUMENT = 1,  // An argument or option that is refused; the message names it.
  GLASSWAL_NOT_FOUND = 2,         // No such region, file, client or VFS.
  GLASSWAL_ALREADY_EXISTS = 3,    // A region or VFS of that name exists.
  GLASSWAL_NOT_READY = 4,         // The region is still being written, or there is no SQLite yet.
  GLASSWAL_CORRUPT = 5,           // The bytes are not a region, or not a consistent one.
  GLASSWAL_VERSION_MISMATCH = 6,  // The region is of another layout version, or SQLite too old.
  GLASSWAL_FULL = 7,              // No room: a capacity, a slot table or the machine's memory.
  GLASSWAL_BUSY = 8,              // Somebody holds what is needed.
  GLASSWAL_NOT_DEAD = 9,          // A recovery or eviction lacks the proof of death.
  GLASSWAL_SYSTEM = 10,           // A system call failed; the message has its name and errno text.
  GLASSWAL_REFUSED = 11           // The object of that name is not this user's alone.
} glasswal_status;

/// How much is recorded. A level includes those before it. As glasswal::EventLevel.
typedef enum glasswal_event_level {
  GLASSWAL_EVENTS_OFF = 0,    // Nothing.
  GLASSWAL_EVENTS_ERROR = 1,  // What failed.
  GLASSWAL_EVENTS_WARN = 2,   // What somebody should look at: refusals, recoveries, silence.
  GLASSWAL_EVENTS_INFO = 3,   // What happens: clients, connections, commits, checkpoints.
  GLASSWAL_EVENTS_DEBUG = 4,  // Waits, statements, transactions, and the beginnings of things.
  GLASSWAL_EVENTS_TRACE = 5   // Each lock, read and write.
} glasswal_event_level;

/// What is known of statements. As glasswal::StatementTracking.
typedef enum glasswal_statements {
  GLASSWAL_STATEMENTS_ON = 0,    // Which one runs, since when, what it cost.
  GLASSWAL_STATEMENTS_OFF = 1,   // Nothing.
  GLASSWAL_STATEMENTS_TIMED = 2  // The same as by default, with an exact time for each run.
} glasswal_statements;

/// What is kept of a statement's text. As glasswal::StatementText.
typedef enum glasswal_statement_text {
  GLASSWAL_TEXT_REDACTED = 0,  // The text with `?` for each literal.
  GLASSWAL_TEXT_FULL = 1,      // The text with its literals.
  GLASSWAL_TEXT_NONE = 2       // Only how long it is.
} glasswal_statement_text;

/// What the creator of a region decides, and how this process is called in it. Bounds and meanings
/// are those of glasswal::Options. Fill it with glasswal_default_options(), then change it.
typedef struct glasswal_options {
  /// How large the caller knows this struct to be; glasswal_default_options() sets it.
  uint64_t struct_bytes;
  /// Of the region, for processes to find it by; NULL: it is shared by threads of this process.
  const char* name;
  /// What diagnostics and refusals call this process; NULL: the program's name.
  const char* client_name;
  /// Committed at the start for database pages.
  uint64_t initial_database_capacity_bytes;
  /// SQLITE_FULL beyond it, for each database file.
  uint64_t max_database_capacity_bytes;
  /// Committed at the start for the write-ahead log.
  uint64_t initial_write_ahead_capacity_bytes;
  /// SQLITE_FULL beyond it, for each write-ahead log.
  uint64_t max_write_ahead_capacity_bytes;
  /// Everything together; 0: what follows from the others.
  uint64_t region_capacity_bytes;
  /// 1: commit all of it at the start. Else 0.
  uint32_t fixed_capacity;
  /// The silence of a lock's holder is reported after so many milliseconds.
  uint32_t stale_ms;
  /// 1: such a holder is evicted. 0: reported.
  uint32_t evict_stale;
  /// Records of the event ring; a power of two.
  uint32_t event_capacity;
  /// Bytes of a page of databases that are made in the region; a power of two.
  uint32_t page_size;
  /// Frames from which on a commit copies the write-ahead log into the database; 0: none does.
  uint32_t wal_autocheckpoint;
  /// What is known of statements, a glasswal_statements.
  uint32_t statements;
  /// What is kept of their texts, a glasswal_statement_text.
  uint32_t statement_text;
  /// A statement that takes as many milliseconds is an event.
  uint32_t slow_ms;
  /// Statements that are remembered.
  uint32_t statement_capacity;
} glasswal_options;

/// The version of the library, such as "1.2.3".
GLASSWAL_API const char* glasswal_version(void);

/// What the last call of this thread that failed had to say: a whole sentence, valid until the
/// thread's next call. Empty if none has failed.
GLASSWAL_API const char* glasswal_last_error(void);

/// Gives back a string that a function gave; NULL is nothing.
GLASSWAL_API void glasswal_free(char* text);

/// Fills in the defaults. `struct_bytes` is sizeof(glasswal_options) as the caller knows it.
GLASSWAL_API glasswal_status glasswal_default_options(glasswal_options* options,
                                                      size_t struct_bytes);

/// Creates a region and joins it.
GLASSWAL_API glasswal_status glasswal_create(const glasswal_options* options,
                                             glasswal_runtime** runtime);

/// Joins an existing named region. `client_name` may be NULL.
GLASSWAL_API glasswal_status glasswal_open(const char* name, const char* client_name,
                                           glasswal_runtime** runtime);

/// Joins the named region, creating it if need be; the capacities count only for the creator.
GLASSWAL_API glasswal_status glasswal_open_or_create(const glasswal_options* options,
                                                     glasswal_runtime** runtime);

/// Gives up the runtime. The region is left when it is of no VFS and no open database any more; a
/// named region is removed when the last client has left.
GLASSWAL_API glasswal_status glasswal_leave(glasswal_runtime* runtime);

/// Removes the name of a region. Those who have it open keep it until they leave.
GLASSWAL_API glasswal_status glasswal_remove(const char* name);

/// This process's client slot and its generation, as snapshots and events show them. Either may be
/// NULL.
GLASSWAL_API glasswal_status glasswal_client(const glasswal_runtime* runtime, uint32_t* slot,
                                             uint32_t* generation);

/// Registers an SQLite VFS of that name whose files live in this region, with the program's SQLite
/// (see above), as its default if `make_default` is not 0. GLASSWAL_NOT_READY: no SQLite has handed
/// over its functions yet. GLASSWAL_VERSION_MISMATCH: it is older than 3.51.3.
GLASSWAL_API glasswal_status glasswal_register_vfs(glasswal_runtime* runtime, const char* vfs_name,
                                                   int make_default);

/// Takes the VFS back. GLASSWAL_BUSY while a connection of it is open.
GLASSWAL_API glasswal_status glasswal_unregister_vfs(const char* vfs_name);

/// All that is known of the region at this moment, as one line of JSON: see SnapshotSchema() of
/// glasswal/snapshot.h. It takes no lock and changes nothing.
GLASSWAL_API glasswal_status glasswal_observe(const glasswal_runtime* runtime, char** json);

/// Up to `limit` events (at least 1) from `*cursor` on (0: the oldest), as one line of JSON:
/// {"events":[...],"next":N,"lost":N}. `*cursor` then says where to go on; what was overwritten
/// before it could be read is counted as lost.
GLASSWAL_API glasswal_status glasswal_drain_events(const glasswal_runtime* runtime,
                                                   uint64_t* cursor, uint32_t limit, char** json);

/// Which events are recorded from now on, by all clients.
GLASSWAL_API glasswal_status glasswal_set_event_level(glasswal_runtime* runtime,
                                                      glasswal_event_level level);

/// What is known of statements from now on, in all clients.
GLASSWAL_API glasswal_status glasswal_set_statements(glasswal_runtime* runtime,
                                                     glasswal_statements statements);

/// Asks for the end of the statements that a client runs now: each fails with SQLITE_INTERRUPT. One
/// that writes has SQLite roll back its whole transaction, BEGIN and all that came after it.
/// GLASSWAL_NOT_FOUND: it runs none.
GLASSWAL_API glasswal_status glasswal_cancel(glasswal_runtime* runtime, uint32_t client_slot,
                                             uint32_t client_generation);

/// All files, as one line of JSON: [{"path":"/app.sqlite","sizeBytes":N,"openClients":N},...].
GLASSWAL_API glasswal_status glasswal_list_files(const glasswal_runtime* runtime, char** json);

/// Removes a file that nobody has open: a database with its log and journals.
GLASSWAL_API glasswal_status glasswal_remove_file(glasswal_runtime* runtime, const char* path);

/// Looks for dead clients now and recovers from them; `recovered` (may be NULL) says from how many.
GLASSWAL_API glasswal_status glasswal_recover_dead(glasswal_runtime* runtime, uint32_t* recovered);

/// Ends another client for good, waits for the proof of its death, and recovers from it.
GLASSWAL_API glasswal_status glasswal_evict(glasswal_runtime* runtime, uint32_t client_slot,
                                            uint32_t client_generation, uint32_t timeout_ms);

/// For sqlite3_auto_extension() (see above), which calls it for each connection that is opened.
/// Returns an SQLite result code.
GLASSWAL_API int glasswal_use_sqlite(struct sqlite3* db, char** error,
                                     const struct sqlite3_api_routines* api);

#ifdef __cplusplus
}  // extern "C"
#endif

#endif  // GLASSWAL_GLASSWAL_H_
