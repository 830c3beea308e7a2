// Captures: made from a live region, read again, and refused when they are damaged.
#include "diag/capture.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "glasswal/capture.h"
#include "inspector/scene.h"
#include "model/page_reader.h"
#include "source/source.h"

namespace glasswal::inspector {
namespace {

std::vector<uint8_t> Capture(const Scene& scene, bool contents) {
  Result<std::vector<uint8_t>> file = WriteCapture(*scene.Bytes(), {.contents = contents});
  EXPECT_TRUE(file.ok()) << file.status().message();
  return std::move(*file);
}

/// JSON without what depends on the moment of the look.
std::string Shape(Snapshot snapshot) {
  snapshot.observed_ns = 0;
  snapshot.attempts = 0;
  for (auto& client : snapshot.clients) client.age_ns = 0;
  for (auto& connection : snapshot.connections) {
    connection.age_ns = connection.transaction_ns = 0;
    if (connection.statement) connection.statement->age_ns = 0;
  }
  for (auto& statement : snapshot.statements) statement.age_ns = 0;
  for (auto& wal : snapshot.wals) wal.last_checkpoint_age_ns = 0;
  for (auto& lock : snapshot.locks) lock.held_ns = 0;
  return ToJson(snapshot);
}

TEST(Capture, HoldsWhatTheRegionHeld) {
  Scene scene;
  sqlite3* writer = scene.Open();
  Scene::Run(writer, "CREATE TABLE t(x); INSERT INTO t VALUES(1); BEGIN IMMEDIATE");
  const std::string live = Shape(scene.Look());
  Result<std::unique_ptr<Source>> source = OpenCapture(Capture(scene, false), "a capture");
  ASSERT_TRUE(source.ok()) << source.status().message();
  EXPECT_FALSE((*source)->live());
  Result<Snapshot> snapshot = Observe((*source)->bytes());
  ASSERT_TRUE(snapshot.ok()) << snapshot.status().message();
  EXPECT_EQ(Shape(*snapshot), live);
  Result<EventBatch> events = ObserveEvents((*source)->bytes(), 0, 1000);
  ASSERT_TRUE(events.ok());
  EXPECT_EQ(events->events.size(), ObserveEvents(*scene.Bytes(), 0, 1000)->events.size());
}

TEST(Capture, HasContentsOnlyOnRequest) {
  Scene scene;
  sqlite3* writer = scene.Open();
  Scene::Run(writer, "CREATE TABLE t(x); INSERT INTO t VALUES('a secret of the database')");
  const char* secret = "a secret of the database";
  const auto holds = [&](const std::vector<uint8_t>& file) {
    return memmem(file.data(), file.size(), secret, std::strlen(secret)) != nullptr;
  };
  const std::vector<uint8_t> without = Capture(scene, false);
  const std::vector<uint8_t> with = Capture(scene, true);
  EXPECT_FALSE(holds(without));
  EXPECT_TRUE(holds(with));
  for (const bool contents : {false, true}) {
    Result<std::unique_ptr<RegionBytes>> bytes = ReadCapture(contents ? with : without);
    ASSERT_TRUE(bytes.ok());
    const PageMap map = ReadPageMap(**bytes, *Observe(**bytes), 0);
    EXPECT_EQ(map.pages.empty(), !contents);
    EXPECT_EQ(map.problem.empty(), contents);
  }
}

TEST(Capture, IsRefusedWithASentenceWhenDamaged) {
  Scene scene;
  Scene::Run(scene.Open(), "CREATE TABLE t(x)");
  const std::vector<uint8_t> whole = Capture(scene, false);
  for (const size_t size : {size_t{0}, size_t{1}, size_t{55}, size_t{56}, size_t{100},
                            whole.size() / 2, whole.size() - 1}) {
    const auto cut = std::vector<uint8_t>(whole.begin(), whole.begin() + static_cast<long>(size));
    const auto result = ReadCapture(cut);
    EXPECT_FALSE(result.ok()) << size;
    EXPECT_NE(result.status().message(), "");
  }
  std::vector<uint8_t> other = whole;
  other[offsetof(diag::CaptureHeader, version)] = 9;
  EXPECT_EQ(ReadCapture(other).status().code(), StatusCode::kVersionMismatch);
  other = whole;
  other[0] ^= 1;
  EXPECT_EQ(ReadCapture(other).status().code(), StatusCode::kCorrupt);
}

TEST(Capture, SurvivesFlippedBytesAnywhere) {
  Scene scene;
  Scene::Run(scene.Open(), "CREATE TABLE t(x); INSERT INTO t VALUES(1)");
  const std::vector<uint8_t> whole = Capture(scene, true);
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    std::vector<uint8_t> damaged = whole;
    const size_t span = round % 2 == 0 ? 4096 : damaged.size();
    for (int i = 0; i < 20; ++i) damaged[random() % span] = static_cast<uint8_t>(random());
    auto bytes = ReadCapture(std::move(damaged));
    if (!bytes.ok()) continue;
    const Result<Snapshot> snapshot = Observe(**bytes);
    if (!snapshot.ok()) continue;
    (void)ObserveEvents(**bytes, 0, 100000);
    (void)ReadPageMap(**bytes, *snapshot, 0);
  }
}

}  // namespace
}  // namespace glasswal::inspector
