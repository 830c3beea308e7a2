// A transaction over two databases whose client dies on the way: it is committed in both or in
// none, and its super-journal does not stay behind.
#include <signal.h>

#include "multiprocess/stage.h"
#include "port/child_process.h"
#include "port/point.h"
#include "store/directory.h"

namespace glasswal::test {
namespace {

class SuperJournal : public Stage {
 protected:
  static constexpr const char* kSetUp =
      "PRAGMA journal_mode = DELETE; CREATE TABLE t(x); ATTACH '/b.sqlite' AS b;"
      "PRAGMA b.journal_mode = DELETE; CREATE TABLE b.t(x); INSERT INTO t VALUES (0);"
      "INSERT INTO b.t VALUES (0)";

  void SetUp() override {
    Stage::SetUp();
    const auto both = seat().Open("/a.sqlite");
    ASSERT_TRUE(both->Run(kSetUp)) << both->error();
  }

  /// A child commits `value` to both databases and is killed at the n-th point on the way; false
  /// when it came through.
  bool DiesAtPoint(int n, int value) {
    ChildProcess child([&](const auto&) {
      const Seat own = Seat::Join(name(), "committer");
      const auto both = own.Open("/a.sqlite");
      const std::string set = " SET x = " + std::to_string(value);
      if (!both->Run("ATTACH '/b.sqlite' AS b; BEGIN; UPDATE t" + set + "; UPDATE b.t" + set)) {
        return 1;
      }
      port::SetPointHook(
          [](const char*, void* left) {
            if (--*static_cast<int*>(left) == 0) raise(SIGKILL);
          },
          &n);
      const bool committed = both->Run("COMMIT");
      port::SetPointHook(nullptr, nullptr);
      return committed ? 0 : 2;
    });
    const int end = child.Wait();
    EXPECT_TRUE(end == 0 || end == -SIGKILL) << end;
    return end != 0;
  }

  std::string SuperJournalThere() {
    for (uint32_t number = 0; number < shm::kMaxFiles; ++number) {
      char path[shm::kPathBytes];
      const shm::ShmFile* file = region().file(number);
      if (store::FileStateOf(file->state.load()) != shm::kFileLive) continue;
      const std::string name(store::PathOf(*file, path));
      if (name.find("-mj") != std::string::npos) return name;
    }
    return "";
  }
};

TEST_F(SuperJournal, OfADeadClientGoesAndBothDatabasesAgree) {
  int committed = 0;
  int n = 1;
  for (; DiesAtPoint(n, n); ++n) {
    SCOPED_TRACE("killed at point " + std::to_string(n) + " of COMMIT");
    runtime().RecoverDead();
    const int64_t a = seat().Open("/a.sqlite")->Number("SELECT x FROM t");
    const int64_t b = seat().Open("/b.sqlite")->Number("SELECT x FROM t");
    ASSERT_EQ(a, b);
    ASSERT_TRUE(a == committed || a == n) << a;
    committed = static_cast<int>(a);
    ASSERT_EQ(SuperJournalThere(), "");
  }
  EXPECT_GT(n, 20) << "the commit has too few points";
  EXPECT_EQ(seat().Open("/b.sqlite")->Number("SELECT x FROM t"), n);
}

}  // namespace
}  // namespace glasswal::test
