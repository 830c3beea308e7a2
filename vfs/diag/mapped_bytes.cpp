// The bytes of memory that is mapped here.
#include <cstddef>
#include <cstring>
#include <memory>

#include "glasswal/observe.h"
#include "port/clock.h"

namespace glasswal {
namespace {

constexpr uint64_t kWordBytes = sizeof(uint64_t);

class MappedBytes final : public RegionBytes {
 public:
  MappedBytes(const void* base, uint64_t size_bytes)
      : base_(static_cast<const std::byte*>(base)), size_bytes_(size_bytes) {}

  uint64_t size_bytes() const override { return size_bytes_; }
  uint64_t NowNs() const override { return port::NowNs(); }

  bool Copy(uint64_t offset, uint64_t size_bytes, void* to) const override {
    if (offset > size_bytes_ || size_bytes > size_bytes_ - offset) return false;
    const std::byte* from = base_ + offset;
    auto* out = static_cast<std::byte*>(to);
    while (size_bytes > 0) {
      const bool whole =
          reinterpret_cast<uintptr_t>(from) % kWordBytes == 0 && size_bytes >= kWordBytes;
      const uint64_t step = whole ? kWordBytes : 1;
      whole ? CopyOne<uint64_t>(from, out) : CopyOne<uint8_t>(from, out);
      from += step;
      out += step;
      size_bytes -= step;
    }
    return true;
  }

 private:
  // Not std::atomic_ref, which the oldest supported library has not got.
  template <typename Word>
  static void CopyOne(const std::byte* from, std::byte* to) {
    const Word word = __atomic_load_n(reinterpret_cast<const Word*>(from), __ATOMIC_ACQUIRE);
    std::memcpy(to, &word, sizeof(word));
  }

  const std::byte* const base_;
  const uint64_t size_bytes_;
};

}  // namespace

std::unique_ptr<RegionBytes> NewMappedBytes(const void* base, uint64_t size_bytes) {
  return std::make_unique<MappedBytes>(base, size_bytes);
}

}  // namespace glasswal
