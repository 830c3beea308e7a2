// The patched SQLite (vfs/amalgamation) writes what the published one writes, byte for byte, what it leaves when it is killed the
// published one reads, and queries have the same rows in both. Both are compiled into a program of their own (witness.cpp).
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "contract/database.h"
#include "glasswal/runtime.h"
#include "sqlite/program.h"

namespace glasswal::test {
namespace {

/// A folder that is gone after the test.
class Folder {
 public:
  explicit Folder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() /
              ("glasswal-" + name + "-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string path() const { return path_.string(); }

 private:
  const std::filesystem::path path_;
};

std::string Told(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {program};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Program witness(command);
  const std::string told = witness.Finish();
  EXPECT_EQ(witness.exit_code(), 0) << told;
  return told;
}

/// Runs both builds with the same arguments; how many lines they told, and the last of them. They are the same.
int ExpectTheSame(const std::vector<std::string>& patched, const std::vector<std::string>& stock,
                  std::string* last) {
  std::istringstream ours(Told(GLASSWAL_PATCHED_WITNESS, patched));
  std::istringstream theirs(Told(GLASSWAL_STOCK_WITNESS, stock));
  std::string our_line;
  std::string their_line;
  int lines = 0;
  for (; std::getline(theirs, their_line); ++lines) {
    EXPECT_TRUE(std::getline(ours, our_line)) << "line " << lines;
    EXPECT_EQ(our_line, their_line) << "line " << lines;
    *last = their_line;
  }
  return lines;
}

class SameBytes : public ::testing::TestWithParam<const char*> {};

TEST_P(SameBytes, DatabaseLogAndIndexAfterEachStep) {
  const Folder patched("patched");
  const Folder stock("stock");
  std::string last;
  const int steps = ExpectTheSame({"script", "unix", patched.path(), GetParam()},
                                  {"script", "unix", stock.path(), GetParam()}, &last);
  EXPECT_EQ(steps, 18);
  EXPECT_NE(last.find("closed "), std::string::npos) << last;
}

std::string PageSizeName(const ::testing::TestParamInfo<const char*>& info) { return info.param; }

INSTANTIATE_TEST_SUITE_P(PageSize, SameBytes,
                         ::testing::Values("512", "1024", "4096", "8192", "65536"), PageSizeName);

using RowsOf = std::tuple<const char*, const char*>;
class SameRows : public ::testing::TestWithParam<RowsOf> {};

TEST_P(SameRows, OfWhatSortsGroupsAndUnites) {
  const auto& [encoding, binary] = GetParam();
  const std::vector<std::string> arguments = {"rows", "unix", encoding, binary};
  std::string last;
  EXPECT_GT(ExpectTheSame(arguments, arguments, &last), 900);
  EXPECT_NE(last.find(" => 1:"), std::string::npos) << last;
}

std::string RowsName(const ::testing::TestParamInfo<RowsOf>& info) {
  const std::string encoding = std::get<0>(info.param);
  return "utf" + encoding.substr(4) + "_binary_of_" + std::get<1>(info.param);
}

INSTANTIATE_TEST_SUITE_P(Encoding, SameRows,
                         ::testing::Combine(::testing::Values("UTF-8", "UTF-16le", "UTF-16be"),
                                            ::testing::Values("sqlite", "own")),
                         RowsName);

/// A writer is killed again and again; after each death the other build looks at what it left.
void ExpectKilledWritersLeaveGoodFiles(const std::string& vfs, const std::string& file) {
  constexpr int kDeaths = 8;
  std::mt19937_64 random(TestSeed());
  int64_t acknowledged = 0;
  for (int death = 0; death < kDeaths; ++death) {
    {
      Program writer({GLASSWAL_PATCHED_WITNESS, "write", vfs, file});
      const auto commits = static_cast<int64_t>(random() % 300 + 1);
      for (int64_t i = 0; i < commits; ++i) {
        const std::string row = writer.ReadUntilLineWith("row ");
        ASSERT_EQ(row.rfind("row ", 0), 0u) << row;
        acknowledged = std::stoll(row.substr(4));
      }
    }  // SIGKILL, wherever it is.
    std::istringstream told(Told(GLASSWAL_STOCK_WITNESS, {"read", vfs, file}));
    int64_t rows = 0;
    int64_t last = 0;
    std::string integrity;
    told >> rows >> last >> integrity;
    EXPECT_EQ(integrity, "ok") << told.str();
    EXPECT_EQ(rows, last) << told.str();
    EXPECT_GE(last, acknowledged) << "a commit that was acknowledged is gone";
  }
}

TEST(KilledWriters, LeaveFilesThatThePublishedSQLiteReads) {
  const Folder folder("killed");
  ExpectKilledWritersLeaveGoodFiles("unix", folder.path() + "/killed.db");
}

TEST(KilledWriters, LeaveARegionThatThePublishedSQLiteReads) {
  const std::string name = "glasswal-killed-" + std::to_string(getpid());
  // The region stays while somebody has it open.
  Options options;
  options.memory = MemoryKind::kNamed;
  options.name = name;
  options.initial_database_capacity_bytes = 1 << 20;
  options.initial_write_ahead_capacity_bytes = 1 << 20;
  const auto runtime = Runtime::Create(options, "witness of the region");
  ASSERT_TRUE(runtime.ok()) << runtime.status().message();
  ExpectKilledWritersLeaveGoodFiles("region:" + name, "/killed.db");
}

}  // namespace
}  // namespace glasswal::test
