// One scenario whose numbers are known, and every outlet that tells of it: the structures of C++, their
// JSON, the tables in SQL, the command line and a trace, and these once more from a capture.
#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <regex>
#include <sstream>
#include <thread>

#include "glasswal/observe.h"
#include "glasswal/runtime.h"
#include "glasswal/sqlite.h"
#include "inspector/cli_run.h"
#include "inspector/facts.h"
#include "multiprocess/stage.h"

namespace glasswal::test {
namespace {

using ::glasswal::testing::JsonValue;
using ::glasswal::testing::ParseJson;

constexpr uint32_t kSlowMs = 1000;  // No other statement takes as long, on a busy machine either.
constexpr uint32_t kInserts = 50;
constexpr uint32_t kSelects = 20;
constexpr uint32_t kRefusals = 3;
constexpr uint32_t kSlow = 2;
constexpr char kEndless[] =
    "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c) SELECT count(*) FROM c";

void Pause(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  port::SleepUs(1000 * static_cast<uint64_t>(sqlite3_value_int64(values[0])));
  sqlite3_result_null(context);
}

class Outlets : public Stage {
 protected:
  void SetUp() override {
    Options options;
    options.slow_ms = kSlowMs;
    options.event_capacity = 4096;
    Raise(options);
    runtime().SetEventLevel(EventLevel::kDebug);
  }

  Snapshot Look() { return *Observe(runtime()); }

  template <typename Condition>
  void Await(const Condition& holds) {
    ASSERT_TRUE(Eventually([&] { return holds(Look()); }, 20'000));
  }

  void InsertAndSelect() {
    for (uint32_t i = 0; i < kInserts; ++i) {
      ASSERT_TRUE(sql().Run("INSERT INTO t VALUES (" + std::to_string(i) + ")")) << sql().error();
    }
    for (uint32_t i = 0; i < kSelects; ++i) {
      ASSERT_EQ(sql().Number("SELECT count(*) FROM t"), kInserts);
    }
  }

  /// Others are refused by one who holds WRITE, and one waits for it until it is killed.
  void RefuseWaitAndRecover() {
    const auto holder = Child("holder", "BEGIN IMMEDIATE; INSERT INTO t VALUES ('held')");
    sqlite3_busy_timeout(sql().db(), 0);
    for (uint32_t i = 0; i < kRefusals; ++i) {
      ASSERT_FALSE(sql().Run("BEGIN IMMEDIATE"));
      ASSERT_EQ(sql().code(), SQLITE_BUSY);
    }
    ChildProcess waiter([this](const auto& signal) {
      const Seat own = Seat::Join(name(), "waiter");
      const auto connection = own.Open("/app.sqlite", 60'000);
      if (!connection->Run("INSERT INTO t VALUES ('waited')")) return 1;
      signal();
      return 0;
    });
    Await([](const Snapshot& snapshot) {
      return std::any_of(
          snapshot.locks.begin(), snapshot.locks.end(),
          [](const LockSnapshot& each) { return each.name == "WRITE" && !each.waiters.empty(); });
    });
    holder->Kill();
    ASSERT_TRUE(waiter.WaitForSignal());
    ASSERT_EQ(waiter.Wait(), 0);
  }

  void BeSlow(const std::string& statement) {
    ASSERT_EQ(sqlite3_create_function(sql().db(), "pause_ms", 1, SQLITE_UTF8, nullptr, Pause,
                                      nullptr, nullptr),
              SQLITE_OK);
    ASSERT_TRUE(sql().Run(statement));
  }

  void Cancel() {
    std::atomic<int> code{-1};
    std::thread worker([&] {
      Sql connection("/app.sqlite", "stage");
      (void)connection.Run(kEndless);
      code = connection.code();
    });
    ConnectionSnapshot victim;
    Await([&](const Snapshot& snapshot) {
      for (const ConnectionSnapshot& each : snapshot.connections) {
        if (!each.statement || !each.statement->running) continue;
        if (each.statement->text.starts_with("WITH RECURSIVE")) victim = each;
      }
      return victim.statement.has_value();
    });
    EXPECT_TRUE(runtime()
                    .CancelConnection(victim.client.value(), victim.client_generation, victim.file,
                                      victim.slot, victim.statement->run)
                    .ok());
    worker.join();
    EXPECT_EQ(code, SQLITE_INTERRUPT);
  }

  /// What came to pass, by name.
  static Facts Expected() {
    const std::string insert = "INSERT INTO t VALUES (?)";
    const std::string select = "SELECT count(*) FROM t";
    const std::string pause = "SELECT pause_ms(?)";
    const std::string endless =
        "WITH RECURSIVE c(i) AS (SELECT ? UNION ALL SELECT i+? FROM c) SELECT count(*) FROM c";
    return {
        {"commits", kInserts + 2},        // That of the table, and the one that had waited.
        {"commit_frames", kInserts + 1},  // The table came before there was a log.
        // That of who was killed, the one that had waited, and the rebuilding of the wal-index.
        {"write_transactions", kInserts + 3},
        {"busy", kRefusals},
        {"lock_waits", 1},
        {"slow_statements", kSlow},
        {"interrupts", 1},
        {"cancels", 1},
        {"recoveries", 1},
        {"recovered locks of holder",
         3},  // SHARED of the database, the mark of its snapshot, WRITE.
        {"lock.refused", kRefusals},
        {"lock.waited", 1},
        {"statement.slow", kSlow},
        {"statement.interrupted", 1},
        {"recovery.done", 1},
        {"runs of CREATE TABLE t(x)", 1},
        {"runs of " + insert, kInserts + 2},  // One by who was killed.
        {"runs of " + select, kSelects},
        {"rows of " + select, kSelects},
        {"runs of BEGIN IMMEDIATE", kRefusals + 1},
        {"errors of BEGIN IMMEDIATE", kRefusals},
        {"runs of " + pause, kSlow},
        {"rows of " + pause, kSlow},
        {"slow of " + pause, kSlow},
        {"runs of " + endless, 1},
        {"errors of " + endless, 1},
    };
  }

  /// What the command line says of the region, or of a capture of it.
  static Facts CommandLineFacts(const std::string& target) {
    const Said snapshot = Glasswal({"statements", target, "--all", "--json"});
    EXPECT_EQ(snapshot.code, 0) << snapshot.err;
    const Said said = Glasswal({"events", target, "--json"});
    EXPECT_EQ(said.code, 0) << said.err;
    std::vector<JsonValue> events;
    std::istringstream lines(said.out);
    for (std::string line; std::getline(lines, line);) events.push_back(ParseJson(line));
    return FactsOf(ParseJson(snapshot.out.substr(0, snapshot.out.find_last_not_of('\n') + 1)),
                   events);
  }

  static Facts CommandLineSqlFacts(const std::string& target) {
    return FactsOf([&](const std::string& query) {
      const Said said = Glasswal({"sql", target, query, "--json"});
      EXPECT_EQ(said.code, 0) << said.err;
      std::vector<std::vector<std::string>> rows;
      const JsonValue value = ParseJson(std::regex_replace(said.out, std::regex("\n *"), ""));
      for (const JsonValue& row : value.items) {
        rows.emplace_back();
        for (const JsonValue& each : row.items) {
          const bool is_number = each.kind == JsonValue::Kind::kNumber;
          rows.back().push_back(is_number ? std::to_string(each.number) : each.text);
        }
      }
      return rows;
    });
  }

  /// What a strict reader finds in a trace of the region, or of a capture of it.
  static JsonValue TraceSummary(const std::string& target) {
    const std::string file = ::testing::TempDir() + UniqueName("trace");
    EXPECT_EQ(Glasswal({"trace", target, file}).code, 0);
    const Said said = Shell("python3 " + Quoted(GLASSWAL_READ_TRACE) + " " + Quoted(file));
    EXPECT_EQ(said.code, 0) << said.err;
    std::remove(file.c_str());
    return ParseJson(said.out.substr(0, said.out.find('\n')));
  }

  /// A trace has what goes by: runs, waits and what is recorded of them.
  static Facts TraceFacts(const std::string& target) {
    const JsonValue summary = TraceSummary(target);
    const auto count = [&](const char* group, const char* name) {
      const JsonValue* found = summary.Find(group)->Find(name);
      return found != nullptr ? found->number : 0;
    };
    Facts facts = {{"commits", count("instants", "commit")},
                   {"lock.waited", count("slices", "wait")}};
    for (const char* kind :
         {"lock.refused", "statement.slow", "statement.interrupted", "recovery.done"}) {
      facts[kind] = count("instants", kind);
    }
    for (const auto& [text, runs] : summary.Find("statements")->Members()) {
      if (text.find("glasswal_") != std::string_view::npos) continue;
      facts["runs of " + std::string(text)] = runs->number;
    }
    const JsonValue* flows = summary.Find("flows");
    EXPECT_EQ(flows->items.size(), 1u);
    EXPECT_TRUE(std::regex_match(flows->items.at(0).text,
                                 std::regex("holder .* > waiter .*: holds WRITE")));
    return facts;
  }
  static Facts ExpectedOfTrace() {
    Facts facts;
    for (const auto& [name, count] : Expected()) {
      const bool is_event = name.find('.') != std::string::npos || name == "commits";
      if (is_event || name.starts_with("runs of ")) facts[name] = count;
    }
    facts.erase("runs of CREATE TABLE t(x)");  // That was before statements were recorded.
    return facts;
  }

  Facts SqlFacts() {
    return FactsOf([&](const std::string& query) {
      std::vector<std::vector<std::string>> rows;
      EXPECT_TRUE(sql().ForEachRow(query, [&](sqlite3_stmt* row) {
        rows.emplace_back();
        for (int i = 0; i < sqlite3_column_count(row); ++i) {
          rows.back().emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(row, i)));
        }
      })) << sql().error();
      return rows;
    });
  }
};

TEST_F(Outlets, AllTellTheSameNumbers) {
  InsertAndSelect();
  RefuseWaitAndRecover();
  for (uint32_t i = 0; i < kSlow; ++i) {
    BeSlow("SELECT pause_ms(" + std::to_string(kSlowMs + 100) + ")");
  }
  Cancel();
  const auto bytes = NewMappedBytes(runtime().bytes().data(), runtime().bytes().size());
  const Result<EventBatch> batch = ObserveEvents(*bytes, 1, 10'000);
  ASSERT_TRUE(batch.ok());
  EXPECT_EQ(batch->lost, 0u) << "the ring holds them all";
  const Snapshot snapshot = Look();
  EXPECT_EQ(FactsOf(snapshot, batch->events), Expected());

  std::vector<JsonValue> events;
  for (const Event& event : batch->events) events.push_back(ParseJson(ToJson(event)));
  EXPECT_EQ(FactsOf(ParseJson(ToJson(snapshot)), events), Expected());

  EXPECT_EQ(CommandLineFacts(name()), Expected());
  EXPECT_EQ(CommandLineSqlFacts(name()), Expected());
  EXPECT_EQ(SqlFacts(), Expected());

  const std::string capture = ::testing::TempDir() + name() + ".glasswal";
  ASSERT_EQ(Glasswal({"capture", name(), capture}).code, 0);
  EXPECT_EQ(CommandLineFacts(capture), Expected());
  EXPECT_EQ(TraceFacts(name()), ExpectedOfTrace());
  EXPECT_EQ(TraceFacts(capture), ExpectedOfTrace());
  std::remove(capture.c_str());
}

/// In each of these stands a secret where a literal does, or in a comment.
constexpr std::array<const char*, 13> kHostile = {
    "INSERT INTO t VALUES ('sEcReT')",
    "INSERT INTO t VALUES (x'734563526554'), (917350624), (9173.50624e5)",
    "INSERT INTO t SELECT 'it''s sEcReT' || char(917350624)",
    "SELECT 1 -- sEcReT",
    "SELECT /* 'sEcReT' */ 2 /* sEcReT",
    "SELECT count(*) FROM t WHERE x LIKE '%sEcReT%' OR x IN (917350624, 'sEcReT''')",
    "SELECT \"sEcReT\", 'x' AS y FROM t",
    "CREATE TABLE d(x DEFAULT 'sEcReT', y CHECK (y <> 'sEcReT'))",
    "ALTER TABLE d ADD COLUMN z DEFAULT \"sEcReT\"",
    "CREATE TRIGGER g AFTER INSERT ON d BEGIN INSERT INTO t VALUES ('sEcReT'); END",
    "INSERT INTO d(y) VALUES ('sEcReT2')",
    "PRAGMA key = 'sEcReT'; PRAGMA rekey = \"sEcReT\"; PRAGMA hexkey(sEcReT)",
    "SELECT abs(-9223372036854775807 - 1), 'sEcReT' -- it overflows: an error at run time",
};

/// Where the text tells a secret, or nothing.
std::string SecretIn(const std::string& text) {
  for (const char* secret : {"sEcReT", "734563526554", "917350624", "50624e5"}) {
    const size_t at = text.find(secret);
    if (at != std::string::npos) return text.substr(at < 60 ? 0 : at - 60, 120);
  }
  return {};
}

TEST_F(Outlets, NoneTellsALiteral) {
  Options options;
  options.slow_ms = 1;
  Raise(options);
  runtime().SetEventLevel(EventLevel::kTrace);
  ASSERT_EQ(sqlite3_db_config(sql().db(), SQLITE_DBCONFIG_DQS_DML, 1, nullptr), SQLITE_OK);
  for (const char* each : kHostile) (void)sql().Run(each);
  ASSERT_EQ(sql().Number("SELECT count(*) FROM t"), 6) << "they have run";
  BeSlow("SELECT pause_ms(20), 'sEcReT'");
  // One who is refused by another, of whom then a black box tells.
  const auto holder =
      Child("holder", "BEGIN IMMEDIATE; INSERT INTO t VALUES ('sEcReT'), (917350624)");
  sqlite3_busy_timeout(sql().db(), 0);
  ASSERT_FALSE(sql().Run("INSERT INTO t VALUES ('sEcReT')"));
  std::map<std::string, std::string> told;
  told["a refusal"] = LastRefusal(sql().db()).ToString();
  EXPECT_NE(told["a refusal"].find("INSERT INTO t VALUES (?"), std::string::npos);
  holder->Kill();
  sqlite3_busy_timeout(sql().db(), 5000);
  ASSERT_TRUE(sql().Run("DELETE FROM t")) << sql().error();

  const std::string capture = ::testing::TempDir() + name() + ".glasswal";
  ASSERT_EQ(Glasswal({"capture", name(), capture}).code, 0);
  told["a capture's bytes"] = Shell("cat " + Quoted(capture)).out;
  told["JSON"] = ToJson(Look());
  told["a trace"] = Glasswal({"trace", name(), "-"}).out;
  for (const std::string& target : {name(), capture}) {
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"locks"}, {"statements", "--all"}, {"events"}, {"report"}, {"top", "--times", "1"}}) {
      for (const bool is_json : {false, true}) {
        if (is_json && words[0] == "report") continue;
        std::vector<std::string> arguments = words;
        arguments.insert(arguments.begin() + 1, target);
        if (is_json) arguments.push_back("--json");
        const Said said = Glasswal(arguments);
        EXPECT_EQ(said.code, 0) << words[0] << ": " << said.err;
        told["glasswal " + words[0] + (is_json ? " --json of " : " of ") + target] =
            said.out + said.err;
      }
    }
  }
  std::remove(capture.c_str());
  for (const char* table : {"region", "files", "segments", "clients", "connections", "locks",
                            "waits", "wal", "events", "recoveries", "counters", "statements"}) {
    const Said said =
        Glasswal({"sql", name(), std::string("SELECT * FROM glasswal_") + table, "--json"});
    EXPECT_EQ(said.code, 0) << said.err;
    told[std::string("glasswal_") + table] = said.out;
  }
  for (const auto& [outlet, text] : told) {
    EXPECT_FALSE(text.empty()) << outlet;
    EXPECT_EQ(SecretIn(text), "") << outlet;
  }
  EXPECT_NE(told["JSON"].find("SELECT pause_ms(?), ?"), std::string::npos) << "it tells of them";
  EXPECT_NE(told["glasswal_recoveries"].find("INSERT INTO t VALUES (?"), std::string::npos);

  // Who wants them has them.
  options.statement_text = StatementText::kFull;
  Raise(options);
  for (const char* each : kHostile) (void)sql().Run(each);
  EXPECT_NE(SecretIn(ToJson(Look())), "");
}

}  // namespace
}  // namespace glasswal::test
