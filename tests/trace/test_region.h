// A small region in a block of this process, for tests that need the tables and no database.
#ifndef GLASSWAL_TESTS_TRACE_TEST_REGION_H_
#define GLASSWAL_TESTS_TRACE_TEST_REGION_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include "glasswal/options.h"
#include "port/memory.h"
#include "shm/region.h"

namespace glasswal::testing {

class TestRegion {
 public:
  explicit TestRegion(uint32_t event_capacity = 64, uint64_t size_bytes = 64 * shm::kSegmentBytes)
      : block_(std::aligned_alloc(shm::kSegmentBytes, size_bytes), &std::free),
        size_bytes_(size_bytes) {
    std::memset(block_.get(), 0, size_bytes);
    Options options;
    options.initial_database_capacity_bytes = 1;
    options.initial_write_ahead_capacity_bytes = 1;
    options.event_capacity = event_capacity;
    auto region = shm::Region::Create(
        port::NewBlockMemory(block_.get(), size_bytes, port::NewLocalLivenessGroup()), options);
    EXPECT_TRUE(region.ok()) << region.status().message();
    region_ = std::move(*region);
  }

  shm::Region& operator*() const { return *region_; }
  shm::Region* operator->() const { return region_.get(); }
  std::byte* bytes() const { return static_cast<std::byte*>(block_.get()); }
  uint64_t size_bytes() const { return size_bytes_; }

 private:
  const std::unique_ptr<void, decltype(&std::free)> block_;
  const uint64_t size_bytes_;
  std::unique_ptr<shm::Region> region_;
};

/// Writes `text` with its terminating zero into a name or path of the region, cut to fit.
template <size_t kWords>
void SetText(shm::Atomic64 (&words)[kWords], std::string_view text) {
  char bytes[kWords * sizeof(uint64_t)] = {};
  std::memcpy(bytes, text.data(), std::min(text.size(), sizeof(bytes) - 1));
  for (size_t i = 0; i < kWords; ++i) {
    uint64_t word;
    std::memcpy(&word, bytes + i * sizeof(word), sizeof(word));
    words[i].store(word, std::memory_order_relaxed);
  }
}

}  // namespace glasswal::testing

#endif  // GLASSWAL_TESTS_TRACE_TEST_REGION_H_
