// Numbers of few bytes when they are small: seven bits a byte, the lowest first.
//
// Thread-safety: pure functions; a reader belongs to one thread.
#ifndef GLASSWAL_VFS_DIAG_VARINT_H_
#define GLASSWAL_VFS_DIAG_VARINT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace glasswal::diag {

inline void PutVarint(uint64_t value, std::vector<uint8_t>* to) {
  for (; value >= 0x80; value >>= 7) to->push_back(static_cast<uint8_t>(value | 0x80));
  to->push_back(static_cast<uint8_t>(value));
}

/// `value` since `before`, small if they are near each other, whichever is the larger.
inline void PutDifference(uint64_t before, uint64_t value, std::vector<uint8_t>* to) {
  const uint64_t difference = value - before;
  PutVarint(difference << 1 ^ (difference > INT64_MAX ? UINT64_MAX : 0), to);
}

/// Reads what the functions above wrote. The bytes are input: after the first number that is not
/// whole all others are 0, and failed() says so.
class VarintReader {
 public:
  VarintReader(const uint8_t* bytes, size_t size) : at_(bytes), end_(bytes + size) {}

  uint64_t Take() {
    uint64_t value = 0;
    for (uint32_t shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const uint8_t byte = *at_++;
      value |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    failed_ = true;
    at_ = end_;
    return 0;
  }
  uint64_t TakeDifference(uint64_t before) {
    const uint64_t code = Take();
    return before + (code >> 1 ^ (0 - (code & 1)));
  }
  bool failed() const { return failed_; }
  bool at_end() const { return at_ == end_; }
  size_t left() const { return static_cast<size_t>(end_ - at_); }

 private:
  const uint8_t* at_;
  const uint8_t* const end_;
  bool failed_ = false;
};

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_VARINT_H_
