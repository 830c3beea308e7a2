// The sound region that fuzz targets start from: a client and a database, which each target fills
// as it needs.
//
// Thread-safety: belongs to one thread.
#ifndef GLASSWAL_TESTS_FUZZ_SOUND_REGION_H_
#define GLASSWAL_TESTS_FUZZ_SOUND_REGION_H_

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "port/memory.h"
#include "shm/region.h"
#include "shm/segments.h"
#include "store/words.h"

namespace glasswal::test {

/// A region in a block of its own: client 0 is live, and file 0 is a database with a control
/// segment.
class SoundRegion {
 public:
  static constexpr uint64_t kBytes = 32 * shm::kSegmentBytes;

  SoundRegion() : block_(std::aligned_alloc(shm::kSegmentBytes, kBytes), &std::free) {
    std::memset(block_.get(), 0, kBytes);
    Options options;
    options.initial_database_capacity_bytes = 4 * shm::kSegmentBytes;
    options.initial_write_ahead_capacity_bytes = 1;
    options.event_capacity = 64;
    auto region = shm::Region::Create(
        port::NewBlockMemory(block_.get(), kBytes, port::NewLocalLivenessGroup()), options);
    if (!region.ok()) std::abort();
    region_ = std::move(*region);
    region_->client(0)->state.store(store::ClientWord(shm::kClientLive, 0, 1));
    region_->header()->used_files.store(1);
    file()->state.store(store::FileWord(shm::kFileLive, shm::kFileDatabase, 1));
    file()->control_segment.store(Claim(shm::kSegmentControl));
  }

  shm::Region& region() const { return *region_; }
  shm::ShmFile* file() const { return region_->file(0); }
  const void* bytes() const { return block_.get(); }

  /// A segment of the database.
  uint32_t Claim(shm::SegmentKind kind) const {
    const shm::ClaimedSegment claimed = shm::ClaimSegment(*region_, shm::ClientOwner(0, 1));
    shm::PublishSegment(*region_, claimed.segment, claimed.word, kind, shm::FileOwner(0, 1));
    return claimed.segment;
  }

 private:
  const std::unique_ptr<void, decltype(&std::free)> block_;
  std::unique_ptr<shm::Region> region_;
};

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_FUZZ_SOUND_REGION_H_
