#include "shm/segments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include "shm/block.h"

namespace glasswal::shm {
namespace {

using test::Block;
using test::SmallOptions;

constexpr uint64_t kBlockBytes = 4 * kMiB;
constexpr uint32_t kMe = ClientOwner(3, 7);
constexpr uint32_t kOther = ClientOwner(4, 7);

// A region in a block, whose memory can be made to run out.
class LimitedMemory final : public port::Memory {
 public:
  explicit LimitedMemory(const Block& block) {
    base_ = reinterpret_cast<std::byte*>(block.header());
    size_bytes_ = block.size_bytes();
  }
  Status Commit(uint64_t offset, uint64_t size_bytes) override {
    if (offset + size_bytes > limit_bytes) return Status(StatusCode::kFull, "No more memory.");
    commits.push_back(size_bytes / kSegmentBytes);
    return Status::Ok();
  }
  Result<std::unique_ptr<port::Liveness>> NewLiveness() override {
    return Status(StatusCode::kSystem, "There is none here.");
  }

  uint64_t limit_bytes = UINT64_MAX;
  std::vector<uint64_t> commits;
};

class Segments : public testing::Test {
 protected:
  void SetUp() override { SetUpWith(SmallOptions()); }
  void SetUpWith(const Options& options) {
    block_.Clear();
    auto memory = std::make_unique<LimitedMemory>(block_);
    memory_ = memory.get();
    auto region = Region::Create(std::move(memory), options);
    ASSERT_TRUE(region.ok()) << region.status().message();
    region_ = std::move(*region);
  }

  uint32_t capacity() const {
    return region_->geometry().segment_count - region_->geometry().first_segment;
  }
  uint32_t committed() const { return region_->header()->committed_segments.load(); }
  uint64_t free() const { return region_->header()->free_segments.load(); }
  uint64_t WordOf(uint32_t segment) const { return region_->segment_word(segment)->load(); }
  bool IsZero(uint32_t segment) const {
    const std::byte* at = region_->SegmentAddress(segment);
    return std::all_of(at, at + kSegmentBytes, [](std::byte b) { return b == std::byte{0}; });
  }
  void Dirty(uint32_t segment) {
    std::memset(region_->SegmentAddress(segment), 0xee, kSegmentBytes);
  }
  std::vector<ClaimedSegment> ClaimAll(uint32_t owner) {
    std::vector<ClaimedSegment> all;
    while (true) {
      const ClaimedSegment claimed = ClaimSegment(*region_, owner);
      if (claimed.segment == kNoSegment) return all;
      all.push_back(claimed);
    }
  }
  // The counters are right when nobody was killed.
  void ExpectFreeCounted() const {
    uint64_t found = 0;
    for (uint32_t i = region_->geometry().first_segment; i < committed(); ++i) {
      const SegmentKind kind = SegmentKindOf(WordOf(i));
      if (kind == kSegmentFree || kind == kSegmentReusable) ++found;
    }
    EXPECT_EQ(free(), found);
  }

  Block block_{kBlockBytes};
  LimitedMemory* memory_ = nullptr;
  std::unique_ptr<Region> region_;
};

TEST(SegmentWord, PacksAndUnpacks) {
  const uint64_t word = SegmentWord(kSegmentWal, FileOwner(1023, 0x12345), 0xfffffffe);
  EXPECT_EQ(SegmentKindOf(word), kSegmentWal);
  EXPECT_EQ(SegmentOwnerOf(word), 1023u << 14 | 0x2345);
  EXPECT_EQ(FileOfOwner(SegmentOwnerOf(word)), 1023u);
  EXPECT_EQ(SegmentSequenceOf(word), 0xfffffffe);
  // A kind that nobody knows is nobody's to claim or free.
  EXPECT_EQ(SegmentKindOf(uint64_t{200} << 56), kSegmentMetadata);
}

TEST_F(Segments, ClaimPublishRelease) {
  const uint64_t free_before = free();
  const ClaimedSegment claimed = ClaimSegment(*region_, kMe);
  ASSERT_TRUE(region_->IsDataSegment(claimed.segment));
  EXPECT_EQ(claimed.word, SegmentWord(kSegmentPending, kMe, 1));
  EXPECT_EQ(WordOf(claimed.segment), claimed.word);
  EXPECT_EQ(free(), free_before - 1);
  EXPECT_TRUE(IsZero(claimed.segment));
  const uint32_t file = FileOwner(2, 9);
  const uint64_t word =
      PublishSegment(*region_, claimed.segment, claimed.word, kSegmentDatabase, file);
  EXPECT_EQ(word, SegmentWord(kSegmentDatabase, file, 1));
  EXPECT_FALSE(ReleaseSegment(*region_, claimed.segment, claimed.word));
  EXPECT_TRUE(ReleaseSegment(*region_, claimed.segment, word));
  EXPECT_FALSE(ReleaseSegment(*region_, claimed.segment, word));
  EXPECT_EQ(free(), free_before);
  EXPECT_EQ(region_->header()->reclaimed_segments.load(), 1u);
  ExpectFreeCounted();
}

TEST_F(Segments, FreedSegmentIsZeroedAndHasANewSequence) {
  const ClaimedSegment first = ClaimSegment(*region_, kMe);
  Dirty(first.segment);
  ASSERT_TRUE(ReleaseSegment(*region_, first.segment, first.word));
  const ClaimedSegment second = ClaimSegment(*region_, kOther);
  ASSERT_EQ(second.segment, first.segment) << "The lowest free segment is taken first.";
  EXPECT_TRUE(IsZero(second.segment));
  EXPECT_EQ(SegmentSequenceOf(second.word), 2u);
  // The old word is worth nothing any more, even to the old owner.
  EXPECT_FALSE(ReleaseSegment(*region_, first.segment, first.word));
  EXPECT_EQ(PublishSegment(*region_, first.segment, first.word, kSegmentWal, 1), 0u);
}

TEST_F(Segments, MetadataAndForeignNumbersAreLeftAlone) {
  EXPECT_FALSE(ReleaseSegment(*region_, 0, WordOf(0)));
  EXPECT_EQ(SegmentKindOf(WordOf(0)), kSegmentMetadata);
  const uint32_t beyond = region_->geometry().segment_count;
  const uint64_t word = SegmentWord(kSegmentPending, kMe, 1);
  for (const uint32_t segment : {uint32_t{0}, beyond, UINT32_MAX}) {
    EXPECT_FALSE(ReleaseSegment(*region_, segment, word));
    EXPECT_EQ(PublishSegment(*region_, segment, word, kSegmentWal, 1), 0u);
  }
  const uint32_t first = region_->geometry().first_segment;
  EXPECT_FALSE(ReleaseSegment(*region_, first, WordOf(first))) << "A free segment cannot be freed.";
}

TEST_F(Segments, FullAndThenNotFullAgain) {
  std::vector<ClaimedSegment> all = ClaimAll(kMe);
  EXPECT_EQ(all.size(), capacity());
  EXPECT_EQ(free(), 0u);
  EXPECT_EQ(region_->header()->full.load(), 1u);
  std::set<uint32_t> distinct;
  for (const ClaimedSegment& each : all) distinct.insert(each.segment);
  EXPECT_EQ(distinct.size(), all.size());
  Dirty(all[5].segment);
  ASSERT_TRUE(ReleaseSegment(*region_, all[5].segment, all[5].word));
  const ClaimedSegment again = ClaimSegment(*region_, kOther);
  EXPECT_EQ(again.segment, all[5].segment);
  EXPECT_TRUE(IsZero(again.segment));
  EXPECT_EQ(ClaimSegment(*region_, kOther).segment, kNoSegment);
  EXPECT_EQ(region_->header()->full.load(), 2u);
}

TEST_F(Segments, GrowsInSteps) {
  memory_->commits.clear();
  ClaimAll(kMe);
  EXPECT_EQ(committed(), region_->geometry().segment_count);
  // 1 MiB at a time, and the rest at the end.
  ASSERT_GT(memory_->commits.size(), 1u);
  for (size_t i = 0; i + 1 < memory_->commits.size(); ++i) EXPECT_EQ(memory_->commits[i], 16u);
  EXPECT_LE(memory_->commits.back(), 16u);
  EXPECT_EQ(region_->header()->grown.load(), memory_->commits.size());
}

TEST_F(Segments, TakesTheLastSegmentsOfAMachineThatIsNearlyFull) {
  // Room for three more than are committed now, which is less than one step.
  memory_->limit_bytes = (committed() + 3) * kSegmentBytes;
  const size_t had = free();
  EXPECT_EQ(ClaimAll(kMe).size(), had + 3);
  EXPECT_EQ(CommitSegments(*region_, committed() + 1).code(), StatusCode::kFull);
  // The machine has room again.
  memory_->limit_bytes = UINT64_MAX;
  EXPECT_NE(ClaimSegment(*region_, kMe).segment, kNoSegment);
  ExpectFreeCounted();
}

TEST_F(Segments, CommitIsIdempotentAndBounded) {
  const uint32_t now = committed();
  EXPECT_TRUE(CommitSegments(*region_, 0).ok());
  EXPECT_TRUE(CommitSegments(*region_, now).ok());
  EXPECT_EQ(committed(), now);
  EXPECT_TRUE(CommitSegments(*region_, now + 2).ok());
  EXPECT_EQ(committed(), now + 2);
  ExpectFreeCounted();
  const Status beyond = CommitSegments(*region_, region_->geometry().segment_count + 1);
  EXPECT_EQ(beyond.code(), StatusCode::kFull);
  EXPECT_NE(beyond.message(), "");
}

TEST_F(Segments, PrivateRunIsContiguousAndZeroed) {
  std::vector<ClaimedSegment> all = ClaimAll(kMe);
  for (const ClaimedSegment& each : all) Dirty(each.segment);
  // Free: 2 to 4, and 10 to 15. A run of five fits only into the second.
  for (const size_t i : {2, 3, 4, 10, 11, 12, 13, 14, 15}) {
    ASSERT_TRUE(ReleaseSegment(*region_, all[i].segment, all[i].word));
  }
  const uint32_t first = ClaimPrivateRun(*region_, kOther, 5);
  EXPECT_EQ(first, all[10].segment);
  for (uint32_t segment = first; segment < first + 5; ++segment) {
    EXPECT_EQ(SegmentKindOf(WordOf(segment)), kSegmentPrivate);
    EXPECT_EQ(SegmentOwnerOf(WordOf(segment)), kOther);
    EXPECT_TRUE(IsZero(segment));
  }
  EXPECT_EQ(ClaimPrivateRun(*region_, kOther, 4), kNoSegment);
  EXPECT_EQ(ClaimPrivateRun(*region_, kOther, 3), all[2].segment);
  EXPECT_EQ(ClaimPrivateRun(*region_, kOther, 1), all[15].segment);
  EXPECT_EQ(free(), 0u);
}

TEST_F(Segments, PrivateRunGrowsTheRegionByWhatTheTailLacks) {
  const uint32_t first = ClaimPrivateRun(*region_, kMe, capacity());
  EXPECT_EQ(first, region_->geometry().first_segment);
  EXPECT_EQ(committed(), region_->geometry().segment_count);
  ExpectFreeCounted();
}

TEST_F(Segments, PrivateRunThatCannotBeLeavesNothing) {
  const uint64_t free_before = free();
  for (const uint32_t count : {uint32_t{0}, capacity() + 1, UINT32_MAX}) {
    EXPECT_EQ(ClaimPrivateRun(*region_, kMe, count), kNoSegment);
  }
  EXPECT_EQ(free(), free_before);
  EXPECT_EQ(SweepClientSegments(*region_, kMe), 0u);
}

TEST_F(Segments, PrivateRunAtItsPlaceKeepsWhatNobodyHadBefore) {
  const uint32_t first = region_->geometry().first_segment;
  // Behind what is committed: the memory for it is committed, too.
  const uint32_t at = committed() + 3;
  std::memset(region_->SegmentAddress(first), 7, 16);
  EXPECT_TRUE(ClaimPrivateRunAt(*region_, kMe, first, 4));
  EXPECT_EQ(region_->SegmentAddress(first)[15], std::byte{7});
  EXPECT_TRUE(ClaimPrivateRunAt(*region_, kMe, at, 2));
  EXPECT_EQ(committed(), at + 2);
  ExpectFreeCounted();
  // One of them is somebody's: none is kept.
  const uint64_t free_before = free();
  EXPECT_FALSE(ClaimPrivateRunAt(*region_, kOther, at - 1, 2));
  EXPECT_EQ(free(), free_before);
  EXPECT_EQ(SweepClientSegments(*region_, kOther), 0u);
  // Not of the region, or not all of it.
  const uint32_t count = region_->geometry().segment_count;
  for (const uint32_t nonsense : {uint32_t{0}, first - 1, count - 1, count, UINT32_MAX}) {
    EXPECT_FALSE(ClaimPrivateRunAt(*region_, kMe, nonsense, 2));
  }
  // Freed, it reads as zeros to whoever has it next.
  EXPECT_EQ(SweepClientSegments(*region_, kMe), 6u);
  EXPECT_TRUE(ClaimPrivateRunAt(*region_, kOther, first, 1));
  EXPECT_EQ(region_->SegmentAddress(first)[15], std::byte{0});
}

TEST_F(Segments, SweepFreesWhatTheDeadHadAndNothingElse) {
  const ClaimedSegment pending = ClaimSegment(*region_, kMe);
  const uint32_t run = ClaimPrivateRun(*region_, kMe, 4);
  const ClaimedSegment published = ClaimSegment(*region_, kMe);
  const uint64_t file_word =
      PublishSegment(*region_, published.segment, published.word, kSegmentDatabase, kMe);
  const ClaimedSegment other = ClaimSegment(*region_, kOther);
  const ClaimedSegment next_life = ClaimSegment(*region_, ClientOwner(3, 8));
  EXPECT_EQ(SweepClientSegments(*region_, kMe), 5u);
  EXPECT_EQ(SweepClientSegments(*region_, kMe), 0u);
  EXPECT_EQ(SegmentKindOf(WordOf(pending.segment)), kSegmentReusable);
  EXPECT_EQ(SegmentKindOf(WordOf(run + 3)), kSegmentReusable);
  EXPECT_EQ(WordOf(published.segment), file_word);
  EXPECT_EQ(WordOf(other.segment), other.word);
  EXPECT_EQ(WordOf(next_life.segment), next_life.word);
  // What the swept client may still believe to have is not its own any more.
  EXPECT_EQ(PublishSegment(*region_, pending.segment, pending.word, kSegmentWal, 1), 0u);
  ExpectFreeCounted();
}

TEST_F(Segments, NonsenseInSharedWordsDoesNoHarm) {
  ShmHeader* header = region_->header();
  const uint32_t count = region_->geometry().segment_count;
  for (const uint32_t nonsense : {uint32_t{0}, uint32_t{1}, count, count + 1, UINT32_MAX}) {
    header->free_hint.store(nonsense);
    const ClaimedSegment claimed = ClaimSegment(*region_, kMe);
    EXPECT_TRUE(region_->IsDataSegment(claimed.segment));
    header->committed_segments.store(nonsense);
    header->free_segments.store(0);
    EXPECT_TRUE(region_->IsDataSegment(ClaimSegment(*region_, kMe).segment));
    EXPECT_GE(SweepClientSegments(*region_, kMe), nonsense < count ? 0u : 1u);
  }
  for (uint32_t i = 0; i < count; ++i) region_->segment_word(i)->store(UINT64_MAX - i);
  EXPECT_EQ(ClaimSegment(*region_, kMe).segment, kNoSegment);
  EXPECT_EQ(ClaimPrivateRun(*region_, kMe, 1), kNoSegment);
  EXPECT_EQ(SweepClientSegments(*region_, kMe), 0u);
}

TEST_F(Segments, FixedCapacityNeverGrows) {
  Options options = SmallOptions();
  options.fixed_capacity = true;
  SetUpWith(options);
  memory_->commits.clear();
  EXPECT_EQ(ClaimAll(kMe).size(), capacity());
  EXPECT_TRUE(memory_->commits.empty());
}

}  // namespace
}  // namespace glasswal::shm
