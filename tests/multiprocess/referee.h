// The referee of the kill tests: the client that survives, and checks after each death that nothing
// was lost, torn, kept or leaked.
//
// Thread-safety: belongs to the test's one thread.
#ifndef GLASSWAL_TESTS_MULTIPROCESS_REFEREE_H_
#define GLASSWAL_TESTS_MULTIPROCESS_REFEREE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "glasswal/runtime.h"
#include "glasswal/table_watch.h"
#include "multiprocess/crew.h"
#include "multiprocess/scoreboard.h"
#include "multiprocess/sql.h"
#include "recovery/runtime_inside.h"

namespace glasswal::test {

/// The options of a small named region whose name belongs to this process.
enum class Roominess : uint8_t {
  kAmple,
  kCramped,  // 14 MiB for everything: SQLITE_FULL is met again and again.
};
Options KillTestOptions(const std::string& name, Roominess roominess = Roominess::kAmple);

class Referee {
 public:
  /// Creates the region and its databases. See failure().
  Referee(const Options& options, Scoreboard* board);
  ~Referee();
  Referee(const Referee&) = delete;
  Referee& operator=(const Referee&) = delete;

  /// Empty as long as everything holds.
  const std::string& failure() const { return failure_; }
  bool ok() const { return failure_.empty() && board_->failed.load() == 0; }
  Runtime& runtime() const { return *runtime_; }
  shm::Region& region() const { return RegionOf(*runtime_); }
  Sql& sql() { return *sql_; }

  /// A client has just been killed: a write must go through within a second, and nothing may name
  /// the dead one any more.
  void AfterDeath(const ClientPlace& dead, uint64_t died_ns);

  /// All acknowledged commits are there, none is torn, none came back; the database is sound.
  void CheckBooks();

  /// Nobody is inside the VFS: the region must add up, and whatever table has other rows than at the
  /// last call must have been told of.
  void CheckRegion(uint64_t kills);

  /// Nobody is in a transaction and all journals were looked at: no super-journal is left.
  void CheckFiles();

  /// Nobody else is there: what the workers filled the region with can be deleted, and then there
  /// is room for writes.
  void MakeRoom();

  /// The longest that a write took after a death.
  uint64_t slowest_ns() const { return slowest_ns_; }

  /// Leaves as the last one: the name must be gone then.
  void Close();

 private:
  void Fail(const std::string& what) {
    if (failure_.empty()) failure_ = what;
  }
  void Create(const Options& options);
  void CheckBook(Book book, const char* schema);
  void CheckDead(const ClientPlace& dead, uint64_t died_ns);
  void CheckSound();
  void CheckChanges();

  /// A table, and what it was like when its commits were looked for.
  struct Watched {
    std::string table;
    std::unique_ptr<TableWatch> watch;
    std::string rows;
    bool told = true;
  };

  Scoreboard* const board_;
  const std::string name_;
  std::shared_ptr<Runtime> runtime_;
  std::unique_ptr<Sql> sql_;
  std::vector<Watched> watched_;
  std::string failure_;
  uint64_t writes_ = 0;
  uint64_t slowest_ns_ = 0;
};

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_MULTIPROCESS_REFEREE_H_
