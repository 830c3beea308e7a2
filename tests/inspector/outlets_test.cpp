// One scenario whose numbers are known, and every outlet that tells of it: the structures of C++, their
// JSON, the tables in SQL, the command line, and all of them once more from a capture.
#include <algorithm>
#include <atomic>
#include <regex>
#include <sstream>
#include <thread>

#include "glasswal/observe.h"
#include "glasswal/runtime.h"
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

  void BeSlow() {
    ASSERT_EQ(sqlite3_create_function(sql().db(), "pause_ms", 1, SQLITE_UTF8, nullptr, Pause,
                                      nullptr, nullptr),
              SQLITE_OK);
    for (uint32_t i = 0; i < kSlow; ++i) {
      ASSERT_TRUE(sql().Run("SELECT pause_ms(" + std::to_string(kSlowMs + 100) + ")"));
    }
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
  BeSlow();
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
  std::remove(capture.c_str());
}

}  // namespace
}  // namespace glasswal::test
