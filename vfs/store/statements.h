// The rows of the table of statements that belong to one connection: finding the row of a text,
// claiming one, and adding up what the connection has cost while the row was current.
//
// A row has one writer, its connection, which names it in ShmConnection::running from before it
// writes until it names another, also while nothing runs. When the table is full, whoever needs a
// row takes the one that ran longest ago, from any connection, but none that is named:
//
//   the owner                          whoever claims
//   1. names the row                   1. marks the row as being claimed
//   2. looks whether it is its own     2. looks whether the owner names it, and then undoes 1
//
// Each does the first before the second for all to see, so one of them notices the other. A row that
// is lost is claimed again when its statement runs next. Running the same statement again is two
// stores, or one where its transaction, which ends with it, says that it has ended (IsRunning).
//
// Runs, rows, pages and waits of the current row are not in it yet: they are what the run's number
// and the connection's counters have grown since ShmConnection::row_runs and the others. Observers
// add them.
//
// Thread-safety: as for the connection: one thread at a time.
#ifndef GLASSWAL_VFS_STORE_STATEMENTS_H_
#define GLASSWAL_VFS_STORE_STATEMENTS_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "store/connection.h"
#include "trace/statement_text.h"

namespace glasswal::store {

// ShmStatement::state: state 8 | claiming client 8 | unused 16 | generation 32.
constexpr uint64_t StatementWord(shm::StatementState state, uint32_t client, uint32_t generation) {
  return uint64_t{state} << 56 | uint64_t{client & 0xff} << 48 | generation;
}
constexpr uint32_t StatementStateOf(uint64_t word) { return static_cast<uint32_t>(word >> 56); }
constexpr uint32_t StatementClaimerOf(uint64_t word) {
  return static_cast<uint32_t>(word >> 48) & 0xff;
}

// ShmStatement::owner: file 16 | connection 8 | client 8 | client generation 32.
constexpr uint64_t StatementOwner(uint32_t file, uint32_t connection, uint32_t client,
                                  uint32_t client_generation) {
  return uint64_t{file & 0xffff} << 48 | uint64_t{connection & 0xff} << 40 |
         uint64_t{client & 0xff} << 32 | client_generation;
}
constexpr uint32_t OwnerFileOf(uint64_t owner) { return static_cast<uint32_t>(owner >> 48); }
constexpr uint32_t OwnerConnectionOf(uint64_t owner) {
  return static_cast<uint32_t>(owner >> 40) & 0xff;
}
constexpr uint32_t OwnerClientOf(uint64_t owner) {
  return static_cast<uint32_t>(owner >> 32) & 0xff;
}

// ShmConnection::running: run 47 | row + 1 16 | runs 1.
inline constexpr uint32_t kRunShift = 17;
constexpr uint64_t RunningWord(uint64_t run, uint32_t row_plus_1, bool runs) {
  return run << kRunShift | uint64_t{row_plus_1 & 0xffff} << 1 | (runs ? 1 : 0);
}
constexpr uint64_t RunOf(uint64_t word) { return word >> kRunShift; }
constexpr uint32_t RunningRowOf(uint64_t word) { return static_cast<uint32_t>(word >> 1) & 0xffff; }
/// Whether what the connection runs, or ran last, runs now. A short one that is a transaction of its
/// own has no time, and ends with its transaction.
inline bool IsRunning(const shm::ShmConnection& connection, uint64_t running) {
  return (running & 1) != 0 && (connection.running_ns.load(std::memory_order_relaxed) != 0 ||
                                connection.transaction_ns.load(std::memory_order_relaxed) != 0);
}

/// Since when that has been running; 0: it is not known, or was not long ago.
inline uint64_t RunningSinceNs(const shm::ShmConnection& connection) {
  const uint64_t since_ns = connection.running_ns.load(std::memory_order_relaxed);
  return since_ns != 0 ? since_ns : connection.transaction_ns.load(std::memory_order_relaxed);
}

/// A row as its connection remembers it: generation 48 | row + 1 16; 0: none.
using StatementHandle = uint64_t;

/// True for a result code of SQLite that tells of a failure: not SQLITE_OK, SQLITE_ROW and SQLITE_DONE.
constexpr bool IsError(int code) { return code != 0 && code != 100 && code != 101; }

/// What a run has come to.
struct RunResult {
  uint64_t rows = 0;
  int code = 0;  // SQLite's extended result code.
  uint64_t elapsed_ns = 0;
  uint64_t stands_for = 0;  // So many runs' time is told by this one's; 0: it was not timed.
  bool is_slow = false;
};

class StatementRows {
 public:
  StatementRows() = default;
  explicit StatementRows(const Connection& connection) : connection_(connection) {}

  /// The row of `sql`, claimed if need be; 0 if there is none to be had. Slow, beside running.
  StatementHandle Find(std::string_view sql, trace::TextRules rules, bool keeps_text);

  /// A run of `row` begins, which has lasted since `now_ns`; 0: it is short and a transaction of its
  /// own. False: the row was lost, find it again.
  bool Begin(StatementHandle row, uint64_t now_ns) {
    if (row == 0 || (row != current_ && !SwitchTo(row))) return false;
    word_ += RunningWord(1, 0, false);
    if (now_ns != 0 || connection_.shm->running_ns.load(std::memory_order_relaxed) != 0) {
      Since(now_ns);
    }
    connection_.shm->running.store(word_ | 1, std::memory_order_release);
    return true;
  }
  /// The present run has lasted since `now_ns`.
  void Since(uint64_t now_ns) {
    connection_.shm->running_ns.store(now_ns, std::memory_order_relaxed);
  }
  /// Nothing runs: what was short and a transaction of its own does not come to run again with the
  /// next transaction.
  void Rest() {
    if (connection_.shm->running.load(std::memory_order_relaxed) != word_) {
      connection_.shm->running.store(word_, std::memory_order_relaxed);
    }
  }
  /// The present run ends, and what it has come to is added to its row.
  void End(const RunResult& result, uint64_t now_ns);
  /// Run `number` of `row`, which began at `since_ns`, is the present one again, now that a later one
  /// has ended, or for a moment, to end as well. False: the row was lost.
  bool Resume(StatementHandle row, uint64_t number, uint64_t since_ns);
  /// Which run of the connection began last: they are counted from 1.
  uint64_t run() const { return RunOf(word_); }
  /// ShmConnection::running of the last run, which may be counted up by who runs the same again.
  uint64_t* word() { return &word_; }
  StatementHandle current() const { return current_; }
  /// How often the current row has run.
  uint64_t runs() const;
  /// So many runs of the current row, at most `most`, have passed since one was timed.
  uint64_t untimed(uint64_t most) const;

  /// Nothing of this connection runs any more: what is not in its row yet is added.
  void Close();

 private:
  shm::ShmStatement* RowOf(StatementHandle row) const;
  bool IsMine(StatementHandle row) const;
  bool SwitchTo(StatementHandle row);
  void Name(StatementHandle row);
  void Flush();
  StatementHandle FindOwn(uint64_t hash) const;
  StatementHandle Claim(uint64_t hash, std::string_view text, size_t text_bytes);
  bool IsNamed(const shm::ShmStatement& row, uint32_t index) const;
  bool TryClaim(uint32_t index, uint64_t state);
  bool ClaimUnused(uint32_t* index);
  bool ClaimOldest(uint32_t* index);
  uint64_t owner() const;
  uint64_t ClaimingWord(uint32_t generation) const;

  static constexpr size_t kRemembered = 128;
  struct Remembered {
    uint64_t hash = 0;
    StatementHandle row = 0;
  };

  Connection connection_;
  uint64_t word_ = 0;  // ShmConnection::running, but that it runs.
  uint32_t hand_ = 0;  // Where to look first for a row of others.
  StatementHandle current_ = 0;
  std::unique_ptr<std::array<Remembered, kRemembered>> remembered_;
};

/// What a connection runs or has run, as somebody else sees it.
struct StatementSight {
  std::string text;  // As the region keeps it; empty: nothing is known.
  bool running = false;
  uint64_t for_ns = 0;  // How long it has been running, or ended before.
};

/// Looks at the statement of `connection`, in slot `slot` of `file`, from outside.
StatementSight LookAtStatement(const shm::RegionView& region, uint32_t file, uint32_t slot,
                               const shm::ShmConnection& connection, uint64_t now_ns);

/// For how long the client has been running the statement that it began first of those that run now; 0:
/// it runs none.
uint64_t RunningNs(shm::Region& region, uint32_t client, uint64_t now_ns);

/// Adds to the row of a dead client's connection what is not in it yet. Before its counters go.
/// REQUIRES: the caller recovers from that client. A recoverer that dies in here leaves some of it
/// counted twice.
void CloseStatements(shm::Region& region, uint32_t file, uint32_t slot,
                     shm::ShmConnection* connection);

/// Gives rows back that a dead client was claiming. Idempotent.
void SweepStatements(shm::Region& region, uint32_t dead_slot);

}  // namespace glasswal::store

#endif  // GLASSWAL_VFS_STORE_STATEMENTS_H_
