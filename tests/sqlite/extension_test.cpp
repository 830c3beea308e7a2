// The loadable extension in the programs that it is for: the sqlite3 shell and Python, as the
// system installs them, alone and several at once on one named region.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "contract/database.h"
#include "glasswal/runtime.h"
#include "port/unique_name.h"
#include "sqlite/program.h"

namespace glasswal::test {
namespace {

constexpr char kExtension[] = GLASSWAL_EXTENSION;
constexpr char kPython[] = "/usr/bin/python3";

/// Fails the test, saying what to install, where a program is missing.
void Need(const std::vector<std::string>& command, const std::string& package) {
  Program program(command);
  const std::string said = program.Finish();
  ASSERT_EQ(program.exit_code(), 0) << command[0] << " cannot be run: install Debian's package "
                                    << package << " (./dev test does). It says: " << said;
}

class Extension : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(Need({"sqlite3", "--version"}, "sqlite3"));
    ASSERT_NO_FATAL_FAILURE(Need({kPython, "-c", "import sqlite3"}, "python3"));
    ASSERT_EQ(access(kExtension, R_OK), 0) << kExtension << " has not been built";
    region_ = UniqueName("extension-test");
  }
  void TearDown() override {
    if (IsSkipped() || region_.empty()) return;
    EXPECT_EQ(Runtime::Open(region_).status().code(), StatusCode::kNotFound)
        << "the region outlives the programs that used it";
  }

  std::string Uri(const std::string& path = "/app.sqlite") const {
    return "file:" + path + "?vfs=glasswal&region=" + region_;
  }

  /// A shell that has the extension and a database of the region open.
  std::unique_ptr<Program> NewShell() {
    auto shell = std::make_unique<Program>(std::vector<std::string>{"sqlite3", "-batch"});
    shell->Send(".load " + std::string(kExtension) + "\n.open " + Uri() + "\n.timeout 10000\n");
    return shell;
  }
  /// What the shell answers to `commands`.
  static std::string Ask(Program& shell, const std::string& commands) {
    shell.Send(commands + "\n.print done\n");
    return shell.ReadUntil("done");
  }

  /// What the shell says when it is asked why the region's database could not be opened.
  std::string AskWhy(Program& shell) const {
    shell.Send(".load " + std::string(kExtension) + "\n.open " + Uri() +
               "\nSELECT 'reason: ' || glasswal_last_error();\n");
    const std::string said = shell.Finish();
    EXPECT_NE(said.find("reason: "), std::string::npos) << said;
    return said;
  }

  /// A Python program that begins with an open connection `db`.
  std::unique_ptr<Program> NewPython(const std::string& body, const std::string& uri) {
    const std::string program =
        "import sqlite3, sys\n"
        "loader = sqlite3.connect(':memory:')\n"
        "loader.enable_load_extension(True)\n"
        "loader.load_extension('" +
        std::string(kExtension) +
        "')\n"
        "def connect(uri): return sqlite3.connect(uri, uri=True, timeout=20, "
        "isolation_level=None)\n"
        "db = connect('" +
        uri + "')\n" + body;
    return std::make_unique<Program>(std::vector<std::string>{kPython, "-u", "-c", program});
  }

 protected:
  std::string region_;
};

TEST_F(Extension, GivesTheTablesOfTheDiagnosticsToItsConnections) {
  const auto holder = NewShell();
  EXPECT_EQ(Ask(*holder, "CREATE TABLE t(x); BEGIN IMMEDIATE; INSERT INTO t VALUES (1);"), "");
  const auto shell = NewShell();
  EXPECT_EQ(Ask(*shell,
                "SELECT l.lock, c.process_id > 0 FROM glasswal_locks AS l, json_each(holders) AS h "
                "JOIN glasswal_clients AS c ON c.client = h.value ->> 'client' WHERE exclusive;"),
            "WRITE|1\n");
  EXPECT_EQ(Ask(*holder, "COMMIT;"), "");
  EXPECT_EQ(Ask(*shell, "SELECT count(*) FROM glasswal_locks WHERE exclusive;"), "0\n");
  EXPECT_EQ(shell->Finish() + holder->Finish(), "");
}

TEST_F(Extension, TheShellWithARegionOfItsOwn) {
  Program shell({"sqlite3", "-batch"});
  shell.Send(
      ".load " + std::string(kExtension) + "\n.open file:/app.sqlite?vfs=glasswal\n" +
      "PRAGMA journal_mode; CREATE TABLE t(x); INSERT INTO t VALUES (1), (2);\n"
      "PRAGMA wal_checkpoint(TRUNCATE); SELECT sum(x) FROM t; PRAGMA integrity_check;\n"
      "ATTACH 'file:/other.sqlite?vfs=glasswal' AS o; CREATE TABLE o.u AS SELECT * FROM t;\n"
      "VACUUM INTO 'file:/copy.sqlite?vfs=glasswal'; SELECT count(*) FROM o.u;\n"
      ".open file:/copy.sqlite?vfs=glasswal\nSELECT count(*) FROM t; PRAGMA journal_mode;\n");
  EXPECT_EQ(shell.Finish(), "wal\n0|0|0\n3\nok\n2\n2\nwal\n");
  EXPECT_EQ(shell.exit_code(), 0);
}

TEST_F(Extension, LoadingTwiceAndBackingUpToAFile) {
  auto shell = NewShell();
  const std::string file = ::testing::TempDir() + UniqueName("glasswal-backup");
  EXPECT_EQ(Ask(*shell, ".load " + std::string(kExtension) +
                            "\nCREATE TABLE t(x); INSERT INTO t VALUES (7);\n"
                            ".backup main " +
                            file + "\nSELECT x FROM t;"),
            "7\n");
  EXPECT_EQ(shell->Finish(), "");
  EXPECT_EQ(Database(file, "unix").Rows("SELECT x FROM t"), "7");
  for (const char* end : {"", "-wal", "-shm"}) unlink((file + end).c_str());
}

TEST_F(Extension, TheShellIsToldWhyAnOpenWasRefused) {
  Program shell({"sqlite3", "-batch"});
  shell.Send(".load " + std::string(kExtension) + "\n.log stdout\n.open " + Uri() +
             "&max_database_bytes=lots\nSELECT 'reason: ' || glasswal_last_error();\n");
  const std::string said = shell.Finish();
  constexpr char kReason[] = "max_database_bytes must be a whole number";
  EXPECT_NE(said.find("unable to open database"), std::string::npos) << said;
  EXPECT_NE(said.find(std::string("glasswal: ") + kReason), std::string::npos) << said;
  EXPECT_NE(said.find(std::string("reason: ") + kReason), std::string::npos) << said;
}

TEST_F(Extension, TheShellIsToldThatTheSharedMemoryIsReadOnlyOrFull) {
  for (const auto& [options, reason] : {std::pair{"ro", "Read-only file system"},
                                        std::pair{"size=128k", "No space left on device"}}) {
    Program shell({"unshare", "-rm", "sh", "-c",
                   std::string("mount -t tmpfs -o ") + options +
                       " none /dev/shm && exec sqlite3 -batch || echo cannot mount"});
    const std::string said = AskWhy(shell);
    if (said.find("cannot mount") != std::string::npos) GTEST_SKIP() << said;
    EXPECT_NE(said.find(reason), std::string::npos) << said;
    EXPECT_NE(said.find("/dev/shm"), std::string::npos) << said;
  }
}

TEST_F(Extension, TheShellIsToldWhoseTheRegionIs) {
  const std::string object = "/dev/shm/glasswal." + region_;
  const int file = open(object.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
  ASSERT_GE(file, 0);
  ASSERT_EQ(fchmod(file, 0666), 0);
  Program other({"sqlite3", "-batch"});
  const std::string rights = AskWhy(other);
  EXPECT_NE(rights.find("rights"), std::string::npos) << rights;
  EXPECT_NE(rights.find(object), std::string::npos) << rights;
  if (geteuid() == 0) {
    ASSERT_EQ(fchmod(file, 0600), 0);
    ASSERT_EQ(fchown(file, 1, 1), 0);
    Program root({"sqlite3", "-batch"});
    const std::string user = AskWhy(root);
    EXPECT_NE(user.find("user"), std::string::npos) << user;
    EXPECT_NE(user.find(object), std::string::npos) << user;
  }
  close(file);
  ASSERT_EQ(unlink(object.c_str()), 0);
}

TEST_F(Extension, TheShellIsToldThatAllClientsOfTheRegionAreThere) {
  Options options;
  options.memory = MemoryKind::kNamed;
  options.name = region_;
  std::vector<Result<std::shared_ptr<Runtime>>> clients;
  clients.push_back(Runtime::Create(options, "first"));
  while (clients.size() < 62) clients.push_back(Runtime::Open(region_));
  ASSERT_TRUE(clients.back().ok()) << clients.back().status().message();
  Program shell({"sqlite3", "-batch"});
  const std::string said = AskWhy(shell);
  EXPECT_NE(said.find("62"), std::string::npos) << said;
}

TEST_F(Extension, PythonCanAskWhyAnOpenWasRefused) {
  auto python = NewPython(
      "def refused(uri):\n"
      "  try: connect(uri).execute('SELECT 1 FROM sqlite_master')\n"
      "  except sqlite3.OperationalError: pass\n"
      "  print(loader.execute('SELECT glasswal_last_error()').fetchone()[0].split(' must')[0])\n"
      "refused('" +
          Uri() +
          "&stale_ms=soon')\n"
          "refused('file:/app.sqlite?vfs=glasswal&region=a/b')\n"
          "many = [connect('" +
          Uri() +
          "') for _ in range(61)]\n"
          "refused('" +
          Uri() + "')\n",
      Uri());
  EXPECT_EQ(python->Finish(),
            "stale_ms\n"
            "region: its name is \"a/b\", but\n"
            "all 62 connections of the database are in use: close one first\n");
}

TEST_F(Extension, TwoShellsShareARegion) {
  auto first = NewShell();
  auto second = NewShell();
  EXPECT_EQ(Ask(*first, "CREATE TABLE t(x); INSERT INTO t VALUES ('from the first');"), "");
  EXPECT_EQ(Ask(*second, "SELECT x FROM t; INSERT INTO t VALUES ('from the second');"),
            "from the first\n");
  EXPECT_EQ(Ask(*first, "SELECT count(*) FROM t; BEGIN IMMEDIATE; INSERT INTO t VALUES ('third');"),
            "2\n");
  // While the first holds WRITE the second reads, and is refused when it writes.
  EXPECT_EQ(Ask(*second, ".timeout 50\nSELECT count(*) FROM t;"), "2\n");
  EXPECT_NE(Ask(*second, "INSERT INTO t VALUES ('refused');").find("database is locked"),
            std::string::npos);
  EXPECT_EQ(Ask(*first, "COMMIT;"), "");
  EXPECT_EQ(Ask(*second, "SELECT count(*) FROM t; PRAGMA integrity_check;"), "3\nok\n");
  // Nothing is lost when one of them goes.
  first->Finish();
  EXPECT_EQ(Ask(*second, "SELECT count(*) FROM t; PRAGMA wal_checkpoint(TRUNCATE);"), "3\n0|0|0\n");
  second->Finish();
}

TEST_F(Extension, AShellThatIsKilledInATransactionIsRecoveredFrom) {
  auto survivor = NewShell();
  EXPECT_EQ(Ask(*survivor, "CREATE TABLE t(x); INSERT INTO t VALUES (1);"), "");
  auto victim = NewShell();
  EXPECT_EQ(Ask(*victim, "INSERT INTO t VALUES (2); BEGIN IMMEDIATE; INSERT INTO t VALUES (3);"),
            "");
  victim.reset();
  EXPECT_EQ(Ask(*survivor,
                "INSERT INTO t VALUES (4); SELECT group_concat(x) FROM t; PRAGMA integrity_check;"),
            "1,2,4\nok\n");
  survivor->Finish();
}

TEST_F(Extension, PythonAndTheShellAndThisProgram) {
  auto shell = NewShell();
  EXPECT_EQ(Ask(*shell, "CREATE TABLE t(who, n);"), "");
  auto python = NewPython(
      "db.execute(\"INSERT INTO t VALUES ('python', ?)\", (42,))\n"
      "print(db.execute('PRAGMA journal_mode').fetchone()[0], db.execute('SELECT * FROM "
      "t').fetchall())\n"
      "for line in db.iterdump(): print(line)\n",
      Uri());
  EXPECT_EQ(python->Finish(),
            "wal [('python', 42)]\nBEGIN TRANSACTION;\nCREATE TABLE t(who, n);\n"
            "INSERT INTO \"t\" VALUES('python',42);\nCOMMIT;\n");
  EXPECT_EQ(python->exit_code(), 0);

  // This program has the library and an SQLite of its own, of another version.
  auto runtime = Runtime::Open(Uri().substr(Uri().find("region=") + 7), "test");
  ASSERT_TRUE(runtime.ok()) << runtime.status().message();
  ASSERT_TRUE((*runtime)->RegisterVfs("extension-test", false).ok());
  {
    Database db("/app.sqlite", "extension-test");
    EXPECT_EQ(db.Rows("SELECT who, n FROM t"), "python|42");
    db.Run("INSERT INTO t VALUES ('test', 43)");
  }
  EXPECT_TRUE(Runtime::UnregisterVfs("extension-test").ok());
  runtime->reset();
  EXPECT_EQ(Ask(*shell, "SELECT sum(n) FROM t; PRAGMA integrity_check;"), "85\nok\n");
  shell->Finish();
}

TEST_F(Extension, TwoPythonsWriteAtOnce) {
  auto keeper = NewShell();
  EXPECT_EQ(Ask(*keeper, "CREATE TABLE t(who, n); CREATE INDEX ti ON t(who, n);"), "");
  std::vector<std::unique_ptr<Program>> writers;
  for (const char* name : {"a", "b"}) {
    writers.push_back(
        NewPython("print('ready'); sys.stdin.readline()\n"
                  "for n in range(300):\n"
                  "    db.execute('BEGIN IMMEDIATE')\n"
                  "    db.execute('INSERT INTO t VALUES (?, ?)', ('" +
                      std::string(name) +
                      "', n))\n"
                      "    db.execute('COMMIT')\n"
                      "    if n % 50 == 0: db.execute('PRAGMA wal_checkpoint')\n"
                      "db.close()\n",
                  Uri()));
  }
  for (auto& writer : writers) EXPECT_EQ(writer->ReadUntil("ready"), "");
  for (auto& writer : writers) writer->Send("go\n");
  for (auto& writer : writers) {
    EXPECT_EQ(writer->Finish(), "");
    EXPECT_EQ(writer->exit_code(), 0);
  }
  EXPECT_EQ(
      Ask(*keeper, "SELECT who, count(*), sum(n) FROM t GROUP BY who; PRAGMA integrity_check;"),
      "a|300|44850\nb|300|44850\nok\n");
  keeper->Finish();
}

}  // namespace
}  // namespace glasswal::test
