// What spdlog's own sinks do with records: files that rotate, loggers with a queue, a disk that is
// full, and a child of fork(). Whatever happened is logged or told as lost.
#include <gtest/gtest.h>
#include <spdlog/async.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "glasswal/runtime.h"
#include "glasswal/spdlog.h"
#include "log/event_drain_inside.h"
#include "log/log_fixture.h"
#include "port/child_process.h"
#include "trace/ring.h"
#include "trace/test_region.h"

namespace glasswal {
namespace {

using testing::AddNames;
using testing::Json;
using testing::kIngest;
using testing::LinesOf;
using testing::SlowSink;
using testing::StringLog;
using testing::TestRegion;

/// A folder that goes with the test.
struct Folder {
  Folder() { std::filesystem::remove_all(path), std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  const std::filesystem::path path =
      std::filesystem::path(::testing::TempDir()) /
      (std::string("glasswal_sinks_") +
       ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

/// What lines of JSON say of the history: how many events, how many lost, and that together they are
/// all sequences from 1 on, each once and in order.
struct History {
  explicit History(const std::vector<std::string>& lines) {
    Json json;
    uint64_t next = 1;
    for (const std::string& line : lines) {
      EXPECT_EQ(json.Number(line, "$.sequence"), next) << line;
      const bool is_loss = json.Text(line, "$.event") == "events.lost";
      const uint64_t count = is_loss ? json.Number(line, "$.details.lost") : 1;
      (is_loss ? lost : logged) += count;
      next += count;
    }
  }
  uint64_t logged = 0;
  uint64_t lost = 0;
};

TEST(SinksTest, ARotatingFileHasEveryLineOnce) {
  constexpr uint64_t kEvents = 500;
  constexpr size_t kFileBytes = 16 * 1024;
  constexpr size_t kFiles = 40;
  const Folder folder;
  TestRegion region(512, 128 * shm::kSegmentBytes);
  AddNames(*region, "in gest\n", "/\xff.sqlite");
  auto file = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
      (folder.path / "events.log").string(), kFileBytes, kFiles);
  const auto logger = NewEventLogger({file});
  file->set_formatter(NewJsonFormatter());
  {
    EventDrain drain = EventDrainInside::Over(*region, logger);
    for (uint64_t i = 0; i < kEvents; ++i) trace::Record(*region, EventKind::kCommit, kIngest);
  }
  // events.1.log is older than events.log, and so on.
  std::vector<std::string> lines;
  size_t files = 0;
  for (size_t number = kFiles + 1; number-- > 0;) {
    const auto path =
        folder.path / (number == 0 ? "events.log" : "events." + std::to_string(number) + ".log");
    if (!std::filesystem::exists(path)) continue;
    ++files;
    EXPECT_LE(std::filesystem::file_size(path), kFileBytes);
    std::ifstream in(path);
    for (std::string& line : LinesOf(in)) lines.push_back(std::move(line));
  }
  EXPECT_GT(files, 3u);
  const History history(lines);
  EXPECT_EQ(history.logged, kEvents);
  EXPECT_EQ(history.lost, 0u);
}

TEST(SinksTest, EachSinkHasItsLevelAndItsPattern) {
  TestRegion region;
  AddNames(*region, "ingest", "/app.sqlite");
  std::ostringstream console_text;
  std::ostringstream file_text;
  auto console = std::make_shared<spdlog::sinks::ostream_sink_mt>(console_text);
  auto file = std::make_shared<spdlog::sinks::ostream_sink_mt>(file_text);
  const auto logger = NewEventLogger({console, file}, "app");
  console->set_level(spdlog::level::warn);
  console->set_pattern("[%^%L%$] %n: %v");
  file->set_formatter(NewJsonFormatter());
  EventDrain drain = EventDrainInside::Over(*region, logger);
  trace::Record(*region, EventKind::kCommit, kIngest, 2, 40, 9, 51'200);
  trace::Record(*region, EventKind::kFenced, kIngest, 8);
  EXPECT_EQ(drain.Poll(), 2u);
  EXPECT_EQ(
      console_text.str(),
      "[E] app: event=client.fenced sequence=2 client=3 client_name=ingest connection=0 file=0 "
      "path=/app.sqlite generation=8\n");
  std::istringstream in(file_text.str());
  EXPECT_EQ(History(LinesOf(in)).logged, 2u);
}

/// Several threads write while a slow sink cannot keep up.
TEST(SinksTest, WhatASlowSinkLosesIsCounted) {
  constexpr uint64_t kThreads = 4;
  constexpr uint64_t kEach = 2000;
  TestRegion region(64);
  auto sink = std::make_shared<SlowSink>(200);
  const auto logger = NewEventLogger({sink});
  sink->set_formatter(NewJsonFormatter());
  EventDrain drain = EventDrainInside::Over(*region, logger);
  drain.Start();
  std::vector<std::thread> writers;
  for (uint32_t i = 0; i < kThreads; ++i) {
    writers.emplace_back([&region, i] {
      for (uint64_t n = 0; n < kEach; ++n)
        trace::Record(*region, EventKind::kCommit, {.client = i});
    });
  }
  for (std::thread& writer : writers) writer.join();
  drain.Stop();
  const History history(sink->lines());
  EXPECT_EQ(history.logged, drain.logged());
  EXPECT_EQ(history.lost, drain.lost());
  EXPECT_EQ(drain.logged() + drain.lost(), kThreads * kEach);
  EXPECT_GT(drain.lost(), 0u);
}

TEST(SinksTest, AnAsynchronousLoggerKeepsTheOrderAndLosesNothing) {
  constexpr uint64_t kEvents = 2000;
  TestRegion region(4096, 128 * shm::kSegmentBytes);
  auto sink = std::make_shared<SlowSink>(50);
  spdlog::init_thread_pool(/*q_size=*/8, /*thread_count=*/1);
  const auto logger = std::make_shared<spdlog::async_logger>("async", sink, spdlog::thread_pool(),
                                                             spdlog::async_overflow_policy::block);
  sink->set_formatter(NewJsonFormatter());
  {
    EventDrain drain = EventDrainInside::Over(*region, logger);
    drain.Start();
    for (uint64_t i = 0; i < kEvents; ++i) trace::Record(*region, EventKind::kCommit, kIngest);
    drain.Stop();
    EXPECT_EQ(drain.logged(), kEvents);
    EXPECT_EQ(drain.failed(), 0u);
  }
  spdlog::shutdown();
  EXPECT_EQ(History(sink->lines()).logged, kEvents);
}

TEST(SinksTest, WhatAQueueDropsItsPoolCounts) {
  constexpr uint64_t kEvents = 500;
  TestRegion region(512, 128 * shm::kSegmentBytes);
  auto sink = std::make_shared<SlowSink>(500);
  auto pool = std::make_shared<spdlog::details::thread_pool>(8, 1);
  const auto logger = std::make_shared<spdlog::async_logger>(
      "async", sink, pool, spdlog::async_overflow_policy::overrun_oldest);
  uint64_t logged = 0;
  {
    EventDrain drain = EventDrainInside::Over(*region, logger);
    for (uint64_t i = 0; i < kEvents; ++i) trace::Record(*region, EventKind::kCommit, kIngest);
    drain.Stop();
    logged = drain.logged();
  }
  const uint64_t dropped = pool->overrun_counter();
  pool.reset();  // Waits until the rest is written.
  EXPECT_EQ(logged, kEvents);
  EXPECT_GT(dropped, 0u);
  EXPECT_EQ(sink->lines().size() + dropped, kEvents);
}

TEST(SinksTest, AFullDiskIsToldToTheErrorHandler) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  TestRegion region;
  std::ostringstream text;
  auto other = std::make_shared<spdlog::sinks::ostream_sink_mt>(text);
  const auto logger =
      NewEventLogger({std::make_shared<spdlog::sinks::basic_file_sink_mt>("/dev/full"), other});
  std::vector<std::string> errors;
  logger->set_error_handler([&errors](const std::string& error) { errors.push_back(error); });
  EventDrain drain = EventDrainInside::Over(*region, logger);
  for (int i = 0; i < 3; ++i) trace::Record(*region, EventKind::kCommit, kIngest);
  drain.Stop();
  EXPECT_FALSE(errors.empty());
  EXPECT_EQ(drain.logged(), 3u);
  EXPECT_EQ(drain.failed(), 0u);
  std::istringstream in(text.str());
  EXPECT_EQ(LinesOf(in).size(), 3u);
}

/// What a child does with what it inherited, and with a log of its own. 0: all is well.
int LogInAChild(std::unique_ptr<EventDrain> inherited, const StringLog& parent_log) {
  const std::string before = parent_log.text.str();
  inherited->Start();
  inherited->Stop();
  if (inherited->Poll() != 0) return 1;
  inherited.reset();
  if (parent_log.text.str() != before) return 2;
  auto runtime = Runtime::Create({}, "child");
  if (!runtime.ok()) return 3;
  const StringLog own;
  EventDrain drain(*runtime, own.logger);
  drain.Stop();
  return own.text.str().find("client_name=child") != std::string::npos ? 0 : 4;
}

TEST(SinksTest, AChildOfForkHasNoDrainOfItsParents) {
  auto runtime = Runtime::Create({}, "parent");
  ASSERT_TRUE(runtime.ok()) << runtime.status().message();
  StringLog log;
  auto drain =
      std::make_unique<EventDrain>(*runtime, log.logger, EventDrainOptions{.most_idle_ms = 60'000});
  drain->Start();
  for (int i = 0; i < 5000 && drain->logged() == 0; ++i) port::SleepUs(1000);
  test::ChildProcess child([&](const auto&) {
    alarm(60);  // Should it wait for what never comes.
    return LogInAChild(std::move(drain), log);
  });
  EXPECT_EQ(child.Wait(), 0);
  drain->Stop();
  EXPECT_GT(drain->logged(), 0u);
}

}  // namespace
}  // namespace glasswal
