// Traces: what they hold of work whose counts are known, that they lead from holders to waiters, and
// that whatever lies in a region makes one that a strict reader takes (diag/read_trace.py).
#include "glasswal/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <random>
#include <thread>

#include "contract/place.h"
#include "diag/json_value.h"
#include "diag/populated_region.h"
#include "fuzz/damaged_region.h"
#include "multiprocess/effort.h"
#include "port/clock.h"
#include "port/memory.h"
#include "port/unique_name.h"
#include "sqlite/program.h"

namespace glasswal::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using testing::JsonValue;
using testing::PopulatedRegion;

/// What the strict reader says of a trace, which it must not complain of.
JsonValue Read(const Result<std::string>& trace) {
  EXPECT_TRUE(trace.ok()) << trace.status().message();
  if (!trace.ok()) return {};
  const std::string file = ::testing::TempDir() + UniqueName("trace") + ".json";
  std::ofstream(file, std::ios::binary) << *trace;
  Program reader({"/usr/bin/python3", GLASSWAL_READ_TRACE, file});
  std::string said = reader.Finish();
  EXPECT_EQ(reader.exit_code(), 0) << said << trace->substr(0, 2000);
  std::remove(file.c_str());
  if (said.ends_with('\n')) said.pop_back();
  return testing::ParseJson(said);
}

uint64_t Number(const JsonValue& read, const std::string& group, const std::string& name) {
  const JsonValue* members = read.Find(group);
  const JsonValue* found = members != nullptr ? members->Find(name) : nullptr;
  return found != nullptr ? found->number : 0;
}

std::vector<std::string> Texts(const JsonValue& read, const std::string& name) {
  std::vector<std::string> texts;
  const JsonValue* list = read.Find(name);
  if (list == nullptr) return texts;
  for (const JsonValue& item : list->items) texts.push_back(item.text);
  return texts;
}

class Trace : public Contract {
 protected:
  std::unique_ptr<RegionBytes> Bytes() {
    const port::Memory& memory = place().region().memory();
    return NewMappedBytes(memory.base(), memory.size_bytes());
  }
  uint64_t Count(EventKind kind) {
    const Result<EventBatch> batch = ObserveEvents(*Bytes(), 0, 100'000);
    return static_cast<uint64_t>(
        std::count_if(batch->events.begin(), batch->events.end(),
                      [&](const Event& event) { return event.kind == kind; }));
  }
  void AwaitWaiter() {
    const uint64_t until_ns = port::NowNs() + 20'000 * port::kNsPerMs * kSlowness;
    while (port::NowNs() < until_ns) {
      const Snapshot snapshot = *Observe(*Bytes());
      for (const ConnectionSnapshot& connection : snapshot.connections) {
        if (connection.waiting) return;
      }
      port::SleepUs(200);
    }
    ADD_FAILURE() << "nobody waits";
  }
  void Work() {
    Database db = Open();
    db.Run("CREATE TABLE t(x)");
    for (int i = 0; i < 7; ++i) db.Run("INSERT INTO t VALUES('secret')");
    db.Run("BEGIN; UPDATE t SET x = 1; DELETE FROM t WHERE x = 'secret'; COMMIT");
    db.Run("BEGIN; DELETE FROM t; ROLLBACK");
    EXPECT_EQ(db.Int("SELECT count(*) FROM t"), 7);
    db.Run("PRAGMA wal_checkpoint");
  }
};

TEST_P(Trace, HasWhatHappenedAsOftenAsItDid) {
  for (const EventLevel level : {EventLevel::kDebug, EventLevel::kTrace}) {
    SCOPED_TRACE(Name(level));
    place().runtime().SetEventLevel(level);
    Work();
    const Result<std::string> trace = ExportTrace(*Bytes());
    const JsonValue read = Read(trace);
    const Snapshot snapshot = *Observe(*Bytes());
    EXPECT_EQ(read.Find("lost")->number, 0u);
    EXPECT_EQ(Number(read, "slices", "statement"), snapshot.totals.statements);
    EXPECT_EQ(Number(read, "slices", "statement"), Count(EventKind::kStatement));
    EXPECT_EQ(Number(read, "slices", "transaction"), Count(EventKind::kTransactionEnded));
    EXPECT_EQ(Number(read, "slices", "checkpoint"), snapshot.totals.checkpoints);
    EXPECT_EQ(Number(read, "instants", "commit"), snapshot.totals.commits);
    EXPECT_EQ(read.Find("counters")->Find("commits")->Find("commits")->number,
              snapshot.totals.commits);
    EXPECT_EQ(read.Find("counters")->Find("reads")->Find("copied")->number, snapshot.totals.reads);
    const uint64_t rounds = level == EventLevel::kDebug ? 1 : 2;
    EXPECT_EQ(Number(read, "statements", "INSERT INTO t VALUES(?)"), 7 * rounds);
    // UPDATE, DELETE, COMMIT; DELETE, ROLLBACK. BEGIN takes no lock, and is before.
    EXPECT_GE(Number(read, "within", "statement in transaction"), 5 * rounds);
    // What commits by itself is a transaction within a statement.
    EXPECT_GE(Number(read, "within", "transaction in statement"), 9 * rounds);
    EXPECT_EQ(trace->find("secret"), std::string::npos);
    // At debug only commits tell of locks, and the one that makes a database has no log yet.
    EXPECT_GE(Number(read, "slices", "lock"), 8 * rounds);
    Database again = Open();
    again.Run("DROP TABLE t");
  }
}

// At other levels most of its runs begin and end without a call.
TEST_P(Trace, HasEachRunOfAShortStatement) {
  place().runtime().SetEventLevel(EventLevel::kInfo);
  Database db = Open();
  db.Run("CREATE TABLE t(x)");
  sqlite3_stmt* statement = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(db.get(), "SELECT x FROM t", -1, &statement, nullptr), SQLITE_OK);
  const auto run = [&](int times) {
    while (times-- > 0) {
      EXPECT_EQ(sqlite3_step(statement), SQLITE_DONE);
      sqlite3_reset(statement);
    }
  };
  run(300);
  EXPECT_EQ(Count(EventKind::kStatement), 0u);
  place().runtime().SetEventLevel(EventLevel::kDebug);
  run(100);
  EXPECT_EQ(Count(EventKind::kStatement), 100u);
  EXPECT_EQ(Count(EventKind::kTransactionEnded), 100u);
  sqlite3_finalize(statement);
}

TEST_P(Trace, LeadsFromHoldersToWaiters) {
  for (const EventLevel level : {EventLevel::kDebug, EventLevel::kTrace}) {
    SCOPED_TRACE(Name(level));
    place().runtime().SetEventLevel(level);
    Database holder = Open();
    holder.Run("CREATE TABLE IF NOT EXISTS t(x); BEGIN IMMEDIATE");
    Database waiter = Open();
    sqlite3_busy_timeout(waiter.get(), 60'000);
    int code = -1;
    std::thread worker([&] { code = waiter.Exec("INSERT INTO t VALUES(1)"); });
    AwaitWaiter();
    const JsonValue during = Read(ExportTrace(*Bytes()));
    EXPECT_FALSE(Texts(during, "flows").empty());
    holder.Run("COMMIT");
    worker.join();
    EXPECT_EQ(code, SQLITE_OK);
    const JsonValue after = Read(ExportTrace(*Bytes()));
    EXPECT_EQ(Number(after, "slices", "wait"), Observe(*Bytes())->totals.lock_waits);
    EXPECT_EQ(Texts(after, "flows").size(), Number(after, "slices", "wait"));
    EXPECT_EQ(Number(after, "within", "wait in statement") +
                  Number(after, "within", "wait in transaction"),
              Number(after, "slices", "wait"));
  }
}

TEST_P(Trace, OfACaptureHasWhatItsRecorderSaw) {
  place().runtime().SetEventLevel(EventLevel::kDebug);
  Recorder recorder;
  ASSERT_TRUE(recorder.Observe(*Bytes()).ok());
  Work();
  ASSERT_TRUE(recorder.Observe(*Bytes()).ok());
  ASSERT_TRUE(recorder.ObserveEvents(*Bytes()).ok());
  const JsonValue live = Read(ExportTrace(*Bytes(), {.recorder = &recorder}));
  Result<std::vector<uint8_t>> bytes = WriteCapture(*Bytes(), {.recorder = &recorder});
  ASSERT_TRUE(bytes.ok());
  const Result<Capture> capture = ReadCapture(std::move(*bytes));
  ASSERT_TRUE(capture.ok()) << capture.status().message();
  const JsonValue read = Read(ExportTrace(*capture));
  for (const char* name : {"statement", "transaction", "checkpoint"}) {
    EXPECT_GT(Number(read, "slices", name), 0u) << name;
    EXPECT_EQ(Number(read, "slices", name), Number(live, "slices", name)) << name;
  }
  EXPECT_EQ(Number(read, "instants", "commit"), 9u);
}

INSTANTIATE_TEST_SUITE_P(Regions, Trace, InRegions(), ProviderName);

Result<std::string> TraceOf(PopulatedRegion& populated) {
  return ExportTrace(*NewMappedBytes(populated.region().bytes(), populated.region().size_bytes()));
}

TEST(TraceTest, ShowsWhatLasts) {
  PopulatedRegion populated;
  const JsonValue read = Read(TraceOf(populated));
  EXPECT_THAT(Texts(read, "flows"),
              ElementsAre("ingest (client 2) > report \"7\" (client 4): holds WRITE"));
  EXPECT_EQ(Number(read, "slices", "transaction"), 2u);
  EXPECT_EQ(Number(read, "slices", "wait"), 1u);
  EXPECT_THAT(Texts(read, "threads"),
              IsSupersetOf({"/app.sqlite connection 0", "/app.sqlite connection 0 WRITE",
                            "/app.sqlite connection 1"}));
}

TEST(TraceTest, TellsOfRecoveriesAndOfOneWhoWasRefused) {
  PopulatedRegion populated;
  shm::Region& region = *populated.region();
  constexpr uint64_t kMs = port::kNsPerMs;
  trace::WriteEvent(region, EventKind::kRecoveryBegan, {2, 5, 0, 0}, 3, 1, 0, 0);
  trace::WriteEvent(region, EventKind::kRecoveryDone, {2, 5, 0, 0}, 3, 2, 1, 0);
  trace::WriteEvent(region, EventKind::kCommit, {2, 5, 1, 1}, 3, 9, 1, 80 * kMs);
  trace::WriteEvent(region, EventKind::kLockRefused, {4, 1, 2, 1}, shm::kLockWalWrite, 2, 50 * kMs,
                    40 * kMs);
  const JsonValue read = Read(TraceOf(populated));
  EXPECT_EQ(Number(read, "instants", "recovery.began"), 1u);
  EXPECT_EQ(Number(read, "instants", "recovery.done"), 1u);
  EXPECT_EQ(Number(read, "instants", "lock.refused"), 1u);
  EXPECT_EQ(Number(read, "slices", "lock"), 2u) << "that of the commit, and the one that lasts";
  EXPECT_EQ(Texts(read, "flows").size(), 2u);
}

TEST(TraceTest, ShowsWhatADeadClientHad) {
  PopulatedRegion populated;
  shm::Region& region = *populated.region();
  constexpr uint64_t kMs = port::kNsPerMs;
  shm::ShmRecovery* recovery = region.recovery(1);
  recovery->box[0].held_ns.store(50 * kMs);
  recovery->running_ns.store(40 * kMs);
  testing::SetText(recovery->statement, "DELETE FROM t");
  trace::WriteEvent(region, EventKind::kLockRefused, {4, 1, 2, 1}, shm::kLockWalCheckpoint, 3,
                    30 * kMs, 30 * kMs);
  trace::WriteEvent(region, EventKind::kRecoveryBegan, {2, 5, 0, 0}, 3, 8, 0, 0);
  const JsonValue read = Read(TraceOf(populated));
  EXPECT_EQ(Number(read, "statements", "DELETE FROM t"), 1u);
  EXPECT_EQ(Number(read, "slices", "lock"), 2u) << "its own, and the one that lasts";
  EXPECT_THAT(Texts(read, "flows"),
              ::testing::Contains("gone (client 3) > report \"7\" (client 4): holds CHECKPOINT"));
}

// SQLite calls the end of a statement before that of another which it began in.
TEST(TraceTest, CutsWhatCrosses) {
  PopulatedRegion populated;
  shm::Region& region = *populated.region();
  const trace::EventSubject subject{2, 5, 1, 1, 7};
  const auto statement = [&](uint64_t begin_ns, uint64_t end_ns) {
    trace::WriteEvent(region, EventKind::kStatement, subject, 0, end_ns - begin_ns, 0, 0, end_ns);
  };
  statement(1000, 3000);
  statement(2000, 4000);
  statement(2000, 4000);
  trace::WriteEvent(region, EventKind::kTransactionEnded, subject, 6000, 0, 0, 0, 8000);
  statement(7500, 9000);
  const JsonValue read = Read(TraceOf(populated));
  EXPECT_EQ(Number(read, "slices", "statement"), 4u);
  EXPECT_EQ(Number(read, "within", "statement in statement"), 2u);
  EXPECT_EQ(Number(read, "within", "statement in transaction"), 2u);
}

TEST(TraceTest, TakesAnyNamesAndNumbers) {
  const uint64_t seed = TestSeed();
  std::mt19937_64 random(seed);
  for (int round = 0; round < 10; ++round) {
    PopulatedRegion populated;
    shm::Region& region = *populated.region();
    testing::SetText(region.client(2)->name, "\"],}\n\x1b[31m\xff\xc0\x80\xed\xa0\x80\xe2\x80\xae");
    testing::SetText(region.file(0)->path, "\\u0000\"\t\x7f\xf4\x90\x80\x80");
    const auto any = [&] {
      const uint64_t word = random();
      return word >> (random() % 64);
    };
    for (int i = 0; i < 300; ++i) {
      const auto kind =
          static_cast<EventKind>(random() % (static_cast<int>(EventKind::kCount) + 2));
      const trace::EventSubject subject{
          static_cast<uint32_t>(any() % 8), static_cast<uint32_t>(any()),
          static_cast<uint32_t>(any() % 64), static_cast<uint32_t>(any() % 4),
          static_cast<uint32_t>(any())};
      trace::WriteEvent(region, kind, subject, any() % 16, any(), any(), any(), any());
    }
    const JsonValue read = Read(TraceOf(populated));
    EXPECT_NE(read.Find("slices"), nullptr);
  }
}

TEST(TraceTest, OutlivesAHostileRegion) {
  const uint64_t seed = TestSeed();
  std::mt19937_64 random(seed);
  const std::vector<uint64_t> dead = RegionOfTheDead();
  const auto geometry = shm::ReadGeometry(*reinterpret_cast<const shm::ShmHeader*>(dead.data()),
                                          dead.size() * sizeof(uint64_t));
  ASSERT_TRUE(geometry.ok());
  int traces = 0;
  for (int round = 0; round < 40; ++round) {
    std::vector<uint64_t> words = dead;
    std::vector<uint8_t> changes(Damage::kMostRecords * Damage::kRecordBytes);
    for (uint8_t& byte : changes) byte = static_cast<uint8_t>(random());
    for (size_t at = 0; at < changes.size(); at += Damage::kRecordBytes) changes[at] &= 0xfe;
    {
      const Damage damage(*geometry, reinterpret_cast<std::byte*>(words.data()), changes.data(),
                          changes.size());
    }
    const Result<std::string> trace =
        ExportTrace(*NewMappedBytes(words.data(), words.size() * sizeof(uint64_t)));
    if (trace.ok() && traces < 10) {
      EXPECT_NE(Read(trace).Find("slices"), nullptr);
      ++traces;
    }
  }
  EXPECT_GT(traces, 0);
}

TEST(TraceTest, OfBytesThatAreNoRegionSaysWhy) {
  const std::vector<uint64_t> nothing(1 << 16);
  const Result<std::string> trace =
      ExportTrace(*NewMappedBytes(nothing.data(), nothing.size() * sizeof(uint64_t)));
  EXPECT_FALSE(trace.ok());
  EXPECT_NE(trace.status().message(), "");
}

}  // namespace
}  // namespace glasswal::test
