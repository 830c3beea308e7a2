// A zeroed, aligned block of memory and regions in it: what most tests of shm/ work on.
#ifndef GLASSWAL_TESTS_SHM_BLOCK_H_
#define GLASSWAL_TESTS_SHM_BLOCK_H_

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "glasswal/options.h"
#include "port/memory.h"
#include "shm/region.h"

namespace glasswal::test {

class Block {
 public:
  explicit Block(uint64_t size_bytes)
      : size_bytes_(size_bytes), bytes_(std::aligned_alloc(64, (size_bytes + 63) / 64 * 64)) {
    if (bytes_ == nullptr) abort();
    Clear();
  }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() { std::free(bytes_); }

  void Clear() { std::memset(bytes_, 0, size_bytes_); }
  uint64_t size_bytes() const { return size_bytes_; }
  shm::ShmHeader* header() const { return static_cast<shm::ShmHeader*>(bytes_); }
  std::unique_ptr<port::Memory> memory() const { return memory(size_bytes_); }
  std::unique_ptr<port::Memory> memory(uint64_t size_bytes) const {
    return port::NewBlockMemory(bytes_, size_bytes, group_);
  }

 private:
  const uint64_t size_bytes_;
  void* const bytes_;
  const std::shared_ptr<port::LocalLivenessGroup> group_ = port::NewLocalLivenessGroup();
};

/// Options of a region that fits into a few MiB.
inline Options SmallOptions() {
  Options options;
  options.initial_database_capacity_bytes = 1;
  options.initial_write_ahead_capacity_bytes = 1;
  options.event_capacity = 64;
  options.statement_capacity = 16;
  return options;
}

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_SHM_BLOCK_H_
