// The module's own memcpy(), memmove(), memset() and memcmp(), for every short length and some long ones, at every alignment. Each
// range is a piece of the heap that ends where the range does, so that AddressSanitizer sees whoever looks beyond it.
#include "module/memory_functions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

namespace glasswal::wasm {
namespace {

constexpr size_t kAlignments = 9;

std::vector<size_t> Lengths() {
  std::vector<size_t> lengths;
  for (size_t length = 0; length <= 70; ++length) lengths.push_back(length);
  for (const size_t length :
       {kBulkBytes - 1, kBulkBytes, kBulkBytes + 1, size_t{4096}, size_t{65537}})
    lengths.push_back(length);
  return lengths;
}

std::vector<uint8_t> Random(size_t size) {
  static std::mt19937_64 random(20260101);
  std::vector<uint8_t> bytes(size);
  std::generate(bytes.begin(), bytes.end(), [] { return static_cast<uint8_t>(random()); });
  return bytes;
}

int Sign(int order) { return (order > 0) - (order < 0); }

TEST(MemoryFunctions, CopyTheRangeAndNothingElse) {
  for (const size_t length : Lengths()) {
    for (size_t from = 0; from < kAlignments; ++from) {
      const std::vector<uint8_t> source = Random(from + length);
      for (size_t to = 0; to < kAlignments; ++to) {
        std::vector<uint8_t> target = Random(to + length);
        std::vector<uint8_t> expected = target;
        std::copy(source.begin() + from, source.end(), expected.begin() + to);
        Copy(target.data() + to, source.data() + from, length);
        ASSERT_EQ(target, expected) << length << " bytes from " << from << " to " << to;
      }
    }
  }
}

TEST(MemoryFunctions, NothingBehindTheRangeIsWritten) {
  for (const size_t length : Lengths()) {
    const std::vector<uint8_t> source = Random(length);
    const std::vector<uint8_t> before = Random(length + 2 * kFewBytes);
    std::vector<uint8_t> copied = before;
    std::vector<uint8_t> moved = before;
    std::vector<uint8_t> filled = before;
    Copy(copied.data() + kFewBytes, source.data(), length);
    Move(moved.data() + kFewBytes, source.data(), length);
    Fill(filled.data() + kFewBytes, 0xa5, length);
    for (size_t at = 0; at < before.size(); ++at) {
      const bool is_inside = at >= kFewBytes && at < kFewBytes + length;
      ASSERT_EQ(copied[at], is_inside ? source[at - kFewBytes] : before[at])
          << length << " at " << at;
      ASSERT_EQ(moved[at], copied[at]) << length << " at " << at;
      ASSERT_EQ(filled[at], is_inside ? 0xa5 : before[at]) << length << " at " << at;
    }
  }
}

TEST(MemoryFunctions, MoveBetweenRangesThatOverlap) {
  for (const size_t length : Lengths()) {
    for (size_t apart = 0; apart <= std::min<size_t>(length + 1, 40); ++apart) {
      const std::vector<uint8_t> before = Random(apart + length);
      std::vector<uint8_t> up = before;
      Move(up.data() + apart, up.data(), length);
      ASSERT_TRUE(std::equal(before.begin(), before.begin() + length, up.begin() + apart))
          << length << " up by " << apart;
      ASSERT_TRUE(std::equal(before.begin(), before.begin() + apart, up.begin()) || apart > length);
      std::vector<uint8_t> down = before;
      Move(down.data(), down.data() + apart, length);
      ASSERT_TRUE(std::equal(before.begin() + apart, before.end(), down.begin()))
          << length << " down by " << apart;
    }
  }
}

TEST(MemoryFunctions, FillWithTheLowestByte) {
  for (const size_t length : Lengths()) {
    for (size_t to = 0; to < kAlignments; ++to) {
      for (const int byte : {0, 1, 0x7f, 0x80, 0xff}) {
        std::vector<uint8_t> target = Random(to + length);
        std::vector<uint8_t> expected = target;
        std::fill(expected.begin() + to, expected.end(), static_cast<uint8_t>(byte));
        Fill(target.data() + to, static_cast<uint8_t>(byte), length);
        ASSERT_EQ(target, expected) << length << " bytes of " << byte << " to " << to;
      }
    }
  }
}

TEST(MemoryFunctions, CompareByTheFirstByteThatDiffers) {
  for (const size_t length : Lengths()) {
    for (size_t offset = 0; offset < kAlignments; ++offset) {
      const std::vector<uint8_t> left = Random(length);
      std::vector<uint8_t> right = Random(offset);
      right.insert(right.end(), left.begin(), left.end());
      uint8_t* const other = right.data() + offset;
      ASSERT_EQ(Compare(left.data(), other, length), 0) << length;
      for (size_t at = 0; at < length; at += 1 + at / 70 * 101) {
        // What comes behind the first one says the opposite.
        for (const int change : {1, 0x7f, 0x80, 0xff}) {
          other[at] = static_cast<uint8_t>(left[at] + change);
          const int expected = left[at] < other[at] ? -1 : 1;
          if (at + 1 < length) other[at + 1] = expected < 0 ? 0 : 0xff;
          ASSERT_EQ(Sign(Compare(left.data(), other, length)), expected) << length << " at " << at;
          ASSERT_EQ(Sign(Compare(other, left.data(), length)), -expected) << length << " at " << at;
          std::copy(left.begin(), left.end(), other);
        }
      }
    }
  }
}

}  // namespace
}  // namespace glasswal::wasm
