// The log: what becomes of events and of the inspector's own messages.
#include "app/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace glasswal::inspector {
namespace {

constexpr uint64_t kNsPerMs = 1'000'000;

Event At(uint64_t ms, EventKind kind, uint32_t client) {
  Event event;
  event.time_ns = ms * kNsPerMs;
  event.kind = kind;
  event.level = Describe(kind).level;
  event.client = client;
  event.client_generation = 1;
  return event;
}

Snapshot WithClients(const std::vector<std::string>& names) {
  Snapshot snapshot;
  for (const std::string& name : names) {
    ClientSnapshot client;
    client.slot = static_cast<uint32_t>(snapshot.clients.size());
    client.generation = 1;
    client.name = name;
    snapshot.clients.push_back(client);
  }
  return snapshot;
}

TEST(Log, EventsAreLinesWithTheTimeSinceTheFirst) {
  std::deque<LogLine> lines;
  Log log(&lines);
  const EventNames names(WithClients({"writer", "reader"}));
  EventBatch batch;
  batch.events = {At(5'000, EventKind::kClientJoined, 0), At(6'250, EventKind::kCommit, 1),
                  At(4'999, EventKind::kLockRefused, 0)};
  log.Add(batch);
  log.Write(names);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].time, "0.000000");
  EXPECT_EQ(lines[0].name, "writer");
  EXPECT_THAT(lines[0].text, testing::StrEq("client.joined process_id=0"));
  EXPECT_EQ(lines[1].time, "1.250000");
  EXPECT_EQ(lines[1].name, "reader");
  EXPECT_THAT(lines[1].text, testing::StrEq("commit frames=0 database_pages=0 change=0 held_ns=0"));
  EXPECT_EQ(lines[2].time, "0.000000") << "one that is older than the first";
  for (size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(static_cast<EventLevel>(lines[i].level), batch.events[i].level) << i;
  }
}

TEST(Log, WhatTheInspectorSaysHasItsNameAndNoTime) {
  std::deque<LogLine> lines;
  Log log(&lines);
  for (const EventLevel level : {EventLevel::kError, EventLevel::kInfo, EventLevel::kTrace}) {
    log.Say(level, "a {message}");
    log.Write(EventNames(Snapshot()));
    ASSERT_FALSE(lines.empty());
    EXPECT_EQ(lines.back().text, "a {message}");
    EXPECT_EQ(lines.back().name, "inspector");
    EXPECT_EQ(lines.back().time, "");
    EXPECT_EQ(static_cast<EventLevel>(lines.back().level), level);
  }
  EXPECT_EQ(lines.size(), 3u);
}

TEST(Log, TheOldestLinesGoFirst) {
  std::deque<LogLine> lines;
  Log log(&lines);
  const EventNames names(WithClients({"writer"}));
  EventBatch batch;
  for (uint64_t i = 0; i < kMostLogLines + 7; ++i) {
    batch.events.push_back(At(i, EventKind::kCommit, 0));
  }
  log.Add(batch);
  log.Write(names);
  ASSERT_EQ(lines.size(), kMostLogLines);
  EXPECT_EQ(lines.front().time, "0.000000") << "nobody has seen those before it";
  EXPECT_EQ(lines.back().time, "4.999000");
  log.Say(EventLevel::kInfo, "one more");
  log.Write(names);
  EXPECT_EQ(lines.size(), kMostLogLines);
  EXPECT_EQ(lines.front().time, "0.001000");
  EXPECT_EQ(lines.back().text, "one more");
}

TEST(Log, NothingIsWrittenBeforeSomebodyLooksAndTheOrderStays) {
  std::deque<LogLine> lines;
  Log log(&lines);
  log.Say(EventLevel::kInfo, "before");
  EventBatch batch;
  batch.events = {At(1, EventKind::kCommit, 0)};
  log.Add(batch);
  log.Say(EventLevel::kInfo, "after");
  EXPECT_TRUE(lines.empty());
  log.Write(EventNames(WithClients({"writer"})));
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].text, "before");
  EXPECT_EQ(lines[1].name, "writer");
  EXPECT_EQ(lines[2].text, "after");
  log.Write(EventNames(Snapshot()));
  EXPECT_EQ(lines.size(), 3u);
}

}  // namespace
}  // namespace glasswal::inspector
