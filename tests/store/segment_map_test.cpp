// The maps of a live region whose bytes are damaged, or change between two looks at them: values or
// errors, and nothing that belongs to somebody else is freed.
#include "store/segment_map.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>

#include "fuzz/sound_region.h"
#include "port/point.h"
#include "store/file.h"

namespace glasswal::store {
namespace {

using shm::kNoSegment;
using shm::kSegmentBytes;

/// Does something when the calling thread comes to a point.
class AtPoint {
 public:
  AtPoint(std::string name, std::function<void()> act)
      : name_(std::move(name)), act_(std::move(act)) {
    port::SetPointHook(
        [](const char* point, void* self) {
          auto* hook = static_cast<AtPoint*>(self);
          if (hook->name_ == point) hook->act_();
        },
        this);
  }
  ~AtPoint() { port::SetPointHook(nullptr, nullptr); }
  AtPoint(const AtPoint&) = delete;
  AtPoint& operator=(const AtPoint&) = delete;

 private:
  const std::string name_;
  const std::function<void()> act_;
};

class DamagedMap : public testing::Test {
 protected:
  DamagedMap() {
    self_.region = &sound_.region();
    self_.generation = 1;
    sound_.file()->limit_bytes.store(shm::kMaxFileBytes);
  }

  shm::Region& region() const { return sound_.region(); }
  shm::ShmFile* shm_file() const { return sound_.file(); }
  shm::ShmIntent* intent() const { return &region().client(0)->intent; }
  File OpenFile() { return File(&self_, 0, intent(), nullptr); }
  uint64_t WordOf(uint32_t segment) const { return region().segment_word(segment)->load(); }

  /// Writes a byte to segment 0 of the file and returns the segment's number.
  uint32_t WriteOne() {
    File file = OpenFile();
    EXPECT_EQ(file.Write(0, "x", 1), IoStatus::kOk);
    return MappedSegment(region(), {shm::kMapData, 0, 0});
  }

  const test::SoundRegion sound_;
  ClientContext self_;
};

TEST_F(DamagedMap, AnIntentThatNamesNoFileIsDropped) {
  const uint32_t segment = WriteOne();
  for (const uint32_t number : {shm::kMaxFiles, 0xffffu}) {
    for (const uint32_t map : {0u, 1u, 3u, 4u, 255u}) {
      for (const shm::IntentKind kind : {shm::kIntentLink, shm::kIntentUnlink}) {
        const uint64_t before = WordOf(segment);
        intent()->segment.store(segment);
        intent()->segment_word.store(before);
        intent()->target.store(IntentWord(kind, static_cast<shm::MapKind>(map), number, 0));
        FinishIntent(region(), intent());
        EXPECT_EQ(intent()->target.load(), 0u);
        EXPECT_EQ(WordOf(segment), before) << "a mapped segment was freed";
      }
    }
  }
}

TEST_F(DamagedMap, AnIntentDoesNotFreeWhatBelongsToAnother) {
  const uint32_t others = shm::ClaimPrivateRun(region(), shm::ClientOwner(7, 1), 1);
  const uint64_t before = WordOf(others);
  intent()->segment.store(others);
  intent()->segment_word.store(before);
  intent()->target.store(IntentWord(shm::kIntentUnlink, shm::kMapData, 0, 0));
  FinishIntent(region(), intent());
  EXPECT_EQ(WordOf(others), before);
}

TEST_F(DamagedMap, APlaceWithoutAMapCannotBeLinked) {
  EXPECT_EQ(LinkSegment(self_, intent(), {shm::kMapData, 0, 5}, shm::kSegmentDatabase), kNoSegment);
  EXPECT_EQ(LinkSegment(self_, intent(), {shm::kMapData, shm::kMaxFiles, 5}, shm::kSegmentDatabase),
            kNoSegment);
}

TEST_F(DamagedMap, AMapThatIsLostDuringAnUnlinkCrashesNobody) {
  WriteOne();
  const AtPoint lost("store.unlink.intent", [&] { shm_file()->maps[0].store(0); });
  UnlinkSegment(self_, intent(), {shm::kMapData, 0, 0});
  EXPECT_EQ(intent()->target.load(), 0u);
}

TEST_F(DamagedMap, AMapThatIsLostDuringAWriteCrashesNobody) {
  const char* const points[] = {"store.link.intent", "store.link.named", "store.link.mapped",
                                "store.link.published", "segments.claim.cas"};
  for (const char* point : points) {
    File file = OpenFile();
    const AtPoint lost(point, [&] { shm_file()->maps[0].store(1); });  // No number of a segment.
    (void)file.Write(0, "x", 1);
    (void)file.Truncate(0);
    shm_file()->maps[0].store(0);
  }
}

TEST_F(DamagedMap, ASegmentOfAnotherLeavesTheMapAndIsNotFreed) {
  WriteOne();
  const uint32_t others = shm::ClaimPrivateRun(region(), shm::ClientOwner(7, 1), 1);
  const uint64_t before = WordOf(others);
  MapEntry(region(), {shm::kMapData, 0, 0})->store(others);
  File file = OpenFile();
  EXPECT_EQ(file.Truncate(0), 0u);
  EXPECT_EQ(WordOf(others), before);
  EXPECT_EQ(MappedSegment(region(), {shm::kMapData, 0, 0}), kNoSegment);
}

TEST_F(DamagedMap, ASizeBeyondAnyFileIsNoEndlessWork) {
  File file = OpenFile();
  WriteOne();
  (void)file.Truncate(uint64_t{1} << 62);  // It came to 70 trillion segments.
  EXPECT_EQ(file.SizeBytes(), uint64_t{1} << 62);
}

// SQLite reads a few bytes behind a corrupt page, which must be memory.
TEST_F(DamagedMap, TheEndOfTheRegionIsWhereItsMemoryEnds) {
  WriteOne();
  const uint32_t last = region().geometry().segment_count - 1;
  ASSERT_TRUE(shm::CommitSegments(region(), last + 1).ok());
  MapEntry(region(), {shm::kMapData, 0, 0})->store(last);
  shm_file()->size_bytes.store(kSegmentBytes);
  File file = OpenFile();
  EXPECT_EQ(file.Fetch(kSegmentBytes - 4096, 4096), nullptr);
  region().header()->committed_segments.store(UINT32_MAX);
  EXPECT_EQ(file.Fetch(kSegmentBytes - 4096, 4096), nullptr);
}

}  // namespace
}  // namespace glasswal::store
