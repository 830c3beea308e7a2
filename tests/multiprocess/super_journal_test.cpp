// A transaction over two databases, whose client dies on the way or finds no room: it is committed
// in both or in none, and its super-journal does not stay behind.
#include <signal.h>

#include "contract/shim.h"
#include "multiprocess/stage.h"
#include "port/child_process.h"
#include "port/point.h"

namespace glasswal::test {
namespace {

class SuperJournal : public Stage {
 protected:
  static constexpr const char* kSetUp =
      "PRAGMA journal_mode = DELETE; CREATE TABLE t(x); ATTACH '/b.sqlite' AS b;"
      "PRAGMA b.journal_mode = DELETE; CREATE TABLE b.t(x); INSERT INTO t VALUES (0);"
      "INSERT INTO b.t VALUES (0)";

  /// A child commits `value` to both databases and is killed at the n-th point on the way; false
  /// when it came through.
  bool DiesAtPoint(int n, int value, Shim::Bytes bytes) {
    ChildProcess child([&](const auto&) {
      const Seat own = Seat::Join(name(), "committer");
      const Shim shim("committer-shim", "committer", Shim::Names::kPassed, bytes);
      Sql both("/a.sqlite", shim.name());
      const std::string set = " SET x = " + std::to_string(value);
      if (!both.Run("ATTACH '/b.sqlite' AS b; BEGIN; UPDATE t" + set + "; UPDATE b.t" + set)) {
        return 1;
      }
      port::SetPointHook(
          [](const char*, void* left) {
            if (--*static_cast<int*>(left) == 0) raise(SIGKILL);
          },
          &n);
      const bool committed = both.Run("COMMIT");
      port::SetPointHook(nullptr, nullptr);
      return committed ? 0 : 2;
    });
    const int end = child.Wait();
    EXPECT_TRUE(end == 0 || end == -SIGKILL) << end;
    return end != 0;
  }

  /// Dies at every point of a commit; both databases must agree each time.
  void DieAtEveryPoint(Shim::Bytes bytes) {
    const Shim shim("shim", "stage", Shim::Names::kPassed, bytes);
    ASSERT_TRUE(Sql("/a.sqlite", "shim").Run(kSetUp));
    int committed = 0;
    int n = 1;
    for (; DiesAtPoint(n, n, bytes); ++n) {
      SCOPED_TRACE("killed at point " + std::to_string(n) + " of COMMIT");
      runtime().RecoverDead();
      const int64_t a = Sql("/a.sqlite", "shim").Number("SELECT x FROM t");
      const int64_t b = Sql("/b.sqlite", "shim").Number("SELECT x FROM t");
      ASSERT_EQ(a, b);
      ASSERT_TRUE(a == committed || a == n) << a;
      committed = static_cast<int>(a);
      if (bytes == Shim::Bytes::kPassed) {
        ASSERT_EQ(SuperJournalThere(), "");
      }
    }
    EXPECT_GT(n, 20) << "the commit has too few points";
    EXPECT_EQ(Sql("/b.sqlite", "shim").Number("SELECT x FROM t"), n);
  }

  std::string SuperJournalThere() {
    for (const FileEntry& file : runtime().ListFiles()) {
      if (file.path.find("-mj") != std::string::npos) return file.path;
    }
    return "";
  }
};

TEST_F(SuperJournal, OfADeadClientGoesAndBothDatabasesAgree) {
  DieAtEveryPoint(Shim::Bytes::kPassed);
}

TEST_F(SuperJournal, OfADeadClientUnderACipherStaysAsLongAsAJournalMayNameIt) {
  DieAtEveryPoint(Shim::Bytes::kInverted);
}

}  // namespace
}  // namespace glasswal::test
