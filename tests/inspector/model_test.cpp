// The model and its findings, from regions in which real things happened.
#include "model/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <chrono>
#include <thread>

#include "inspector/scene.h"
#include "model/format.h"
#include "model/page_reader.h"

namespace glasswal::inspector {
namespace {

using testing::HasSubstr;

bool HasRule(const std::vector<Finding>& findings, const std::string& rule) {
  for (const Finding& finding : findings) {
    if (finding.rule == rule) return true;
  }
  return false;
}

const Finding* FindRule(const std::vector<Finding>& findings, const std::string& rule) {
  for (const Finding& finding : findings) {
    if (finding.rule == rule) return &finding;
  }
  return nullptr;
}

TEST(Format, SaysUnitsAndRounds) {
  EXPECT_EQ(FormatDuration(0), "0 ns");
  EXPECT_EQ(FormatDuration(4100), "4.10 µs");
  EXPECT_EQ(FormatDuration(812'000'000), "812 ms");
  EXPECT_EQ(FormatDuration(252'000'000'000), "4 min 12 s");
  EXPECT_EQ(FormatBytes(512), "512 B");
  EXPECT_EQ(FormatBytes(65536), "64.0 KiB");
  EXPECT_EQ(FormatCount(171075), "171,075");
  EXPECT_EQ(FormatCount(7), "7");
  EXPECT_EQ(FormatQuantity(12300), "12.3 k");
  EXPECT_EQ(FormatPercent(1, 0), "0 %");
}

TEST(Format, CleansForeignText) {
  EXPECT_EQ(CleanText("plain"), "plain");
  EXPECT_EQ(CleanText("\xc3\xa9t\xc3\xa9"), "\xc3\xa9t\xc3\xa9");
  EXPECT_EQ(CleanText("a\nb\x7f"), "a?b?");
  EXPECT_EQ(CleanText("\xff\xc0\xaf\xed\xa0\x80"), "??????");
  EXPECT_EQ(CleanText("cut \xe2\x82"), "cut ??");
  EXPECT_EQ(CleanText("\xe2\x80\xaegnp.\xe2\x81\xa6"), "???gnp.???");
  EXPECT_EQ(CleanText("\xd8\x9c|\xe2\x80\xa8|\xe2\x80\x93"), "??|???|\xe2\x80\x93");
}

TEST(Selection, GoesThroughText) {
  for (const char* text : {"client:3", "file:0", "segment:4095", "lock:7", "recovery:1"}) {
    EXPECT_EQ(ToText(SelectionOf(text)), text);
  }
  for (const char* text : {"", ":", "client", "client:", "client:x", "client:1x", "moon:1",
                           "client:99999999999999999999"}) {
    EXPECT_EQ(SelectionOf(text), Selection()) << text;
  }
}

TEST(Findings, NothingIsWrongWithAFreshRegion) {
  Scene scene;
  Scene::Run(scene.Open(), "CREATE TABLE t(x)");
  EXPECT_TRUE(Findings(scene.Look(), 0).empty());
}

TEST(Findings, NamesALongHeldWriteAndItsHolder) {
  Scene scene;
  sqlite3* writer = scene.Open();
  Scene::Run(writer, "CREATE TABLE t(x); BEGIN IMMEDIATE");
  std::this_thread::sleep_for(std::chrono::nanoseconds(kLongHoldNs + 50'000'000));
  const std::vector<Finding> findings = Findings(scene.Look(), 0);
  const Finding* finding = FindRule(findings, "long-held lock");
  ASSERT_NE(finding, nullptr);
  EXPECT_THAT(finding->sentence, HasSubstr("`scene` has held WRITE of /app.sqlite"));
  EXPECT_EQ(finding->panel, PanelId::kLocks);
}

TEST(Findings, NamesASilentHolderButNoIdleConnection) {
  Scene scene;
  sqlite3* connection = scene.Open();
  Scene::Run(connection, "CREATE TABLE t(x)");
  SilenceTracker tracker;
  Snapshot before = scene.Look();
  tracker.Apply(1, &before);
  Snapshot idle = scene.Look();
  tracker.Apply(1 + 2 * kSilentHolderNs, &idle);
  EXPECT_FALSE(HasRule(Findings(idle, 0), "silent holder"));
  Scene::Run(connection, "BEGIN IMMEDIATE");
  before = scene.Look();
  tracker.Apply(1 + 3 * kSilentHolderNs, &before);
  Snapshot holding = scene.Look();
  tracker.Apply(1 + 5 * kSilentHolderNs, &holding);
  EXPECT_TRUE(HasRule(Findings(holding, 0), "silent holder"));
}

TEST(Findings, NamesTheReaderThatHoldsACheckpointBack) {
  Scene scene;
  sqlite3* writer = scene.Open();
  sqlite3* reader = scene.Open();
  Scene::Run(writer, "CREATE TABLE t(x); INSERT INTO t VALUES(1)");
  Scene::Run(reader, "BEGIN; SELECT * FROM t");
  Scene::Run(writer, "INSERT INTO t VALUES(2)");
  Scene::Run(writer, "PRAGMA wal_checkpoint(PASSIVE)");
  std::this_thread::sleep_for(std::chrono::nanoseconds(kLongReaderNs + 100'000'000));
  Scene::Run(writer, "PRAGMA wal_checkpoint(PASSIVE)");
  const std::vector<Finding> findings = Findings(scene.Look(), 0);
  const Finding* finding = FindRule(findings, "checkpoint held back");
  ASSERT_NE(finding, nullptr);
  EXPECT_THAT(finding->sentence, HasSubstr("keeps the checkpoint of /app.sqlite back"));
}

TEST(Findings, NamesALogNearItsLimitAndRefusals) {
  Scene scene("", 1 << 20);
  sqlite3* writer = scene.Open();
  Scene::Run(writer, "PRAGMA wal_autocheckpoint=0; CREATE TABLE t(x); BEGIN IMMEDIATE");
  EXPECT_EQ(sqlite3_exec(scene.Open(), "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_BUSY);
  Scene::Run(writer, "INSERT INTO t VALUES(zeroblob(900000)); COMMIT");
  const std::vector<Finding> findings = Findings(scene.Look(), 5);
  EXPECT_TRUE(HasRule(findings, "log nearly full"));
  EXPECT_TRUE(HasRule(findings, "refused writers"));
  EXPECT_TRUE(HasRule(findings, "events lost"));
}

TEST(Findings, OfNonsenseAreBounded) {
  const std::vector<Finding> findings = Findings(HugeSnapshot(), UINT64_MAX);
  EXPECT_GT(findings.size(), 10u);
  EXPECT_LT(findings.size(), 400u);
}

TEST(Rates, CountCommitsBetweenTwoLooks) {
  Scene scene;
  sqlite3* writer = scene.Open();
  Scene::Run(writer, "CREATE TABLE t(x)");
  const Snapshot before = scene.Look();
  for (int i = 0; i < 10; ++i) Scene::Run(writer, "INSERT INTO t VALUES(1)");
  Snapshot after = scene.Look();
  after.observed_ns = before.observed_ns + 2'000'000'000;
  const Rates rates = RatesBetween(before, after);
  EXPECT_DOUBLE_EQ(rates.seconds, 2);
  EXPECT_DOUBLE_EQ(rates.commits, 5);
  EXPECT_GT(rates.hold_p99_ns, 0u);
  EXPECT_EQ(RatesBetween(after, before).seconds, 0);
}

TEST(Model, PausesScrubsAndKeepsBookmarks) {
  Model model;
  model.Reset("made up", true);
  Snapshot snapshot;
  for (uint64_t i = 1; i <= kMostSamples + 10; ++i) {
    snapshot.observed_ns = i;
    model.Add(snapshot, {});
    if (i == 5) model.AddBookmark("five");
  }
  EXPECT_EQ(model.history().samples().size(), kMostSamples);
  EXPECT_EQ(model.snapshot().observed_ns, kMostSamples + 10);
  model.ScrubTo(0);
  EXPECT_TRUE(model.paused());
  EXPECT_EQ(model.snapshot().observed_ns, 11u);
  model.Add(snapshot, {});
  EXPECT_EQ(model.snapshot().observed_ns, 11u);
  model.ShowBookmark(0);
  EXPECT_EQ(model.snapshot().observed_ns, 5u);
  model.SetPaused(false);
  EXPECT_EQ(model.snapshot().observed_ns, kMostSamples + 10);
  model.ScrubTo(SIZE_MAX);
  model.ShowBookmark(7);
  model.RemoveBookmark(7);
}

TEST(Model, ComparesTwoMoments) {
  Scene scene;
  sqlite3* writer = scene.Open();
  Scene::Run(writer, "CREATE TABLE t(x)");
  Model model;
  model.Reset("scene", true);
  model.Add(scene.Look(), {});
  model.SetBaseline();
  EXPECT_TRUE(model.comparison()->differences.empty());
  Scene::Run(writer, "INSERT INTO t VALUES(1)");
  model.Add(scene.Look(), {});
  bool commits = false;
  for (const Difference& d : model.comparison()->differences) commits |= d.what == "commits";
  EXPECT_TRUE(commits);
  model.ClearBaseline();
  EXPECT_EQ(model.comparison(), nullptr);
}

TEST(Events, AreFilteredAndCopied) {
  Scene scene;
  sqlite3* writer = scene.Open();
  Scene::Run(writer, "CREATE TABLE t(x); INSERT INTO t VALUES(1)");
  Result<EventBatch> batch = ObserveEvents(*scene.Bytes(), 0, 1000);
  ASSERT_TRUE(batch.ok());
  Model model;
  model.Reset("scene", true);
  model.Add(scene.Look(), *batch);
  std::vector<Event> commits;
  EventFilter filter;
  filter.text = "COMMIT";
  for (const Event& event : model.events().events()) {
    if (Matches(filter, event, model.names())) commits.push_back(event);
  }
  ASSERT_EQ(commits.size(), 2u);
  EXPECT_THAT(EventsToJson(commits), HasSubstr("\"commit\""));
  EXPECT_THAT(EventsToMarkdown(commits, model.names()),
              HasSubstr("| commit | scene | /app.sqlite |"));
  filter.client = 61;
  EXPECT_FALSE(Matches(filter, commits[0], model.names()));
  EXPECT_FALSE(model.lock_timeline().spans().empty());
}

TEST(Pages, AreReadThroughTheLogAndTheDatabase) {
  Scene scene;
  sqlite3* writer = scene.Open();
  Scene::Run(writer,
             "CREATE TABLE rows(id INTEGER PRIMARY KEY, v TEXT); CREATE INDEX by_v ON rows(v)");
  Scene::Run(writer,
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<2000) "
             "INSERT INTO rows SELECT i, hex(randomblob(20)) FROM n");
  Scene::Run(writer, "INSERT INTO rows VALUES(9999, hex(zeroblob(20000)))");
  Scene::Run(writer, "PRAGMA wal_checkpoint(TRUNCATE); UPDATE rows SET v = 'x' WHERE id = 1");
  Scene::Run(writer, "CREATE TABLE gone AS SELECT zeroblob(9000); DROP TABLE gone");
  const PageMap map = ReadPageMap(*scene.Bytes(), scene.Look(), 0);
  EXPECT_EQ(map.problem, "");
  uint32_t counts[kPageKinds] = {};
  uint32_t in_log = 0;
  for (const PageEntry& page : map.pages) {
    ++counts[static_cast<size_t>(page.kind)];
    in_log += page.in_log;
  }
  EXPECT_GT(counts[static_cast<size_t>(PageKind::kTableLeaf)], 10u);
  EXPECT_GT(counts[static_cast<size_t>(PageKind::kIndexLeaf)], 10u);
  EXPECT_GT(counts[static_cast<size_t>(PageKind::kTableInterior)], 0u);
  EXPECT_GT(counts[static_cast<size_t>(PageKind::kOverflow)], 5u);
  EXPECT_GT(counts[static_cast<size_t>(PageKind::kFree)] +
                counts[static_cast<size_t>(PageKind::kFreeTrunk)],
            0u);
  EXPECT_EQ(counts[static_cast<size_t>(PageKind::kUnknown)], 0u);
  EXPECT_GT(in_log, 0u);
  EXPECT_THAT(map.owners, testing::Contains("index by_v"));
}

}  // namespace
}  // namespace glasswal::inspector
