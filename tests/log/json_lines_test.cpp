// Lines that are read back, and JSON lines: whatever clients and files are called, each line is one
// object of valid JSON, and has what the record has.
#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "diag/log_names.h"
#include "diag/log_text.h"
#include "glasswal/log_record.h"
#include "glasswal/spdlog.h"
#include "log/event_drain_inside.h"
#include "log/log_fixture.h"
#include "port/printable.h"
#include "trace/ring.h"
#include "trace/test_region.h"

namespace glasswal {
namespace {

using testing::AddNames;
using testing::Json;
using testing::kIngest;
using testing::StringLog;
using testing::TestRegion;

/// Names that others may think of, to break a log with.
std::vector<std::string> HostileNames() {
  std::vector<std::string> names = {
      "ingest",
      "7",
      "18446744073709551616",
      "a b",
      "\"",
      "\\",
      "\\x41\\u0041",
      "x=y event=commit",
      "{\"level\":\"error\"}",
      "a\nb\r\tc\b\f",
      "\x1b[2J\x7f",
      "\xff\xfe\x80",
      "\xed\xa0\x80",              // A surrogate.
      "\xc0\xaf",                  // Overlong.
      "\xe2\x80\xa8\xe2\x80\xa9",  // U+2028, U+2029.
      "\xe2\x80\xae",              // Turns what follows around.
      "\xc2\x85",                  // A line break of C1.
      "\xf0\x9f\x90\x8b caf\xc3\xa9",
      "%s%n%c",
  };
  std::string all;
  for (int byte = 1; byte < 256; ++byte) {
    all.push_back(static_cast<char>(byte));
    if (all.size() < 48) continue;
    names.push_back(all);
    all.clear();
  }
  names.push_back(all);
  return names;
}

/// An event of each kind there is, with arguments that differ.
std::vector<Event> EveryEvent() {
  std::vector<Event> events;
  for (uint16_t kind = 1; kind < static_cast<uint16_t>(EventKind::kCount); ++kind) {
    Event event;
    event.kind = static_cast<EventKind>(kind);
    event.level = Describe(event.kind).level;
    event.sequence = 100u + kind;
    event.time_ns = 1'700'000'000'123'456'789;
    event.client = 3;
    event.connection = kind % 3;
    event.file = kind % 2;
    for (uint64_t i = 0; i < kEventArguments; ++i) event.arguments[i] = UINT64_MAX - i;
    events.push_back(event);
  }
  return events;
}

void ExpectSame(const LogRecord& read, const LogRecord& made) {
  EXPECT_EQ(read.event, made.event);
  EXPECT_EQ(read.sequence, made.sequence);
  EXPECT_EQ(read.client, made.client);
  EXPECT_EQ(read.message, made.message);
  ASSERT_EQ(read.details.size(), made.details.size()) << made.message;
  for (size_t i = 0; i < made.details.size(); ++i) {
    EXPECT_EQ(read.details[i].name, made.details[i].name);
    EXPECT_EQ(read.details[i].is_text, made.details[i].is_text) << made.message;
    EXPECT_EQ(read.details[i].text, made.details[i].text) << made.message;
    EXPECT_EQ(read.details[i].number, made.details[i].number) << made.message;
  }
}

TEST(LogTextTest, ALineHasAllThatItsRecordHas) {
  for (const std::string& name : HostileNames()) {
    for (const Event& event : EveryEvent()) {
      const LogRecord made = RecordOf(event, {name, "/" + name, name, {name, name, name, name}});
      LogRecord read;
      ASSERT_TRUE(diag::ReadLine(made.message, &read)) << made.message;
      ExpectSame(read, made);
    }
  }
  for (const uint32_t client : {0u, 5u, kNoLogClient}) {
    const LogRecord made = RecordOfLoss(17, 3, 9, client, 0);
    LogRecord read;
    ASSERT_TRUE(diag::ReadLine(made.message, &read)) << made.message;
    ExpectSame(read, made);
  }
}

TEST(LogTextTest, WhatIsNoRecordIsRefused) {
  for (const char* line :
       {"", "event", "event=", "event=commit", "event=commit sequence=", "event=commit sequence=x",
        "sequence=1 event=commit", "event=commit  sequence=1", "event=commit sequence=1 ",
        "event=commit sequence=1 path=\"", "event=commit sequence=1 path=\"\\",
        "event=commit sequence=1 path=\"\\q\"", "event=commit sequence=1 path=\"\\x1\"",
        "event=commit sequence=1 path=\"\\u12\"", "event=commit sequence=1 path=\"a\"b",
        "event=commit sequence=1 a=1 a=2", "event=commit sequence=1 Client=2",
        "listening on port=80"}) {
    LogRecord record;
    EXPECT_FALSE(diag::ReadLine(line, &record)) << line;
  }
}

/// A logger of JSON lines into a string.
struct JsonLog : StringLog {
  JsonLog() {
    for (const auto& sink : logger->sinks()) sink->set_formatter(NewJsonFormatter());
  }
};

TEST(JsonLinesTest, ALineIsTheRecordInJson) {
  Json json;
  for (const std::string& name : HostileNames()) {
    TestRegion region;
    trace::SetEventLevel(*region, EventLevel::kTrace);
    AddNames(*region, name, "/" + name);
    JsonLog log;
    EventDrain drain = EventDrainInside::Over(*region, log.logger);
    for (const Event& event : EveryEvent()) {
      trace::WriteEvent(*region, event.kind, kIngest, 3, 3, 3, 3);
    }
    const uint64_t count = drain.Poll();
    EXPECT_EQ(count, static_cast<uint64_t>(EventKind::kCount) - 1);
    const std::vector<std::string> lines = log.Lines();
    ASSERT_EQ(lines.size(), count) << name;
    trace::EventCursor cursor(*region, trace::EventCursor::Start::kOldest);
    for (const std::string& line : lines) {
      Event event;
      ASSERT_TRUE(cursor.Next(&event));
      EXPECT_EQ(port::Printable(line), line);
      EXPECT_EQ(json.Text(line, "$.logger"), "glasswal");
      // By the region's clock there, and since 1970 here.
      EXPECT_GT(std::stod(json.Text(line, "$.timeMs")), 1.6e12) << line;
      const std::string wanted = ToJson(RecordOf(event, diag::NamesOf(*region, event)));
      for (const char* member :
           {"$.level", "$.event", "$.sequence", "$.client", "$.details", "$.message"}) {
        EXPECT_EQ(json.Text(line, member), json.Text(wanted, member)) << line;
      }
      EXPECT_EQ(json.Text(line, "$.details.clientName"), json.Text(wanted, "$.details.clientName"));
    }
  }
}

TEST(JsonLinesTest, ValuesAreThoseOfTheEvent) {
  TestRegion region;
  AddNames(*region, "in\"gest\n", "/a\xff\xe2\x80\xa8");
  JsonLog log;
  EventDrain drain = EventDrainInside::Over(*region, log.logger);
  trace::Record(*region, EventKind::kLockRefused, kIngest, shm::kLockWalWrite, 3, 812, 500);
  drain.Poll();
  Json json;
  const std::string line = log.Lines().at(0);
  EXPECT_EQ(json.Text(line, "$.level"), "warn");
  EXPECT_EQ(json.Text(line, "$.event"), "lock.refused");
  EXPECT_EQ(json.Text(line, "$.client"), "3");
  EXPECT_EQ(json.Text(line, "$.details"),
            "{\"clientName\":\"in\\\"gest\\n\",\"connection\":0,\"file\":0,"
            "\"path\":\"/a\xef\xbf\xbd\\u2028\",\"lock\":\"WRITE\",\"holderClient\":3,"
            "\"holderClientName\":\"in\\\"gest\\n\",\"heldNs\":812,\"waitedNs\":500}");
}

TEST(JsonLinesTest, LossOfADrainIsNobodys) {
  TestRegion region(64);
  JsonLog log;
  EventDrain drain = EventDrainInside::Over(*region, log.logger);
  for (int i = 0; i < 64 + 7; ++i) trace::Record(*region, EventKind::kCommit, kIngest);
  drain.Poll();
  Json json;
  const std::string line = log.Lines().at(0);
  EXPECT_EQ(json.Text(line, "$.event"), "events.lost");
  EXPECT_EQ(json.Text(line, "$.client"), "(null)");
  EXPECT_EQ(json.Number(line, "$.sequence"), 1u);
  EXPECT_EQ(json.Number(line, "$.details.lost"), 7u);
}

TEST(JsonLinesTest, MessagesOfTheProgramAreLinesToo) {
  JsonLog log;
  log.logger->critical("ready: port=80 \"now\"\nand \xff");
  log.logger->warn("");
  Json json;
  const std::vector<std::string> lines = log.Lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(json.Text(lines[0], "$.level"), "error");
  EXPECT_EQ(json.Text(lines[0], "$.event"), "(null)");
  EXPECT_EQ(json.Text(lines[0], "$.message"), "ready: port=80 \"now\"\nand \xef\xbf\xbd");
  EXPECT_EQ(json.Text(lines[1], "$.message"), "");
}

TEST(JsonLinesTest, AnyBytesAreALine) {
  std::mt19937 random(20260101);
  Json json;
  for (int round = 0; round < 2000; ++round) {
    JsonLog log;
    // Half of them begin as a record does, so that the reader gets to its end.
    std::string text = round % 2 == 0 ? "" : "event=x sequence=1 path=\"";
    for (size_t i = random() % 60; i > 0; --i) text.push_back(static_cast<char>(random()));
    log.logger->info(spdlog::string_view_t(text.data(), text.size()));
    const std::vector<std::string> lines = log.Lines();
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(port::Printable(lines[0]), lines[0]);
    EXPECT_EQ(json.Text(lines[0], "$.level"), "info") << lines[0];
  }
}

}  // namespace
}  // namespace glasswal
