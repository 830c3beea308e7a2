// The command line on real regions with real clients: what each command says, in text and as JSON, how
// it ends, and that looking changes nothing.
#include <algorithm>
#include <csignal>
#include <fstream>
#include <regex>

#include "diag/json_value.h"
#include "glasswal/observe.h"
#include "inspector/cli_run.h"
#include "multiprocess/stage.h"
#include "sqlite/program.h"

namespace glasswal::test {
namespace {

using ::glasswal::testing::JsonValue;
using ::glasswal::testing::ParseJson;
using ::testing::TempDir;

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// Where two values differ, but for durations, which grow while nothing happens.
std::string Difference(const JsonValue& a, const JsonValue& b, const std::string& where = "$") {
  if (a.kind != b.kind || a.boolean != b.boolean || a.number != b.number || a.text != b.text ||
      a.names != b.names || a.items.size() != b.items.size()) {
    return where;
  }
  for (size_t i = 0; i < a.items.size(); ++i) {
    const std::string name = i < a.names.size() ? a.names[i] : std::to_string(i);
    if (EndsWith(name, "Ns")) continue;
    std::string part = where;
    part.append(".").append(name);
    const std::string found = Difference(a.items[i], b.items[i], part);
    if (!found.empty()) return found;
  }
  return {};
}

class CommandLine : public Stage {
 protected:
  Snapshot Look() {
    Result<Snapshot> snapshot = Observe(runtime());
    EXPECT_TRUE(snapshot.ok()) << snapshot.status().message();
    return std::move(*snapshot);
  }

  void ExpectSame(const std::string& json, const Snapshot& snapshot) {
    const JsonValue said = ParseJson(json.substr(0, json.find_last_not_of('\n') + 1));
    ASSERT_EQ(said.kind, JsonValue::Kind::kObject) << json;
    EXPECT_EQ(Difference(said, ParseJson(ToJson(snapshot))), "");
  }
};

TEST_F(CommandLine, JsonIsTheSnapshotAndLookingChangesNothing) {
  const auto holder = Child("holder", "BEGIN IMMEDIATE; INSERT INTO t VALUES('secret')");
  const Snapshot before = Look();
  const std::string capture = TempDir() + name() + ".glasswal";
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"locks", name(), "--json"},
                                             {"statements", name(), "--json"},
                                             {"top", name(), "--json", "--times", "1"}}) {
    const Said said = Glasswal(arguments);
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_EQ(said.err, "");
    if (arguments[0] != "top") {
      ExpectSame(said.out, before);
    } else {
      // It knows of silence, which one look does not.
      const JsonValue value = ParseJson(said.out.substr(0, said.out.size() - 1));
      EXPECT_NE(value.Find("clients"), nullptr) << said.out;
    }
  }
  EXPECT_EQ(Glasswal({"capture", name(), capture}).code, 0);
  EXPECT_EQ(Glasswal({"report", name()}).code, 0);
  EXPECT_EQ(Glasswal({"events", name()}).code, 0);
  EXPECT_EQ(Glasswal({"ls"}).code, 0);
  EXPECT_EQ(Difference(ParseJson(ToJson(before)), ParseJson(ToJson(Look()))), "");
  // A capture says the same.
  ExpectSame(Glasswal({"locks", capture, "--json"}).out, before);
  std::remove(capture.c_str());
}

TEST_F(CommandLine, LsListsTheLivingAndTheDead) {
  const auto reader = Child("reader", "SELECT 1");
  const auto dead = Child("dead", "SELECT 1");
  dead->Kill();
  const Said json = Glasswal({"ls", "--json"});
  ASSERT_EQ(json.code, 0) << json.err;
  const JsonValue value = ParseJson(std::regex_replace(json.out, std::regex("\n ?"), ""));
  const auto own = std::find_if(value.items.begin(), value.items.end(), [&](const JsonValue& each) {
    return each.Find("name")->text == name();
  });
  ASSERT_NE(own, value.items.end()) << json.out;
  EXPECT_EQ(own->Find("problem")->kind, JsonValue::Kind::kNull);
  EXPECT_EQ(own->Find("id")->text, runtime().id());
  EXPECT_EQ(own->Find("clientCount")->number, 2u);
  EXPECT_EQ(own->Find("deadClientCount")->number, 1u);
  EXPECT_EQ(own->Find("databases")->items[0].Find("path")->text, "/app.sqlite");
  const Said names = Glasswal({"ls", "--names"});
  EXPECT_TRUE(Has("\n" + names.out, "\n" + name() + "\n")) << names.out;
  const Said text = Glasswal({"ls"});
  EXPECT_TRUE(std::regex_search(text.out, std::regex(name() + " +2 +1 +3 "))) << text.out;
}

TEST_F(CommandLine, LocksNameHoldersAndWaiters) {
  const auto holder = Child("holder", "BEGIN IMMEDIATE");
  ChildProcess waiter([this](const auto& signal) {
    const Seat own = Seat::Join(name(), "waiter");
    const auto connection = own.Open("/app.sqlite", 60'000);
    signal();
    return connection->Run("BEGIN IMMEDIATE") ? 0 : 1;
  });
  ASSERT_TRUE(Eventually([&] {
    const Snapshot snapshot = Look();
    return std::any_of(snapshot.locks.begin(), snapshot.locks.end(),
                       [](const LockSnapshot& lock) { return !lock.waiters.empty(); });
  }));
  const Said said = Glasswal({"locks", name()});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_TRUE(std::regex_search(said.out,
                                std::regex("WRITE +exclusive +holder +[0-9.]+ .?s +waiter [0-9]")))
      << said.out;
  EXPECT_EQ(said.out.find('\x1b'), std::string::npos);
  EXPECT_TRUE(Has(Glasswal({"locks", name(), "--all"}).out, "CHECKPOINT"));
  const Said report = Glasswal({"report", name()});
  EXPECT_TRUE(Has(report.out, "| `/app.sqlite` | WRITE | `holder` | exclusive |")) << report.out;
}

TEST_F(CommandLine, StatementsAreCountedAsTheSnapshotCountsThem) {
  for (int i = 0; i < 7; ++i) ASSERT_TRUE(sql().Run("INSERT INTO t VALUES('secret')"));
  const Said said = Glasswal({"statements", name(), "--all"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_TRUE(
      std::regex_search(said.out, std::regex("stage +7 .* INSERT INTO t VALUES ?\\(\\?\\)")))
      << said.out;
  EXPECT_FALSE(Has(said.out + Glasswal({"report", name()}).out, "secret"));
}

TEST_F(CommandLine, EventsAreFilteredAndFollowedUntilTheRegionGoes) {
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(sql().Run("INSERT INTO t VALUES(1)"));
  const Said commits = Glasswal({"events", name(), "--kind", "commit", "--last", "3", "--json"});
  EXPECT_EQ(commits.code, 0) << commits.err;
  EXPECT_EQ(std::count(commits.out.begin(), commits.out.end(), '\n'), 3);
  EXPECT_EQ(ParseJson(commits.out.substr(0, commits.out.find('\n'))).Find("kind")->text, "commit");
  EXPECT_EQ(Glasswal({"events", name(), "--client", "nobody"}).code, 1);
  EXPECT_EQ(Glasswal({"events", name(), "--client", "stage", "--level", "info"}).code, 0);
  EXPECT_EQ(Glasswal({"events", name(), "--level", "error"}).code, 1);

  Program follower(
      {GLASSWAL_CLI, "events", name(), "--follow", "--kind", "client.joined", "--kind", "commit"});
  follower.ReadUntilLineWith("client.joined");
  const auto late = Child("late", "INSERT INTO t VALUES(2)");
  const std::string seen = follower.ReadUntilLineWith("commit                 late");
  EXPECT_TRUE(std::regex_search(seen, std::regex("info +commit +late +/app.sqlite: frames")))
      << seen;
  ASSERT_TRUE(Runtime::Remove(name()).ok());
  const std::string rest = follower.Finish();
  EXPECT_EQ(follower.exit_code(), 0);
  EXPECT_TRUE(Has(rest, "is gone")) << rest;
}

TEST_F(CommandLine, EventsSayNamesInsteadOfNumbers) {
  seat().runtime().SetEventLevel(EventLevel::kDebug);
  ASSERT_TRUE(sql().Run("INSERT INTO t VALUES('secret'); PRAGMA wal_checkpoint"));
  const auto reader = Child("reader", "BEGIN; SELECT count(*) FROM t");
  ASSERT_TRUE(sql().Run("INSERT INTO t VALUES('secret'); PRAGMA wal_checkpoint"));
  const std::string statements = Glasswal({"events", name(), "--kind", "statement"}).out;
  EXPECT_TRUE(Has(statements, "statement `INSERT INTO t VALUES(?)`, elapsed ")) << statements;
  const std::string files = Glasswal({"events", name(), "--kind", "file.created"}).out;
  EXPECT_TRUE(Has(files, "kind database")) << files;
  const std::string checkpoints = Glasswal({"events", name(), "--kind", "checkpoint.done"}).out;
  EXPECT_TRUE(Has(checkpoints, "held back by nobody, ")) << checkpoints;
  EXPECT_TRUE(Has(checkpoints, "held back by reader, ")) << checkpoints;
  // Programs get the numbers that the ring has.
  const std::string json = Glasswal({"events", name(), "--kind", "statement", "--json"}).out;
  EXPECT_TRUE(std::regex_search(json, std::regex("\"statement\":[0-9]+"))) << json;
}

TEST_F(CommandLine, ACaptureHasWhatHappenedBeforeIt) {
  ChildProcess busy([this](const auto& signal) {
    const Seat own = Seat::Join(name(), "busy");
    const auto connection = own.Open();
    signal();
    while (connection->Run("INSERT OR REPLACE INTO t(rowid, x) VALUES(1, 1)")) port::SleepUs(200);
    return 1;
  });
  ASSERT_TRUE(busy.WaitForSignal());
  const std::string file = TempDir() + name() + ".glasswal";
  const Said said = Glasswal({"capture", name(), file, "--seconds", "1", "--json"});
  EXPECT_EQ(said.code, 0) << said.err;
  const Said top = Glasswal({"top", file});
  std::smatch commits;
  ASSERT_TRUE(std::regex_search(top.out, commits, std::regex("commits ([0-9.]+)"))) << top.out;
  EXPECT_GT(std::stod(commits[1]), 0) << top.out;
  EXPECT_EQ(Glasswal({"capture", file, file, "--seconds", "1"}).code, 2);
  std::remove(file.c_str());
}

TEST_F(CommandLine, ATraceIsReadStrictly) {
  seat().runtime().SetEventLevel(EventLevel::kTrace);
  for (int i = 0; i < 7; ++i) ASSERT_TRUE(sql().Run("INSERT INTO t VALUES('secret')"));
  const std::string file = TempDir() + name() + ".json";
  const std::string capture = TempDir() + name() + ".glasswal";
  const auto read = [&] {
    Program reader({"/usr/bin/python3", GLASSWAL_READ_TRACE, file});
    const std::string said = reader.Finish();
    EXPECT_EQ(reader.exit_code(), 0) << said;
    EXPECT_TRUE(Has(said, "\"INSERT INTO t VALUES(?)\":7")) << said;
    EXPECT_TRUE(Has(said, "\"stage (client ")) << said;
  };
  const Said said = Glasswal({"trace", name(), file, "--json"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_NE(ParseJson(said.out.substr(0, said.out.size() - 1)).Find("bytes"), nullptr) << said.out;
  read();
  EXPECT_EQ(Glasswal({"capture", name(), capture}).code, 0);
  EXPECT_EQ(Glasswal({"trace", capture, file}).code, 0);
  read();
  const Said piped = Glasswal({"trace", name(), "-", "--seconds", "1"});
  EXPECT_EQ(piped.code, 0) << piped.err;
  std::ofstream(file, std::ios::binary) << piped.out;
  read();
  EXPECT_EQ(Glasswal({"trace", capture, file, "--seconds", "1"}).code, 2);
  EXPECT_EQ(Glasswal({"trace", name(), "/no/such/folder/x"}).code, 3);
  std::remove(file.c_str());
  std::remove(capture.c_str());
}

TEST_F(CommandLine, CancelsTheStatementThatRuns) {
  ASSERT_TRUE(sql().Run("INSERT INTO t VALUES(1)"));
  ChildProcess endless([this](const auto& signal) {
    const Seat own = Seat::Join(name(), "endless");
    const auto connection = own.Open();
    signal();
    if (connection->Run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "
                        "count(*) FROM n, t")) {
      return 1;
    }
    return connection->code() == SQLITE_INTERRUPT ? 0 : connection->code();
  });
  ASSERT_TRUE(Eventually([&] {
    const Snapshot snapshot = Look();
    return std::any_of(snapshot.statements.begin(), snapshot.statements.end(),
                       [](const StatementTotals& each) { return each.running; });
  }));
  const Said said = Glasswal({"cancel", name(), "endless", "--json"});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_EQ(ParseJson(said.out.substr(0, said.out.size() - 1)).Find("name")->text, "endless");
  EXPECT_EQ(endless.Wait(), 0);
  EXPECT_EQ(Glasswal({"cancel", name(), "stage"}).code, 1);
}

TEST_F(CommandLine, EvictsAClientThatIsStopped) {
  const auto stopped = Child("stopped", "BEGIN IMMEDIATE; INSERT INTO t VALUES('lost')");
  kill(stopped->process_id(), SIGSTOP);
  ASSERT_TRUE(WaitUntilStopped(stopped->process_id()));
  const Place place = PlaceOf(stopped->process_id());
  EXPECT_EQ(Glasswal({"evict", name(), "nobody"}).code, 1);
  const Said said = Glasswal({"evict", name(), std::to_string(place.slot)});
  EXPECT_EQ(said.code, 0) << said.err;
  EXPECT_TRUE(Has(said.out, "stopped (client")) << said.out;
  EXPECT_EQ(stopped->Wait(), -SIGKILL);
  EXPECT_TRUE(IsFree(place));
  EXPECT_EQ(sql().Number("SELECT count(*) FROM t"), 0);
}

TEST_F(CommandLine, RmRefusesWhileSomebodyLives) {
  const Said refused = Glasswal({"rm", name()});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(Has(refused.err, "in use by stage")) << refused.err;
  EXPECT_TRUE(runtime().IsNameCurrent());
  const Said forced = Glasswal({"rm", name(), "--force", "--json"});
  EXPECT_EQ(forced.code, 0) << forced.err;
  EXPECT_EQ(forced.out, "{\"removed\":\"" + name() + "\"}\n");
  EXPECT_FALSE(runtime().IsNameCurrent());
  EXPECT_EQ(Glasswal({"rm", name()}).code, 1);
}

TEST_F(CommandLine, OfTheDeadAloneSqlIsRefusedAndRmIsNot) {
  const std::string alone = UniqueName("alone");
  ChildProcess only([&](const auto& signal) {
    Options options;
    options.memory = MemoryKind::kNamed;
    options.name = alone;
    const Seat seat(Runtime::Create(options, "only"), "only");
    const auto connection = seat.Open();
    if (!connection->Run("CREATE TABLE kept(x)")) return 1;
    signal();
    SleepForEver();
  });
  ASSERT_TRUE(only.WaitForSignal());
  only.Kill();
  const Said sql = Glasswal({"sql", alone, "SELECT name FROM sqlite_schema"});
  EXPECT_EQ(sql.code, 1) << sql.out;
  EXPECT_TRUE(Has(sql.err, "--force")) << sql.err;
  EXPECT_EQ(Glasswal({"rm", alone}).code, 0);
  EXPECT_EQ(Glasswal({"locks", alone}).code, 1);
}

TEST_F(CommandLine, HostileNamesCommandNoTerminal) {
  const std::string evil =
      "evil\x1b]0;title\x07\xc2\x9b"
      "31m\xe2\x80\xae|`";
  const auto client = Child(evil, "BEGIN IMMEDIATE");
  const auto tricky =
      Child("\x1b[2J", "ATTACH '/\x1b[31m.sqlite' AS other; CREATE TABLE other.x(y)");
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"ls"},
           {"ls", "--json"},
           {"locks", name(), "--all"},
           {"locks", name(), "--json"},
           {"statements", name()},
           {"events", name()},
           {"events", name(), "--json"},
           {"report", name()},
           {"report", name(), "--json"},
           {"top", name(), "--times", "1"},
           {"top", name(), "--times", "1", "--json"},
           {"rm", name()},
           {"evict", name(), "no\x1b[31m"},
           {"sql", name(), "--db", "/app.sqlite",
            "SELECT char(27) || '[31m', char(155), char(8238)"},
           {"sql", name(), "--db", "/app.sqlite", "--json", "SELECT char(27, 155, 8238) AS x"},
           {"sql", name(), "--db", "/app.sqlite", "SELECT no\x1b[31m"}}) {
    const Said said = Glasswal(arguments);
    for (const std::string& text : {said.out, said.err}) {
      EXPECT_FALSE(Has(text, "\x1b")) << arguments[0] << ": " << text;
      EXPECT_FALSE(Has(text, "\xc2\x9b")) << arguments[0] << ": " << text;
      EXPECT_FALSE(Has(text, "\xe2\x80\xae")) << arguments[0] << ": " << text;
    }
  }
}

TEST_F(CommandLine, WrongArgumentsAreTwoAndASentence) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"nonsense"},
                                             {"locks"},
                                             {"locks", "a", "b"},
                                             {"events", "x", "--level", "loud"},
                                             {"top", "x", "--interval", "0"},
                                             {"top", "x", "--times", "0"},
                                             {"sql", "x", "--json", "--csv", "SELECT 1"},
                                             {"completion", "tcsh"}}) {
    const Said said = Glasswal(arguments);
    EXPECT_EQ(said.code, 2) << said.out << said.err;
    EXPECT_EQ(said.out, "");
    EXPECT_EQ(said.err.find("glasswal: "), 0u) << said.err;
  }
  const std::string file = TempDir() + UniqueName("file");
  std::ofstream(file) << "no capture";
  EXPECT_EQ(Glasswal({"locks", file}).code, 3);
  std::remove(file.c_str());
  EXPECT_EQ(Glasswal({"capture", name(), "/no/such/folder/x"}).code, 3);
  EXPECT_EQ(Glasswal({"--version"}).code, 0);
}

TEST_F(CommandLine, EveryCommandHasHelpWithExamples) {
  const Said help = Glasswal({"--help"});
  EXPECT_EQ(help.code, 0);
  const std::regex command("\n  ([a-z]+)  ");
  size_t commands = 0;
  const std::string list = help.out.substr(help.out.find("Commands:"));
  for (std::sregex_iterator at(list.begin(), list.end(), command), end; at != end; ++at) {
    const Said own = Glasswal({(*at)[1], "--help"});
    EXPECT_EQ(own.code, 0);
    EXPECT_TRUE(Has(own.out, "Examples:\n  ")) << own.out;
    ++commands;
  }
  EXPECT_EQ(commands, 14u) << help.out;
}

TEST_F(CommandLine, EndsAsOthersDoWhenNobodyReads) {
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(sql().Run("INSERT INTO t VALUES(1)"));
  const Said events =
      Shell("\"$GLASSWAL\" events " + name() + " --follow | head -n 1; echo ${PIPESTATUS[0]}");
  // It is told by a write that fails, which comes with the next event.
  EXPECT_TRUE(Has(events.out, "\n141\n")) << events.out << events.err;
  const Said rows =
      Shell("\"$GLASSWAL\" sql " + name() +
            " 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n' "
            "| head -n 1; echo ${PIPESTATUS[0]}");
  EXPECT_TRUE(Has(rows.out, "\n141\n")) << rows.out << rows.err;
  EXPECT_EQ(Look().clients.size(), 1u) << "the command has left the region as a client does";
  EXPECT_TRUE(Look().recoveries.empty());
}

TEST_F(CommandLine, InspectStartsTheWindowOrSaysThatItIsNotThere) {
  const std::string folder = TempDir() + UniqueName("bin");
  const Said alone = Shell("mkdir " + folder + " && cp \"$GLASSWAL\" " + folder +
                           "/glasswal && PATH=/nowhere " + folder + "/glasswal inspect x");
  EXPECT_EQ(alone.code, 1);
  EXPECT_TRUE(Has(alone.err, "glasswal-inspector")) << alone.err;
  const Said beside =
      Shell("printf '#!/bin/sh\\necho \"$@\"\\n' > " + folder + "/glasswal-inspector && chmod +x " +
            folder + "/glasswal-inspector && " + folder + "/glasswal inspect x --panel locks");
  EXPECT_EQ(beside.out, "x --panel locks\n") << beside.err;
  EXPECT_EQ(Shell("rm -r " + folder).code, 0);
}

}  // namespace
}  // namespace glasswal::test
