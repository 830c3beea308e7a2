// A worker of the kill tests: a process that joins a region by name and does everything that a
// client can do, in random order, until it is killed or told to leave.
//
// Every transaction has a number in its worker's ledger and writes as many rows as each of its rows
// says, so that whoever looks can tell a lost commit from a torn one from one that came back.
//
// Thread-safety: a worker is a process with one thread.
#ifndef GLASSWAL_TESTS_MULTIPROCESS_WORKER_H_
#define GLASSWAL_TESTS_MULTIPROCESS_WORKER_H_

#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "glasswal/runtime.h"
#include "multiprocess/scoreboard.h"
#include "multiprocess/sql.h"

namespace glasswal::test {

/// How many transactions of each worker stay in a database.
inline constexpr uint64_t kKeep = 30;

/// The tables of one database; run once for each schema.
std::string CreateBook(const std::string& schema);
inline const char* const kAttachAll =
    "ATTACH '/side.sqlite' AS side; ATTACH '/left.sqlite' AS left_; ATTACH '/right.sqlite' AS "
    "right_;";

class Worker {
 public:
  Worker(std::string region, uint32_t number, uint64_t seed, Scoreboard* board)
      : region_(std::move(region)), number_(number), random_(seed), board_(board) {}

  /// Works until the scoreboard says to leave or has a failure. The process's exit code.
  int Run();

 private:
  bool Join();
  bool Open();
  void Leave();
  void Park();
  void DoOne();
  void Write(Book book);
  void WriteAndRollBack();
  void Grow();
  void Checkpoint();
  void Vacuum();
  void ChangeLevel();
  void Cancel();
  void ReadTwice();
  bool Settle(Book book);
  bool InsertAndPrune(const std::string& schema, uint64_t transaction, uint32_t parts,
                      uint32_t bytes);
  bool Expect(const char* what);
  uint32_t Below(uint32_t end) { return static_cast<uint32_t>(random_() % end); }
  Ledger& ledger(Book book) { return board_->ledgers[number_][book]; }

  const std::string region_;
  const uint32_t number_;
  std::mt19937_64 random_;
  Scoreboard* const board_;
  std::shared_ptr<Runtime> runtime_;
  std::unique_ptr<Sql> sql_;
};

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_MULTIPROCESS_WORKER_H_
