// Captures of real regions: what they hold, and what they do not. What is damaged in one is the
// matter of tests/diag/capture_test.cpp.
#include "diag/capture.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "diag/checksum.h"
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
    const Result<glasswal::Capture> capture = ReadCapture(contents ? with : without);
    ASSERT_TRUE(capture.ok());
    const PageMap map = ReadPageMap(*capture->region, *Observe(*capture->region), 0);
    EXPECT_EQ(map.pages.empty(), !contents);
    EXPECT_EQ(map.problem.empty(), contents);
  }
}

/// Makes the checksums right, as whoever forges a capture would.
void Seal(std::vector<uint8_t>* file) {
  diag::CaptureHeader header;
  if (file->size() < sizeof(header)) return;
  std::memcpy(&header, file->data(), sizeof(header));
  std::vector<diag::CapturePart> parts(header.part_count % 8);
  const size_t end = sizeof(header) + parts.size() * sizeof(parts[0]);
  if (end > file->size()) return;
  std::memcpy(parts.data(), file->data() + sizeof(header), end - sizeof(header));
  for (diag::CapturePart& part : parts) {
    if (part.offset > file->size() || part.size_bytes > file->size() - part.offset) continue;
    part.checksum = diag::Checksum(file->data() + part.offset, part.size_bytes);
  }
  header.checksum = 0;
  std::memcpy(file->data(), &header, sizeof(header));
  std::memcpy(file->data() + sizeof(header), parts.data(), end - sizeof(header));
  header.checksum = diag::Checksum(file->data(), end);
  std::memcpy(file->data(), &header, sizeof(header));
}

TEST(Capture, SurvivesForgedBytesAnywhere) {
  Scene scene;
  Scene::Run(scene.Open(), "CREATE TABLE t(x); INSERT INTO t VALUES(1)");
  const std::vector<uint8_t> whole = Capture(scene, true);
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    std::vector<uint8_t> damaged = whole;
    const size_t span = round % 2 == 0 ? 4096 : damaged.size();
    for (int i = 0; i < 20; ++i) damaged[random() % span] = static_cast<uint8_t>(random());
    Seal(&damaged);
    const auto capture = ReadCapture(std::move(damaged));
    if (!capture.ok()) continue;
    const Result<Snapshot> snapshot = Observe(*capture->region);
    if (!snapshot.ok()) continue;
    (void)ObserveEvents(*capture->region, 0, 100000);
    (void)ReadPageMap(*capture->region, *snapshot, 0);
  }
}

}  // namespace
}  // namespace glasswal::inspector
