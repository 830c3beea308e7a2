// The loadable extension in programs that know nothing of glasswal: Debian's sqlite3 shell and Python's
// sqlite3 module, each a process of its own, on one region.
//
// Their SQLite may be older than glasswal asks for; that is good enough to see that it loads and works.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "glasswal/runtime.h"

namespace glasswal {
namespace {

class ExtensionTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string folder = testing::TempDir() + "glasswal-extension-XXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
  }
  void TearDown() override { EXPECT_EQ(system(("rm -r " + folder_).c_str()), 0); }

  std::string Uri(const std::string& more = "") const {
    return "file:/app.sqlite?vfs=glasswal&region=" + region_ + more;
  }

  std::string Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ + "/" + name) << text;
    return folder_ + "/" + name;
  }

  /// What the command prints; fails the test if it does not exit with 0.
  static std::string Run(const std::string& command) {
    std::string output;
    FILE* pipe = popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return "popen failed";
    for (int c; (c = std::fgetc(pipe)) != EOF;) output += static_cast<char>(c);
    const int status = pclose(pipe);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << command << "\n" << output;
    return output;
  }

  const std::string region_ = "extension-test-" + std::to_string(getpid());
  std::string folder_;
};

TEST_F(ExtensionTest, TheShellAndPythonShareOneDatabase) {
  const std::string python = Write("other.py",
                                   "import sqlite3\n"
                                   "loader = sqlite3.connect(':memory:')\n"
                                   "loader.enable_load_extension(True)\n"
                                   "loader.load_extension('" GLASSWAL_EXTENSION_FILE "')\n"
                                   "db = sqlite3.connect('" + Uri() + "', uri=True)\n"
                                   "db.execute('INSERT INTO t VALUES (3)')\n"
                                   "db.commit()\n"
                                   "print('python', db.execute('SELECT sum(x) FROM t').fetchone()[0])\n");
  const std::string shell = Write("shell.sql", ".bail on\n.load " GLASSWAL_EXTENSION_FILE "\n.open " + Uri() +
                                                   "\nCREATE TABLE t (x);\n"
                                                   "INSERT INTO t VALUES (1), (2);\n"
                                                   "PRAGMA journal_mode;\n"
                                                   ".shell /usr/bin/python3 " + python + "\n"
                                                   "SELECT 'shell ' || sum(x) FROM t;\n"
                                                   "PRAGMA integrity_check;\n");
  EXPECT_EQ(Run("sqlite3 < " + shell), "wal\npython 6\nshell 6\nok\n");
}

TEST_F(ExtensionTest, ARegionEndsWithItsLastClient) {
  const std::string shell = Write("shell.sql", ".bail on\n.load " GLASSWAL_EXTENSION_FILE "\n.open " + Uri() +
                                                   "\nCREATE TABLE t (x);\nSELECT count(*) FROM t;\n");
  EXPECT_EQ(Run("sqlite3 < " + shell), "0\n");
  // It is a new region each time: the table does not exist yet.
  EXPECT_EQ(Run("sqlite3 < " + shell), "0\n");
  EXPECT_EQ(Runtime::Open(region_).status().code(), StatusCode::kNotFound);
}

TEST_F(ExtensionTest, OptionsInTheUriCountAndBadOnesAreRefused) {
  const std::string small = Write(
      "small.sql", ".load " GLASSWAL_EXTENSION_FILE "\n.open " +
                       Uri("&max_database_bytes=262144&initial_database_bytes=65536") +
                       "\nCREATE TABLE t (x);\nINSERT INTO t VALUES (zeroblob(1000000));\n");
  const std::string output = Run("(sqlite3 < " + small + " || true)");
  EXPECT_NE(output.find("database or disk is full"), std::string::npos) << output;
  const std::string bad = Write("bad.sql", ".load " GLASSWAL_EXTENSION_FILE "\n.open " +
                                               Uri("&stale_ms=soon") + "\nSELECT 1;\n");
  const std::string refused = Run("(sqlite3 < " + bad + " || true)");
  EXPECT_NE(refused.find("unable to open"), std::string::npos) << refused;
}

}  // namespace
}  // namespace glasswal
