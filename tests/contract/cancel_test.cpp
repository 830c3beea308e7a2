// Ending what others run, from other threads and through other clients.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <random>
#include <string>
#include <thread>

#include "contract/place.h"
#include "glasswal/observe.h"
#include "glasswal/sqlite.h"
#include "multiprocess/effort.h"
#include "port/clock.h"
#include "port/memory.h"

namespace glasswal::test {
namespace {

using testing::HasSubstr;

constexpr char kEndless[] =
    "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c) SELECT count(*) FROM c";
constexpr uint64_t kSoonNs = 50 * port::kNsPerMs * kSlowness;

class Cancel : public Contract {
 protected:
  /// What the connections of the database are at, once `is_so` of one of them.
  template <typename Condition>
  ConnectionSnapshot Await(Condition is_so) {
    const port::Memory& memory = place().region().memory();
    const auto bytes = NewMappedBytes(memory.base(), memory.size_bytes());
    const uint64_t until_ns = port::NowNs() + 20'000 * port::kNsPerMs * kSlowness;
    while (port::NowNs() < until_ns) {
      const Result<Snapshot> snapshot = Observe(*bytes);
      for (const ConnectionSnapshot& connection : snapshot->connections) {
        if (is_so(connection)) return connection;
      }
      port::SleepUs(200);
    }
    ADD_FAILURE() << "it did not come to that";
    return {};
  }
  ConnectionSnapshot AwaitRunning(const std::string& text) {
    return Await([&](const ConnectionSnapshot& connection) {
      return connection.statement && connection.statement->running &&
             connection.statement->text.starts_with(text);
    });
  }
  Snapshot Look() {
    const port::Memory& memory = place().region().memory();
    return *Observe(*NewMappedBytes(memory.base(), memory.size_bytes()));
  }
};

TEST_P(Cancel, AnEndlessComputationEndsAtOnceAndItsConnectionGoesOn) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); BEGIN; INSERT INTO t VALUES(1)");
  std::atomic<uint64_t> ended_ns{0};
  int code = 0;
  std::thread worker([&] {
    code = db.Exec(kEndless);
    ended_ns = port::NowNs();
  });
  const ConnectionSnapshot running = AwaitRunning("WITH RECURSIVE");
  const uint64_t began_ns = port::NowNs();
  // In the name of another client, if there is one.
  EXPECT_TRUE(
      place().runtime(1).Cancel(running.client.value_or(0), running.client_generation).ok());
  worker.join();
  EXPECT_EQ(code, SQLITE_INTERRUPT);
  EXPECT_LT(ended_ns - began_ns, kSoonNs);
  const Cancellation cancellation = LastCancellation(db.get());
  EXPECT_TRUE(cancellation.present);
  EXPECT_EQ(cancellation.canceller, Look().clients.back().name);
  EXPECT_THAT(cancellation.ToString(), HasSubstr("` cancelled the statement after "));
  EXPECT_EQ(Look().totals.cancels, 1u);
  // A statement that only reads leaves the transaction as it was.
  EXPECT_EQ(db.Rows("SELECT x FROM t"), "1");
  EXPECT_FALSE(LastCancellation(db.get()).present);
  db.Run("COMMIT");
  EXPECT_EQ(db.Rows("SELECT x FROM t"), "1");
}

TEST_P(Cancel, AWriteTakesItsWholeTransactionBack) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); BEGIN; INSERT INTO t VALUES(1)");
  int code = 0;
  std::thread worker([&] {
    code = db.Exec(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) INSERT INTO t SELECT i "
        "FROM n WHERE i < 0");
  });
  const ConnectionSnapshot running = AwaitRunning("WITH RECURSIVE");
  EXPECT_TRUE(
      place().runtime(1).Cancel(running.client.value_or(0), running.client_generation).ok());
  worker.join();
  EXPECT_EQ(code, SQLITE_INTERRUPT);
  EXPECT_NE(sqlite3_get_autocommit(db.get()), 0);
  EXPECT_EQ(db.Rows("SELECT x FROM t"), "");
}

TEST_P(Cancel, AWaitForALockEndsAtOnce) {
  Database holder = Open();
  holder.Run("CREATE TABLE t(x); BEGIN IMMEDIATE");
  Database waiter = Open();
  sqlite3_busy_timeout(waiter.get(), 60'000);
  int code = 0;
  std::atomic<uint64_t> ended_ns{0};
  std::thread worker([&] {
    code = waiter.Exec("INSERT INTO t VALUES(1)");
    ended_ns = port::NowNs();
  });
  const ConnectionSnapshot waiting = AwaitRunning("INSERT INTO");
  // Of SQLite's own busy handler nothing is seen but the tries.
  const uint64_t began_ns = port::NowNs();
  EXPECT_TRUE(place()
                  .runtime()
                  .CancelConnection(waiting.client.value_or(0), waiting.client_generation,
                                    waiting.file, waiting.slot, waiting.statement->run)
                  .ok());
  worker.join();
  EXPECT_EQ(code, SQLITE_INTERRUPT);
  // That handler sleeps for 100 ms at most.
  EXPECT_LT(ended_ns - began_ns, 2 * kSoonNs + 50 * port::kNsPerMs);
  EXPECT_TRUE(LastCancellation(waiter.get()).present);
  holder.Run("COMMIT");
  waiter.Run("INSERT INTO t VALUES(2)");
  EXPECT_EQ(waiter.Rows("SELECT x FROM t"), "2");
}

TEST_P(Cancel, WhatHasEndedIsNotFound) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  const ConnectionSnapshot idle = Look().connections[0];
  ASSERT_TRUE(idle.statement);
  const uint32_t client = idle.client.value_or(0);
  EXPECT_EQ(place().runtime().Cancel(client, idle.client_generation).code(), StatusCode::kNotFound);
  EXPECT_EQ(place().runtime().Cancel(client, idle.client_generation + 7).code(),
            StatusCode::kNotFound);
  EXPECT_EQ(place().runtime().Cancel(10'000, 1).code(), StatusCode::kNotFound);
  // A later run of the same connection is not what was meant.
  Statement running(db, "SELECT 1 UNION SELECT 2 FROM t UNION SELECT 3");
  ASSERT_EQ(running.Step(), SQLITE_ROW);
  EXPECT_EQ(place()
                .runtime()
                .CancelConnection(client, idle.client_generation, idle.file, idle.slot,
                                  idle.statement->run)
                .code(),
            StatusCode::kNotFound);
  // Nor is a file that cannot be, whatever the number becomes when one is added to it.
  EXPECT_EQ(place()
                .runtime()
                .CancelConnection(client, idle.client_generation, UINT32_MAX, idle.slot, 0)
                .code(),
            StatusCode::kNotFound);
  EXPECT_EQ(running.Step(), SQLITE_ROW);
  running.Reset();
  EXPECT_EQ(Look().totals.interrupts, 0u);
}

// The wish is met by the run that it was meant for, or by none.
TEST_P(Cancel, AWishThatComesTooLateEndsNothing) {
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  Statement first(db, "SELECT 1 FROM sqlite_schema");
  ASSERT_EQ(first.Step(), SQLITE_ROW);
  const ConnectionSnapshot running = Look().connections[0];
  ASSERT_TRUE(place().runtime().Cancel(running.client.value_or(0), running.client_generation).ok());
  first.Reset();
  EXPECT_EQ(db.Rows("SELECT count(*) FROM t"), "0");
  EXPECT_EQ(db.Exec("INSERT INTO t VALUES(1)"), SQLITE_OK);
  EXPECT_EQ(db.Rows("SELECT count(*) FROM t"), "1");
}

// It is asked for one run, and SQLite's own interrupt would end all that are open.
TEST_P(Cancel, WhatIsOpenBesideItGoesOn) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); INSERT INTO t VALUES(1),(2),(3)");
  Statement open(db, "SELECT x FROM t");
  ASSERT_EQ(open.Step(), SQLITE_ROW);
  int code = 0;
  std::thread worker([&] { code = db.Exec(kEndless); });
  const ConnectionSnapshot running = AwaitRunning("WITH RECURSIVE");
  EXPECT_TRUE(place()
                  .runtime()
                  .CancelConnection(running.client.value_or(0), running.client_generation,
                                    running.file, running.slot, running.statement->run)
                  .ok());
  worker.join();
  EXPECT_EQ(code, SQLITE_INTERRUPT);
  EXPECT_EQ(db.Exec("SELECT count(*) FROM t"), SQLITE_OK) << "nor one that begins meanwhile ends";
  EXPECT_EQ(open.Step(), SQLITE_ROW);
  EXPECT_EQ(open.Step(), SQLITE_ROW);
  EXPECT_EQ(open.Step(), SQLITE_DONE);
}

// Of those that take turns, the one that is met at work ends, and no other after it.
TEST_P(Cancel, OneWishEndsOneStatement) {
  Database db = Open();
  db.Run("CREATE TABLE t(x); INSERT INTO t SELECT value FROM json_each('[1,2,3,4,5,6,7,8,9,10]')");
  db.Run("INSERT INTO t SELECT a.x FROM t a, t b");
  Statement first(db,
                  "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c) SELECT i FROM c "
                  "WHERE i = 1 OR i < 0");
  ASSERT_EQ(first.Step(), SQLITE_ROW);
  Statement second(db, "SELECT x FROM t");
  ASSERT_EQ(second.Step(), SQLITE_ROW);
  const ConnectionSnapshot running = AwaitRunning("SELECT x FROM t");
  EXPECT_TRUE(place().runtime().Cancel(running.client.value_or(0), running.client_generation).ok());
  EXPECT_EQ(first.Step(), SQLITE_INTERRUPT);
  for (int row = 1; row < 110; ++row) ASSERT_EQ(second.Step(), SQLITE_ROW) << row;
  EXPECT_EQ(second.Step(), SQLITE_DONE);
  EXPECT_EQ(Look().totals.cancels, 1u);
}

// One that has been too short to be timed waits in the application's own busy handler.
TEST_P(Cancel, ABusyHandlerIsAskedNoMore) {
  Database holder = Open();
  holder.Run("CREATE TABLE t(x)");
  Database waiter = Open();
  Statement insert(waiter, "INSERT INTO t VALUES(1)");
  for (int i = 0; i < 40; ++i) {
    ASSERT_EQ(insert.Step(), SQLITE_DONE);
    insert.Reset();
  }
  holder.Run("BEGIN IMMEDIATE");
  struct Asked {
    std::function<void()> cancel;
    int times = 0;
  } asked{[this] {
    const ConnectionSnapshot running = AwaitRunning("INSERT INTO t");
    EXPECT_TRUE(
        place().runtime().Cancel(running.client.value_or(0), running.client_generation).ok());
  }};
  sqlite3_busy_handler(
      waiter.get(),
      [](void* context, int) {
        auto* self = static_cast<Asked*>(context);
        if (++self->times == 1) self->cancel();
        return self->times < 100 ? 1 : 0;
      },
      &asked);
  EXPECT_EQ(insert.Step(), SQLITE_INTERRUPT);
  EXPECT_EQ(asked.times, 1);
  insert.Reset();
  holder.Run("COMMIT");
}

TEST_P(Cancel, AtAnyMomentNothingIsLost) {
  const uint64_t seed = TestSeed();
  Open().Run("CREATE TABLE t(x INTEGER PRIMARY KEY, worker, part)");
  std::atomic<int> working{2};
  std::atomic<bool> any_interrupted{false};
  uint64_t committed[2] = {};
  uint64_t interrupted[2] = {};
  std::vector<std::thread> workers;
  for (size_t number = 0; number < 2; ++number) {
    workers.emplace_back([&, number] {
      Database db(place().Path("app.sqlite"), place().Vfs(number));
      sqlite3_busy_timeout(db.get(), 20'000);
      // On a busy machine all wishes may come between two statements; then it goes on.
      for (int round = 0; round < 300 || (!any_interrupted && round < 30'000); ++round) {
        const std::string insert =
            "INSERT INTO t(worker, part) WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 "
            "FROM c WHERE i < 200) SELECT " +
            std::to_string(number) + ", i FROM c";
        const int code = db.Exec(insert);
        EXPECT_TRUE(code == SQLITE_OK || code == SQLITE_INTERRUPT) << code;
        committed[number] += code == SQLITE_OK ? 1 : 0;
        interrupted[number] += code == SQLITE_INTERRUPT ? 1 : 0;
        if (code == SQLITE_INTERRUPT) any_interrupted = true;
        EXPECT_EQ(LastCancellation(db.get()).present, code == SQLITE_INTERRUPT);
      }
      --working;
    });
  }
  std::mt19937_64 random(seed);
  uint64_t asked = 0;
  while (working.load() > 0) {
    for (const ClientSnapshot& client : Look().clients) {
      asked += place().runtime().Cancel(client.slot, client.generation).ok() ? 1 : 0;
    }
    port::SleepUs(random() % 2000);
  }
  for (std::thread& worker : workers) worker.join();
  Database db = Open();
  for (size_t number = 0; number < 2; ++number) {
    EXPECT_EQ(db.Int("SELECT count(*) FROM t WHERE worker = " + std::to_string(number)),
              static_cast<int64_t>(200 * committed[number]));
  }
  EXPECT_EQ(db.Rows("PRAGMA integrity_check"), "ok");
  EXPECT_GT(interrupted[0] + interrupted[1], 0u);
  EXPECT_LE(interrupted[0] + interrupted[1], 2 * asked) << "a client has two connections at most";
  EXPECT_EQ(Look().totals.interrupts, interrupted[0] + interrupted[1]);
  EXPECT_EQ(Look().totals.cancels, interrupted[0] + interrupted[1]);
}

INSTANTIATE_TEST_SUITE_P(In, Cancel, InRegions(), ProviderName);

}  // namespace
}  // namespace glasswal::test
