// What one connection runs: which statement, since when, what it cost, and whether somebody wants it
// to end.
//
// Statements are told of by SQLite. The patched one (vfs/amalgamation) calls the watch when a
// statement begins and ends; any other, from 3.44 on, is asked for it by sqlite3_trace_v2 and
// sqlite3_progress_handler. A connection has one of each: an application that sets its own later has
// it, and the connection's statements are not known from then on. What it does not tell is rows,
// open statements, and failures but for those that were asked for here.
//
// A statement that cannot last is not timed, but for one in so many: reading even the coarse clock
// twice would cost more than all the rest. Since when it runs is when its transaction began, or one
// reading in the middle of a transaction. When it does last (it waits, or goes on for a thousand
// instructions) it is timed from there on.
//
// A statement that runs inside of another (the SQL of FTS5, of a function, of a trigger's virtual
// table) is a part of that. Two that take turns, such as one that is being iterated over while
// another writes, are both known; the one that began last is the one that runs.
//
// Thread-safety: as for the connection.
#ifndef GLASSWAL_VFS_SQLITE_STATEMENT_WATCH_H_
#define GLASSWAL_VFS_SQLITE_STATEMENT_WATCH_H_

#include <array>
#include <cstdint>

#include "amalgamation/private_controls.h"
#include "glasswal/sqlite.h"
#include "sqlite/sqlite_api.h"
#include "store/statements.h"

namespace glasswal::sqlite {

struct DatabaseFile;
struct Watches;

class StatementWatch : private GlasswalWatch {
 public:
  explicit StatementWatch(DatabaseFile* file);
  StatementWatch(const StatementWatch&) = delete;
  StatementWatch& operator=(const StatementWatch&) = delete;
  /// Takes itself out of SQLite's list.
  ~StatementWatch();

  /// The patched SQLite asks for it.
  void Join(GlasswalWatchPlace* place);
  /// Any other has told which connection this is (SQLITE_FCNTL_PDB), before that is complete: it is
  /// asked for its statements when it uses the file for the first time.
  void Expect(sqlite3** db) { expected_ = db; }
  void JoinExpected() {
    if (expected_ != nullptr) [[unlikely]]
      TraceExpected();
  }

  /// A transaction begins. Before others see it.
  void BeginTransaction() {
    // The short one that ran last has ended with its transaction, and is not part of the next.
    if (pShort == nullptr && run_count_ == 0) rows_.Rest();
  }
  /// What runs may last: it waits, or has been running for a while.
  void Lasts() {
    if (pShort != nullptr) [[unlikely]]
      TimeShort();
  }

  /// Whether somebody wants the statement that runs now to end.
  bool IsCancelled() { return shm_->cancel.load(std::memory_order_relaxed) != 0 && IsMeant(); }
  /// Who ended the last statement that has run, if somebody did.
  const Cancellation& cancellation() const { return cancellation_; }

 private:
  struct Run {
    const void* statement;
    store::StatementHandle row;
    uint64_t since_ns;
    bool is_exact;  // By the exact clock.
    uint64_t number;
  };

  void PointIntoRegion();
  void Begin(sqlite3_stmt* statement, uint64_t* remembered, int is_short);
  void BeginTimed(sqlite3_stmt* statement, uint64_t* remembered);
  void MayRepeat();
  void End(const void* statement, uint64_t rows, int code);
  void EndTimed(const void* statement, uint64_t rows, int code);
  void TimeShort();
  store::StatementHandle Find(sqlite3_stmt* statement);
  trace::TextRules Rules() const;
  bool IsExact();
  store::RunResult Measure(const Run& run, uint64_t now_ns) const;
  bool IsToTell(bool is_interrupt) const;
  void Tell(const Run& run, const store::RunResult& result, int code);
  bool IsMeant();
  bool EndWish();
  void TellInterrupted(const store::RunResult& result);
  void TraceExpected();
  void Count(int statements);

  DatabaseFile* const file_;
  shm::ShmConnection* const shm_;
  sqlite3* db_ = nullptr;
  sqlite3** expected_ = nullptr;
  GlasswalWatch** first_ = nullptr;  // Where the list begins.
  Watches* watches_ = nullptr;       // Which belongs to these, if it is not the patched SQLite's.
  store::StatementRows rows_;
  // Those that have begun and not ended; more than so many are not known. While pShort runs, which is
  // too short to be timed, there are none of these.
  std::array<Run, 8> runs_{};
  uint32_t run_count_ = 0;
  Cancellation cancellation_;
  uint64_t met_ = 0;  // The wish that what runs has met; 0: none.
};

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_STATEMENT_WATCH_H_
