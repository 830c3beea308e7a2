// A fixed sequence of work on one database, step by step, for tests in which any step may fail: it
// is done again in a private :memory: database exactly when it succeeded, and both must stay equal.
//
// Thread-safety: belongs to one thread.
#ifndef GLASSWAL_TESTS_CONTRACT_WORKLOAD_H_
#define GLASSWAL_TESTS_CONTRACT_WORKLOAD_H_

#include <string>
#include <vector>

#include "contract/database.h"

namespace glasswal::test {

/// One step: statements that are one transaction, or one that changes no rows.
struct Step {
  std::string sql;
  bool changes_rows = true;
};

/// Creates, fills, indexes, updates, deletes, spills, rolls back, checkpoints, vacuums, leaves WAL
/// mode and comes back.
const std::vector<Step>& WorkloadSteps();

class Workload {
 public:
  Workload(std::string path, std::string vfs) : path_(std::move(path)), vfs_(std::move(vfs)) {}

  /// Opens the database if it is not open. The result code.
  int Open();
  /// Runs one step and settles it. The primary result code.
  int Run(const Step& step);
  /// The two halves of Run, for tests in which only the first may fail: the step itself, then
  /// rolling back what it left open and doing it again in the model if it succeeded.
  int Try(const Step& step) { return database_.Exec(step.sql); }
  void Settle(const Step& step, int result);
  /// Fails the test unless both databases have the same rows.
  void ExpectEqualRows();
  /// The same, and the database's own check.
  void ExpectSound();
  void Close() { database_.Close(); }

  Database& database() { return database_; }

 private:
  const std::string path_;
  const std::string vfs_;
  Database database_;
  Database model_{":memory:", "unix"};
};

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_CONTRACT_WORKLOAD_H_
