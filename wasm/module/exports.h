// The functions that the module exports: its own, and those of SQLite that JavaScript calls.
//
// Two tables are the only place that lists them. Ours are declared here by the table, so that the
// compiler compares them with their definitions; the linker exports what is listed, and refuses a
// name that nobody defines; wasm/ts/generated/exports.ts says the same to TypeScript, with the
// arguments' names and types (wasm/generate/exports.cpp).
//
// Addresses and sizes are numbers in JavaScript, which come back signed: take them `>>> 0`. An
// int64_t is a bigint.
//
// WHAT A CALL CAME TO. There is one convention: what can fail gives an int32_t, and that is
//
//   0         done;
//   above 0   a result code of SQLite. The sentence is at sqlite3_errmsg; what the VFS or the heap
//             knows beyond that is asked for with glasswal_last_refusal, glasswal_last_error and
//             glasswal_take_refused_bytes;
//   below 0   a failure of ours: a StatusCode, negative. The sentence is at glasswal_text. Where a
//             comment says that a call gives a status, these are its only failures.
//
// What cannot go on at all (no memory where C++ must have some, a broken assertion) throws in
// JavaScript, which ends the instance: glasswal_host_abort. All else that a call returns is an
// answer: a number, an address (0: none), or one of the values that its comment names.
//
// Thread-safety: an instance has one thread.
#ifndef GLASSWAL_WASM_MODULE_EXPORTS_H_
#define GLASSWAL_WASM_MODULE_EXPORTS_H_

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>

#include "module/encoding.h"
#include "module/pager_view.h"

struct PagerWatch;

/// The table of ours: result, name, arguments, what it does.
#define GLASSWAL_EXPORTS(X)                                                                        \
  X(void, glasswal_start_heap, (uint32_t begin, uint32_t end),                                     \
    "Gives the heap its first room: called before any other code of the module, its constructors " \
    "included.")                                                                                   \
  X(int32_t, glasswal_start,                                                                       \
    (uint32_t stack_begin, uint32_t may_wait, uint32_t thread_number, uint32_t client_kind),       \
    "Starts SQLite. Gives a status.")                                                              \
  X(uint32_t, glasswal_layout_hash, (), "What tells the layout of this module from others'.")      \
  X(void, glasswal_forget_time, (),                                                                \
    "Has the next use of the coarse clock read it: called between two turns of the event loop.")   \
  X(int32_t, glasswal_create,                                                                      \
    (uint32_t slot, const char* name, uint32_t block_segments, const double* options,              \
     int64_t id_first, int64_t id_last),                                                           \
    "Makes the region and joins it. `options` are the numbers of GLASSWAL_OPTIONS, in its order; " \
    "the id is that of the runtime, by which its locks are called. Gives a status.")               \
  X(int32_t, glasswal_join, (uint32_t slot, const char* name, uint32_t block_segments),            \
    "Joins the region that another instance made. Gives a status.")                                \
  X(int32_t, glasswal_leave, (),                                                                   \
    "Leaves the region. REQUIRES: all connections are closed. The instance must not be called "    \
    "afterwards: its memory is at LeavingOwner's account, for JavaScript to free. Gives a "        \
    "status.")                                                                                     \
  X(uint32_t, glasswal_client_generation, (), "Tells this client from earlier ones of its slot.")  \
  X(uint32_t, glasswal_is_fenced, (), "1 once this client was declared dead.")                     \
  X(uint32_t, glasswal_recover, (uint32_t slot, uint32_t is_alone),                                \
    "Recovers from whoever was in `slot`, after JavaScript has got the proof of its death and "    \
    "cleared its holder word. `is_alone`: the caller has the lock of the slot. Gives a "           \
    "RecoverResult.")                                                                              \
  X(uint32_t, glasswal_memory_pages, (),                                                           \
    "How many pages the memory has now, also when another thread has just made it grow.")          \
  X(const char*, glasswal_text, (),                                                                \
    "The text of the last failure or result, UTF-8; valid until the next call.")                   \
  X(uint32_t, glasswal_text_bytes, (), "How many bytes glasswal_text has.")                        \
  X(void*, glasswal_malloc, (uint32_t size_bytes), "Memory of the module's heap; 0 if none.")      \
  X(void, glasswal_free, (void* memory), "Gives memory of glasswal_malloc back.")                  \
  X(size_t, glasswal_take_refused_bytes, (),                                                       \
    "The size of the last piece of memory that was refused, once; 0 when none was. For SQLite "    \
    "says only that there was no memory.")                                                         \
  X(int32_t, glasswal_execute,                                                                     \
    (sqlite3_stmt * statement, const glasswal::wasm::Parameter* parameters, int32_t count,         \
     uint32_t flags, void* batch, uint32_t capacity, int32_t max_rows),                            \
    "Runs a statement, or goes on with it, and fills the batch (at least a BatchHeader, aligned "  \
    "to 8). `flags` are of EXECUTE_*. SQLITE_DONE: complete, and reset. SQLITE_ROW: stopped at "   \
    "`maxRows`, or at a full batch (BATCH_PENDING). Anything else is the failure; the statement "  \
    "has been reset.")                                                                             \
  X(int32_t, glasswal_exec,                                                                        \
    (sqlite3 * database, const char* sql, uint32_t size_bytes, void* header),                      \
    "Runs each statement of `sql` and drops the rows. `sizeBytes` counts the terminating zero. "   \
    "`header` is filled as by glasswal_execute. SQLITE_OK or the failure, whose place in the SQL " \
    "is then its error offset.")                                                                   \
  X(int32_t, glasswal_bind,                                                                        \
    (sqlite3_stmt * statement, const glasswal::wasm::Parameter* parameters, int32_t count),        \
    "Binds for all runs to come. Gives a result code of SQLite.")                                  \
  X(int32_t, glasswal_create_function,                                                             \
    (sqlite3 * database, const char* name, int32_t argc, int32_t flags, int32_t id,                \
     int32_t safe_integers),                                                                       \
    "Makes the JavaScript function `id` an SQL function. `flags`: SQLITE_UTF8 with "               \
    "SQLITE_DETERMINISTIC and the like. Gives a result code of SQLite.")                           \
  X(int32_t, glasswal_create_aggregate,                                                            \
    (sqlite3 * database, const char* name, int32_t argc, int32_t flags, int32_t id,                \
     int32_t safe_integers, int32_t window),                                                       \
    "Likewise an aggregate, which with `window` can also take rows back.")                         \
  X(int32_t, glasswal_create_module,                                                               \
    (sqlite3 * database, const char* name, int32_t id, int32_t eponymous),                         \
    "Makes what JavaScript knows as `id` a module `name` for CREATE VIRTUAL TABLE; with "          \
    "`eponymous` a table of that name instead. Gives a result code of SQLite.")                    \
  X(int32_t, glasswal_create_collation, (sqlite3 * database, const char* name, int32_t id),        \
    "Makes what JavaScript knows as `id` the collation `name`; 0 removes that. Gives a result "    \
    "code of SQLite.")                                                                             \
  X(int32_t, glasswal_remove_file, (const char* path),                                             \
    "Runtime::RemoveFile for a path as JavaScript opens databases by it. Gives a status.")         \
  X(int32_t, glasswal_list_files, (),                                                              \
    "Runtime::ListFiles as [{path, sizeBytes, openClients}] at glasswal_text. Gives a status.")    \
  X(int32_t, glasswal_observe, (), "A snapshot as JSON at glasswal_text. Gives a status.")         \
  X(int32_t, glasswal_observe_events, (double from_sequence, uint32_t limit),                      \
    "Up to `limit` events from `fromSequence` on: {events: [...], nextSequence, lost} at "         \
    "glasswal_text. Gives a status.")                                                              \
  X(int32_t, glasswal_observe_log,                                                                 \
    (double from_sequence, uint32_t limit, double lost_before, uint32_t level),                    \
    "What a log says of up to `limit` events from `fromSequence` on: {records: [{level, event, "   \
    "sequence, timeMs, client, details, message}, ...], nextSequence} at glasswal_text. Events "   \
    "that matter less than `level` are read, and not told. Those lost have a record in their "     \
    "place; before them there were `lostBefore`. Gives a status.")                                 \
  X(void, glasswal_set_event_level, (uint32_t level), "Sets what all clients record from now on.") \
  X(void, glasswal_set_statements, (uint32_t tracking),                                            \
    "Sets how all clients follow their statements from now on.")                                   \
  X(int32_t, glasswal_cancel,                                                                      \
    (uint32_t client, uint32_t generation, uint32_t file, uint32_t connection, double run),        \
    "Runtime::CancelConnection; with a `file` of all ones Runtime::Cancel. Gives a status.")       \
  X(double, glasswal_running, (uint32_t file, uint32_t connection),                                \
    "The number of the run that the connection is at; 0: it runs nothing.")                        \
  X(uint32_t, glasswal_place, (sqlite3 * database),                                                \
    "Which connection `main` has: {client, generation, file, connection} at glasswal_text. 0: it " \
    "is none of a region.")                                                                        \
  X(int32_t, glasswal_tables_of, (sqlite3 * database, const char* sql),                            \
    "TablesOf(), as an array at glasswal_text. Gives a status.")                                   \
  X(int32_t, glasswal_watch_tables,                                                                \
    (sqlite3 * database, const char* names, uint32_t size_bytes, void** out_watch),                \
    "TableWatch::Create for names that end with a zero each, `sizeBytes` together. Gives a "       \
    "status. The watch must end before its connection does.")                                      \
  X(int32_t, glasswal_look_at_tables, (void* watch), "TableWatch::Look: 1 or 0, or a status.")     \
  X(void, glasswal_end_watch, (void* watch), "Ends a watch.")                                      \
  X(uint32_t, glasswal_last_refusal, (sqlite3 * database, const char* schema),                     \
    "1 when the last lock that `schema` (0: main) wanted was refused; then what held it is at "    \
    "glasswal_text as {holder, client, generation, lock, heldMs, silentMs, waitedMs, message}.")   \
  X(void, glasswal_quiet_refusals, (sqlite3 * database, uint32_t quiet),                           \
    "With 1 refusals are kept, but not recorded: for who tries a lock again and again.")           \
  X(uint32_t, glasswal_last_error, (int32_t extended_code),                                        \
    "1 when the VFS's last failure had this extended result code and was not told before; then "   \
    "what it said is at glasswal_text.")                                                           \
  X(int32_t, glasswal_pager_open, (sqlite3 * database, int32_t cache_kib, int32_t page_size),      \
    "Before anything else of this kind: how many KiB of pages the connection keeps, and how "      \
    "large "                                                                                       \
    "those of a new database are (0: as usual). Gives a result code of SQLite.")                   \
  X(int32_t, glasswal_pager_begin,                                                                 \
    (sqlite3 * database, int32_t write, int32_t timeout_ms, PagerView * view),                     \
    "Begins a transaction that reads, or with `write` one that writes; or goes from one to the "   \
    "other. Waits for `timeoutMs` at most. Fills the view. Gives a result code of SQLite.")        \
  X(void*, glasswal_pager_read, (sqlite3 * database, uint32_t number, PagerView * view),           \
    "Where page `number` is until the next call; 0: the view has the code.")                       \
  X(void*, glasswal_pager_write, (sqlite3 * database, uint32_t number, PagerView * view),          \
    "Where to write page `number`, whole and before the next call; 0: the view has the code. Not " \
    "for the first page.")                                                                         \
  X(int32_t, glasswal_pager_write_first,                                                           \
    (sqlite3 * database, const uint8_t* bytes, PagerView* view),                                   \
    "Writes the first page, but for what is this side's own. Gives a result code of SQLite.")      \
  X(void, glasswal_pager_truncate, (sqlite3 * database, uint32_t pages, PagerView * view),         \
    "Leaves the database so many pages.")                                                          \
  X(int32_t, glasswal_pager_lock_out, (sqlite3 * database, int32_t timeout_ms),                    \
    "Without a log a commit needs the database for itself, and takes it by this, waiting for "     \
    "`timeoutMs` at most; in WAL mode it does nothing. Gives a result code of SQLite.")            \
  X(int32_t, glasswal_pager_prepare, (sqlite3 * database),                                         \
    "Does of a commit whatever can fail for want of room. Gives a result code of SQLite.")         \
  X(int32_t, glasswal_pager_commit, (sqlite3 * database, int32_t keep_lock, PagerView * view),     \
    "Commits, and reads on what it has made; with `keepLock` it writes on, and nobody else can "   \
    "in between. Fills the view. Gives a result code of SQLite.")                                  \
  X(void, glasswal_pager_rollback, (sqlite3 * database, int32_t keep_lock, PagerView * view),      \
    "Takes back what was written, and reads on what was before; or writes on, as above. Fills "    \
    "the view.")                                                                                   \
  X(int32_t, glasswal_pager_renew, (sqlite3 * database, PagerView * view),                         \
    "Checkpoints, in a write transaction that has changed nothing and goes on. Fills the view. "   \
    "Gives a result code of SQLite.")                                                              \
  X(void, glasswal_pager_ignore_wal, (sqlite3 * database, int32_t ignore),                         \
    "With 1 the connection uses no write-ahead log, whatever the database says of itself.")        \
  X(int32_t, glasswal_pager_leave_wal, (sqlite3 * database),                                       \
    "Closes the log of a connection in exclusive mode, which then ignores it; the database goes "  \
    "on saying that it is in WAL mode. Gives a result code of SQLite.")                            \
  X(PagerWatch*, glasswal_pager_watch, (sqlite3 * database),                                       \
    "Has the connection tell the other side's statements as its own, and nothing that it runs "    \
    "itself: what the following calls take, which is freed behind the connection. 0: there is no " \
    "memory.")                                                                                     \
  X(void, glasswal_pager_run, (PagerWatch * watch, uint32_t run, const char* sql),                 \
    "A statement begins, of whose text no more is needed after the call. `run` is 0 to 7, and "    \
    "none that goes on.")                                                                          \
  X(void, glasswal_pager_ran, (PagerWatch * watch, uint32_t run, uint32_t rows, int32_t code),     \
    "It has ended after so many rows, with this extended result code of SQLite.")                  \
  X(int32_t, glasswal_pager_is_cancelled, (PagerWatch * watch),                                    \
    "1 when somebody wants what runs to end. Asked now and then while it does.")                   \
  X(void, glasswal_pager_prepared, (PagerWatch * watch, int32_t statements),                       \
    "So many statements are open.")                                                                \
  X(void, glasswal_pager_end, (sqlite3 * database),                                                \
    "Ends the transaction, whichever it is; what was not committed is gone.")

/// The table of SQLite's: name, the names of its arguments.
#define GLASSWAL_SQLITE_EXPORTS(X)                                            \
  X(sqlite3_open_v2, "path out flags vfs")                                    \
  X(sqlite3_close_v2, "database")                                             \
  X(sqlite3_busy_timeout, "database milliseconds")                            \
  X(sqlite3_get_autocommit, "database")                                       \
  X(sqlite3_db_config, "database option values")                              \
  X(sqlite3_db_filename, "database schema")                                   \
  X(sqlite3_changes64, "database")                                            \
  X(sqlite3_total_changes64, "database")                                      \
  X(sqlite3_last_insert_rowid, "database")                                    \
  X(sqlite3_interrupt, "database")                                            \
  X(sqlite3_limit, "database category value")                                 \
  X(sqlite3_extended_errcode, "database")                                     \
  X(sqlite3_errmsg, "database")                                               \
  X(sqlite3_error_offset, "database")                                         \
  X(sqlite3_wal_checkpoint_v2, "database schema mode outLog outCheckpointed") \
  X(sqlite3_prepare_v3, "database sql size flags outStatement outTail")       \
  X(sqlite3_finalize, "statement")                                            \
  X(sqlite3_reset, "statement")                                               \
  X(sqlite3_stmt_readonly, "statement")                                       \
  X(sqlite3_expanded_sql, "statement")                                        \
  X(sqlite3_bind_parameter_count, "statement")                                \
  X(sqlite3_bind_parameter_name, "statement number")                          \
  X(sqlite3_column_count, "statement")                                        \
  X(sqlite3_column_name, "statement column")                                  \
  X(sqlite3_column_origin_name, "statement column")                           \
  X(sqlite3_column_table_name, "statement column")                            \
  X(sqlite3_column_database_name, "statement column")                         \
  X(sqlite3_column_decltype, "statement column")                              \
  X(sqlite3_serialize, "database schema outSize flags")                       \
  X(sqlite3_deserialize, "database schema bytes size capacity flags")         \
  X(sqlite3_backup_init, "target targetName source sourceName")               \
  X(sqlite3_backup_step, "backup pages")                                      \
  X(sqlite3_backup_pagecount, "backup")                                       \
  X(sqlite3_backup_remaining, "backup")                                       \
  X(sqlite3_backup_finish, "backup")                                          \
  X(sqlite3_malloc, "size")                                                   \
  X(sqlite3_free, "address")

namespace glasswal::wasm {

#define GLASSWAL_EXPORT_DECLARATION(result, name, arguments, what) extern "C" result name arguments;
GLASSWAL_EXPORTS(GLASSWAL_EXPORT_DECLARATION)
#undef GLASSWAL_EXPORT_DECLARATION

/// What a look at a slot came to: X(name, number).
#define GLASSWAL_RECOVER_RESULTS(X) \
  X(kNothingToRecover, 0)           \
  X(kRecovered, 1)                  \
  X(kTryAgain, 2) /* Somebody has what is needed at the moment. */

enum RecoverResult : uint32_t {
#define GLASSWAL_RECOVER_RESULT(name, number) name = number,
  GLASSWAL_RECOVER_RESULTS(GLASSWAL_RECOVER_RESULT)
#undef GLASSWAL_RECOVER_RESULT
};

}  // namespace glasswal::wasm

#endif  // GLASSWAL_WASM_MODULE_EXPORTS_H_
