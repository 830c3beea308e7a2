#include <gtest/gtest.h>
#include <spdlog/async.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "glasswal/log_record.h"
#include "glasswal/runtime.h"
#include "glasswal/spdlog.h"
#include "log/event_drain_inside.h"
#include "log/log_fixture.h"
#include "port/clock.h"
#include "store/words.h"
#include "trace/ring.h"
#include "trace/test_region.h"

namespace glasswal {
namespace {

using testing::AddNames;
using testing::kIngest;
using testing::StringLog;
using testing::TestRegion;

TEST(EventDrainTest, AnEventIsARecordOfKeysAndValues) {
  TestRegion region;
  AddNames(*region, "ingest", "/app.sqlite");
  StringLog log;
  EventDrain drain = EventDrainInside::Over(*region, log.logger);
  trace::Record(*region, EventKind::kCommit, kIngest, 2, 40, 9, 51'200);
  trace::Record(*region, EventKind::kLockRefused, kIngest, shm::kLockWalWrite, 5, 812, 500);
  trace::Record(*region, EventKind::kLockRefused, kIngest, shm::kLockWalWrite, 3, 812, 500);
  trace::Record(*region, EventKind::kFileCreated, kIngest, shm::kFileWal);
  EXPECT_EQ(drain.Poll(), 4u);
  EXPECT_EQ(drain.Poll(), 0u);
  EXPECT_EQ(
      log.Lines(),
      (std::vector<std::string>{
          "info glasswal event=commit sequence=1 client=3 client_name=ingest connection=0 file=0 "
          "path=/app.sqlite frames=2 database_pages=40 change=9 held_ns=51200",
          "warning glasswal event=lock.refused sequence=2 client=3 client_name=ingest "
          "connection=0 file=0 path=/app.sqlite lock=WRITE holder_client=5 held_ns=812 "
          "waited_ns=500",
          "warning glasswal event=lock.refused sequence=3 client=3 client_name=ingest "
          "connection=0 file=0 path=/app.sqlite lock=WRITE holder_client=3 "
          "holder_client_name=ingest held_ns=812 waited_ns=500",
          "info glasswal event=file.created sequence=4 client=3 client_name=ingest connection=0 "
          "file=0 path=/app.sqlite kind=wal"}));
}

/// Who died has its name for as long as nobody has followed it in its slot.
TEST(EventDrainTest, TheDeadHaveNames) {
  TestRegion region;
  AddNames(*region, "victim", "/app.sqlite");
  StringLog log("%v");
  EventDrain drain = EventDrainInside::Over(*region, log.logger);
  const auto die = [&](shm::ClientState state, uint32_t generation, uint64_t dead_generation) {
    region->client(3)->state.store(store::ClientWord(state, 0, generation));
    trace::Record(*region, EventKind::kRecoveryBegan, {}, 3, dead_generation);
    trace::Record(*region, EventKind::kRecoveryDone, {}, 3, 1, 2, 5);
    drain.Poll();
  };
  die(shm::kClientFree, 8, 8);
  die(shm::kClientLive, 9, 8);
  EXPECT_EQ(log.Lines(),
            (std::vector<std::string>{
                "event=recovery.began sequence=1 client=0 dead_client=3 dead_client_name=victim "
                "dead_generation=8",
                "event=recovery.done sequence=2 client=0 dead_client=3 dead_client_name=victim "
                "locks=1 handles=2 segments=5",
                "event=recovery.began sequence=3 client=0 dead_client=3 dead_generation=8",
                "event=recovery.done sequence=4 client=0 dead_client=3 locks=1 handles=2 "
                "segments=5"}));
}

TEST(EventDrainTest, KeepsItsRuntime) {
  auto runtime = Runtime::Create({}, "story");
  ASSERT_TRUE(runtime.ok()) << runtime.status().message();
  StringLog log;
  EventDrain drain(*runtime, log.logger);
  const std::weak_ptr<Runtime> seen = *runtime;
  runtime->reset();
  EXPECT_FALSE(seen.expired());
  EXPECT_GT(drain.Poll(), 0u);
  EXPECT_NE(log.text.str().find("event=client.joined"), std::string::npos) << log.text.str();
}

TEST(EventDrainTest, LevelsAreMapped) {
  TestRegion region;
  trace::SetEventLevel(*region, EventLevel::kTrace);
  StringLog log("%l");
  EventDrain drain = EventDrainInside::Over(*region, log.logger);
  for (const EventKind kind : {EventKind::kError, EventKind::kFenced, EventKind::kLockRefused,
                               EventKind::kCommit, EventKind::kWalRestarted, EventKind::kRead}) {
    trace::Record(*region, kind, kIngest);
  }
  EXPECT_EQ(drain.Poll(), 6u);
  EXPECT_EQ(log.Lines(),
            (std::vector<std::string>{"error", "error", "warning", "info", "debug", "trace"}));
}

TEST(EventDrainTest, TheLoggersLevelFilters) {
  TestRegion region;
  StringLog log;
  log.logger->set_level(spdlog::level::warn);
  EventDrain drain = EventDrainInside::Over(*region, log.logger);
  trace::Record(*region, EventKind::kCommit, kIngest);
  trace::Record(*region, EventKind::kLockRefused, kIngest);
  EXPECT_EQ(drain.Poll(), 2u);
  EXPECT_EQ(log.Lines().size(), 1u);
}

TEST(EventDrainTest, ARecordHasTheTimeOfItsEvent) {
  TestRegion region;
  StringLog log("%E");
  EventDrain drain = EventDrainInside::Over(*region, log.logger);
  trace::Record(*region, EventKind::kCommit, kIngest);
  const int64_t recorded_us = port::WallClockUs();
  port::SleepUs(1'200'000);
  drain.Poll();
  EXPECT_NEAR(std::stod(log.Lines().at(0)), static_cast<double>(recorded_us) / 1e6, 1.05);
}

TEST(EventDrainTest, LossIsAWarning) {
  TestRegion region(64);
  StringLog log("%l %v");
  EventDrain drain = EventDrainInside::Over(*region, log.logger);
  for (int i = 0; i < 64 + 7; ++i) trace::Record(*region, EventKind::kCommit, kIngest);
  EXPECT_EQ(drain.Poll(), 64u);
  EXPECT_EQ(drain.lost(), 7u);
  EXPECT_EQ(drain.logged(), 64u);
  ASSERT_EQ(log.Lines().size(), 65u);
  EXPECT_EQ(log.Lines()[0], "warning event=events.lost sequence=1 lost=7 total_lost=7");
}

TEST(EventDrainTest, BeginsWhereItIsTold) {
  TestRegion region;
  StringLog log;
  trace::Record(*region, EventKind::kCommit, kIngest);
  EventDrain drain = EventDrainInside::Over(*region, log.logger, {.from_oldest = false});
  trace::Record(*region, EventKind::kCommit, kIngest);
  EXPECT_EQ(drain.Poll(), 1u);
}

TEST(EventDrainTest, NamesCannotForgeARecord) {
  TestRegion region;
  AddNames(*region, "a b\nerror event=\"x\"", "/p=1\\");
  StringLog log("%v");
  EventDrain drain = EventDrainInside::Over(*region, log.logger);
  trace::Record(*region, EventKind::kSync, kIngest);
  trace::SetEventLevel(*region, EventLevel::kTrace);
  trace::Record(*region, EventKind::kSync, kIngest);
  drain.Poll();
  ASSERT_EQ(log.Lines().size(), 1u);
  EXPECT_EQ(log.Lines()[0],
            "event=sync sequence=1 client=3 client_name=\"a b\\x0aerror event=\\\"x\\\"\" "
            "connection=0 file=0 path=\"/p=1\\\\\"");
}

TEST(EventDrainTest, NamesCannotCommandATerminal) {
  TestRegion region;
  AddNames(*region, "\x1b[2J\xc2\x9b", "/a\xe2\x80\xaegnp.\xff");
  StringLog log("%v");
  EventDrain drain = EventDrainInside::Over(*region, log.logger);
  trace::Record(*region, EventKind::kCommit, kIngest);
  drain.Poll();
  ASSERT_EQ(log.Lines().size(), 1u);
  EXPECT_NE(log.Lines()[0].find("client_name=\"\\x1b[2J\\u009b\" "), std::string::npos)
      << log.Lines()[0];
  EXPECT_NE(log.Lines()[0].find("path=\"/a\\u202egnp.\\xff\""), std::string::npos)
      << log.Lines()[0];
}

// The time of an event is a number in the region, which may be any.
TEST(EventDrainTest, ATimeBeyondTheClocksEndIsLateAndNotBefore1970) {
  TestRegion region;
  StringLog log("%E");
  EventDrain drain = EventDrainInside::Over(*region, log.logger);
  for (const uint64_t time_ns : {uint64_t{INT64_MAX}, UINT64_MAX, uint64_t{1} << 63}) {
    trace::WriteEvent(*region, EventKind::kCommit, kIngest, 0, 0, 0, 0, time_ns);
  }
  EXPECT_EQ(drain.Poll(), 3u);
  ASSERT_EQ(log.Lines().size(), 3u);
  for (const std::string& line : log.Lines()) {
    EXPECT_GT(std::stod(line), static_cast<double>(port::WallClockUs()) / 1e6);
  }
}

/// A sink that throws what no one expects.
class RudeSink final : public spdlog::sinks::base_sink<std::mutex> {
  void sink_it_(const spdlog::details::log_msg&) override { throw 42; }
  void flush_() override { throw 43; }
};

TEST(EventDrainTest, WhatASinkThrowsStaysInTheDrain) {
  TestRegion region;
  const auto logger = NewEventLogger({std::make_shared<RudeSink>()});
  EventDrain drain = EventDrainInside::Over(*region, logger);
  for (int i = 0; i < 5; ++i) trace::Record(*region, EventKind::kCommit, kIngest);
  drain.Start();
  drain.Stop();
  EXPECT_EQ(drain.logged(), 5u);
  EXPECT_EQ(drain.failed(), 6u);  // Five events and the flush.
}

TEST(EventDrainTest, OutlivesTheShutdownOfAnAsynchronousLogger) {
  TestRegion region;
  std::ostringstream text;
  spdlog::init_thread_pool(64, 1);
  const auto logger = std::make_shared<spdlog::async_logger>(
      "async", std::make_shared<spdlog::sinks::ostream_sink_mt>(text), spdlog::thread_pool());
  EventDrain drain = EventDrainInside::Over(*region, logger);
  drain.Start();
  spdlog::shutdown();
  for (int i = 0; i < 5; ++i) trace::Record(*region, EventKind::kCommit, kIngest);
  drain.Stop();
  EXPECT_EQ(drain.logged(), 5u);
  EXPECT_GE(drain.failed(), 5u);
}

TEST(EventDrainTest, ABackgroundThreadLogsSoon) {
  for (const bool wake_on_commit : {true, false}) {
    TestRegion region;
    StringLog log;
    EventDrain drain = EventDrainInside::Over(
        *region, log.logger, {.most_idle_ms = 5, .wake_on_commit = wake_on_commit});
    drain.Start();
    trace::Record(*region, EventKind::kCommit, kIngest);
    for (int i = 0; i < 5000 && drain.logged() == 0; ++i) port::SleepUs(1000);
    EXPECT_EQ(drain.logged(), 1u);
    drain.Stop();
  }
}

TEST(EventDrainTest, StopComesBackSoonFromALongSleep) {
  for (const bool wake_on_commit : {true, false}) {
    TestRegion region;
    StringLog log;
    EventDrain drain = EventDrainInside::Over(
        *region, log.logger, {.most_idle_ms = 60'000, .wake_on_commit = wake_on_commit});
    drain.Start();
    port::SleepUs(300'000);
    const uint64_t before_ns = port::NowNs();
    drain.Stop();
    EXPECT_LT(port::NowNs() - before_ns, 5'000'000'000u);
  }
}

/// All that was recorded before Stop() is there after it, though others go on recording.
TEST(EventDrainTest, StopLogsAllThatWasRecordedBefore) {
  for (int round = 0; round < 20; ++round) {
    TestRegion region(4096, 128 * shm::kSegmentBytes);
    StringLog log("%v");
    EventDrain drain = EventDrainInside::Over(*region, log.logger);
    if (round % 2 == 0) drain.Start();
    std::atomic<bool> done{false};
    std::thread other([&] {
      for (int i = 0; i < 1000 && !done.load(); ++i) {
        trace::Record(*region, EventKind::kCommit, {.client = 1}, 0);
      }
    });
    for (int i = 0; i < 500; ++i) trace::Record(*region, EventKind::kCommit, {.client = 2}, 1);
    drain.Stop();
    done.store(true);
    other.join();
    uint32_t mine = 0;
    for (const std::string& line : log.Lines()) {
      mine += line.find(" client=2 ") != std::string::npos ? 1 : 0;
    }
    // A drain that runs meanwhile may meet a writer that is not scheduled for long, and count its
    // event as lost; one that looks afterwards finds all that was complete.
    EXPECT_GE(mine + drain.lost(), 500u);
    if (round % 2 != 0) {
      EXPECT_EQ(mine, 500u);
    }
  }
}

TEST(EventDrainTest, StopWaitsForWhatIsBehindADeadWriter) {
  TestRegion region(64);
  StringLog log("%v");
  EventDrain drain = EventDrainInside::Over(*region, log.logger);
  trace::Record(*region, EventKind::kCommit, kIngest);
  region->header()->event_head.fetch_add(1);  // Drawn by somebody who died right then.
  trace::Record(*region, EventKind::kCommit, kIngest);
  drain.Stop();
  EXPECT_EQ(drain.logged(), 2u);
  EXPECT_EQ(drain.lost(), 1u);
}

TEST(EventDrainTest, CanBeStartedAgain) {
  TestRegion region;
  StringLog log;
  EventDrain drain = EventDrainInside::Over(*region, log.logger);
  drain.Stop();
  for (uint64_t round = 1; round <= 3; ++round) {
    drain.Start();
    trace::Record(*region, EventKind::kCommit, kIngest);
    drain.Stop();
    drain.Stop();
    EXPECT_EQ(drain.logged(), round);
  }
}

TEST(LogRecordTest, PlainValuesStayPlain) {
  EXPECT_EQ(ToText({"path", true, "caf\xc3\xa9/x.y", 0}), "path=caf\xc3\xa9/x.y");
  EXPECT_EQ(ToText({"path", true, "", 0}), "path=\"\"");
  EXPECT_EQ(ToText({"path", true, "a b", 0}), "path=\"a b\"");
  EXPECT_EQ(ToText({"frames", false, "", 7}), "frames=7");
  EXPECT_EQ(ToText({"path", true, "7", 0}), "path=\"7\"");
}

}  // namespace
}  // namespace glasswal
