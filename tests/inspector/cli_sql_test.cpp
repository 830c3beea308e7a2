// glasswal sql on a real region: values of every kind in each form, refusals, and a proper end.
#include <csignal>

#include "glasswal/observe.h"
#include "inspector/cli_run.h"
#include "multiprocess/stage.h"

namespace glasswal::test {
namespace {

constexpr const char* kValues =
    "SELECT 1 AS n, 2.5 AS r, NULL AS nil, x'00ff' AS b, 'a,\"b\"' || char(10) AS t "
    "UNION ALL SELECT -7, 1e999, 'text', x'', ''";

class CommandLineSql : public Stage {};

TEST_F(CommandLineSql, PrintsValuesInEachForm) {
  const Said table = Glasswal({"sql", name(), kValues});
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_EQ(table.out,
            " n    r  nil   b        t\n"
            " 1  2.5        x'00ff'  a,\"b\"\\x0a\n"
            "-7  Inf  text  x''\n");
  const Said json = Glasswal({"sql", name(), "--json", kValues});
  EXPECT_EQ(
      json.out,
      "[{\"n\":1,\"r\":2.5,\"nil\":null,\"b\":{\"blob\":\"00ff\"},\"t\":\"a,\\\"b\\\"\\n\"},\n"
      " {\"n\":-7,\"r\":9.0e+999,\"nil\":\"text\",\"b\":{\"blob\":\"\"},\"t\":\"\"}]\n");
  const Said csv = Glasswal({"sql", name(), "--csv", kValues});
  EXPECT_EQ(csv.out, "n,r,nil,b,t\n1,2.5,,x'00ff',\"a,\"\"b\"\"\n\"\n-7,Inf,text,x'',\n");
  EXPECT_EQ(Glasswal({"sql", name(), "--json", "SELECT 1 WHERE 0"}).out, "[]\n");
}

TEST_F(CommandLineSql, WritesAndReadsWhatOthersSee) {
  EXPECT_EQ(
      Glasswal({"sql", name(), "INSERT INTO t VALUES('one'); INSERT INTO t VALUES('two')"}).code,
      0);
  EXPECT_EQ(sql().Text("SELECT group_concat(x) FROM t"), "one,two");
  const Said read = Glasswal({"sql", name(), "--readonly"}, "SELECT count(*) AS c FROM t; -- end");
  EXPECT_EQ(read.out, "c\n2\n") << read.err;
  const Said refused = Glasswal({"sql", name(), "--readonly", "DELETE FROM t"});
  EXPECT_EQ(refused.code, 1) << refused.err;
  EXPECT_EQ(sql().Number("SELECT count(*) FROM t"), 2);
  EXPECT_EQ(Glasswal({"sql", name(), "SELECT * FROM nowhere"}).code, 3);
}

TEST_F(CommandLineSql, SaysThatWhatIsNotCommittedIsRolledBack) {
  const Said open = Glasswal({"sql", name(), "BEGIN; INSERT INTO t VALUES(1)"});
  EXPECT_EQ(open.code, 3);
  EXPECT_NE(open.err.find("is rolled back: end it with COMMIT"), std::string::npos) << open.err;
  EXPECT_EQ(sql().Number("SELECT count(*) FROM t"), 0);
  // What fails in it is said first, and who only reads loses nothing.
  const Said failed =
      Glasswal({"sql", name(), "BEGIN; INSERT INTO t VALUES(1); SELECT * FROM nowhere"});
  EXPECT_EQ(failed.code, 3);
  EXPECT_LT(failed.err.find("nowhere"), failed.err.find("is rolled back")) << failed.err;
  EXPECT_NE(failed.err.find("is rolled back"), std::string::npos) << failed.err;
  const Said read = Glasswal({"sql", name(), "BEGIN; SELECT count(*) AS c FROM t"});
  EXPECT_EQ(read.code, 0);
  EXPECT_EQ(read.err, "");
  const Said done = Glasswal({"sql", name(), "BEGIN; INSERT INTO t VALUES(1); COMMIT"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(sql().Number("SELECT count(*) FROM t"), 1);
}

TEST_F(CommandLineSql, NamesWhoHoldsTheLock) {
  const auto holder = Child("holder", "BEGIN IMMEDIATE");
  const Said said = Glasswal({"sql", name(), "--timeout", "20", "INSERT INTO t VALUES(1)"});
  EXPECT_EQ(said.code, 1);
  EXPECT_NE(said.err.find("`holder` has held WRITE for"), std::string::npos) << said.err;
}

TEST_F(CommandLineSql, AsksWhichDatabaseWhereThereAreSeveral) {
  ASSERT_TRUE(sql().Run("ATTACH '/other.sqlite' AS other; CREATE TABLE other.o(x)"));
  const Said said = Glasswal({"sql", name(), "SELECT 1"});
  EXPECT_EQ(said.code, 1);
  EXPECT_NE(said.err.find("/app.sqlite, /other.sqlite"), std::string::npos) << said.err;
  EXPECT_EQ(
      Glasswal({"sql", name(), "--db", "/other.sqlite", "SELECT name FROM sqlite_schema"}).out,
      "name\no\n");
}

TEST_F(CommandLineSql, LeavesTheRegionWhenItIsInterrupted) {
  const std::string endless =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
  // A job of a shell with job control, so that SIGINT is not ignored in it.
  const std::string line =
      "set -m; \"$GLASSWAL\" sql " + name() + " " + Quoted(endless) + " & wait $!; echo $?";
  ChildProcess shell([&](const auto&) {
    const Said own = Shell(line);
    return own.out == "130\n" ? 0 : 1;
  });
  ASSERT_TRUE(Eventually([&] {
    const Result<Snapshot> snapshot = Observe(runtime());
    for (const ClientSnapshot& client : snapshot->clients) {
      if (client.name != "glasswal sql" || client.connections == 0) continue;
      kill(static_cast<pid_t>(client.process_id), SIGINT);
      return true;
    }
    return false;
  }));
  EXPECT_EQ(shell.Wait(), 0);
  const Result<Snapshot> snapshot = Observe(runtime());
  EXPECT_EQ(snapshot->clients.size(), 1u);
  EXPECT_TRUE(snapshot->recoveries.empty());
}

}  // namespace
}  // namespace glasswal::test
