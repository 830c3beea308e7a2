// The frame checksum by vectors is SQLite's own, bit for bit: for random and extreme bytes and sums, wherever they lie, and for
// every size of a page.
#include "amalgamation/checksum.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "contract/database.h"

namespace glasswal::test {
namespace {

struct Sums {
  uint32_t one = 0;
  uint32_t two = 0;
  bool operator==(const Sums&) const = default;
};

/// As walChecksumBytes() has it: word by word, each sum after the other.
Sums ByWords(const uint8_t* bytes, int count, Sums sums) {
  for (int at = 0; at < count; at += 8) {
    uint32_t words[2];
    std::memcpy(words, bytes + at, sizeof(words));
    sums.one += words[0] + sums.two;
    sums.two += words[1] + sums.one;
  }
  return sums;
}

class Checksum : public ::testing::TestWithParam<int> {
 protected:
  /// The copy is the same bytes, at any address, and nothing beside it is touched.
  void CopiesToo(const uint8_t* bytes, int count, Sums from, Sums expected) {
    const auto size = static_cast<size_t>(count);
    const size_t offset = (address_ += 7) % 64;
    copy_.assign(offset + size + 64, 0x5a);
    Sums sums = from;
    glasswal_checksum(GetParam(), bytes, copy_.data() + offset, count, &sums.one, &sums.two);
    EXPECT_EQ(sums, expected);
    EXPECT_EQ(std::memcmp(copy_.data() + offset, bytes, size), 0)
        << count << " bytes at +" << offset;
    for (size_t i = 0; i < copy_.size(); ++i) {
      const bool is_beside = i < offset || i >= offset + size;
      if (is_beside && copy_[i] != 0x5a) FAIL() << "written beside the copy, at " << i;
    }
  }

  /// Compares one block; false where this processor does not have the way.
  bool Agrees(const uint8_t* bytes, int count, Sums from) {
    Sums sums = from;
    if (glasswal_checksum(GetParam(), bytes, nullptr, count, &sums.one, &sums.two) == 0) {
      EXPECT_EQ(sums, from) << "who does nothing changes nothing";
      return false;
    }
    CopiesToo(bytes, count, from, sums);
    EXPECT_EQ(sums, ByWords(bytes, count, from))
        << count << " bytes at " << static_cast<const void*>(bytes);
    return true;
  }

 private:
  std::vector<uint8_t> copy_;
  size_t address_ = 0;
};

TEST_P(Checksum, RandomBytesAtEveryAddressOfEverySize) {
  std::mt19937_64 random(TestSeed());
  std::vector<uint8_t> memory(65536 + 64);
  for (uint8_t& byte : memory) byte = static_cast<uint8_t>(random());
  int compared = 0;
  for (int size = 64; size <= 65536; size *= 2) {
    for (int offset = 0; offset < 64; ++offset) {
      const Sums from = {static_cast<uint32_t>(random()), static_cast<uint32_t>(random())};
      compared += Agrees(memory.data() + offset, size, from) ? 1 : 0;
    }
  }
  for (int rows = 1; rows <= 64; ++rows)
    compared += Agrees(memory.data(), rows * 64, {1, 2}) ? 1 : 0;
  if (compared == 0) GTEST_SKIP() << "this processor has no " << glasswal_checksum_name(GetParam());
  EXPECT_GT(compared, 64);
}

TEST_P(Checksum, ExtremeBytesAndSums) {
  constexpr int kSize = 4096;
  int compared = 0;
  for (const int fill : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
    for (const uint32_t sum : {0u, 1u, 0x7fffffffu, 0x80000000u, 0xffffffffu}) {
      std::vector<uint8_t> page(kSize, static_cast<uint8_t>(fill));
      compared += Agrees(page.data(), kSize, {sum, ~sum}) ? 1 : 0;
      // One word that differs, in every place: each has a weight of its own.
      for (int at = 0; at < kSize; at += 4) {
        page[static_cast<size_t>(at)] ^= 0x80;
        compared += Agrees(page.data(), kSize, {sum, sum}) ? 1 : 0;
        page[static_cast<size_t>(at)] ^= 0x80;
      }
    }
  }
  if (compared == 0) GTEST_SKIP() << "this processor has no " << glasswal_checksum_name(GetParam());
  EXPECT_EQ(compared, 25 * (1 + kSize / 4));
}

TEST_P(Checksum, WhatIsNoWholeRowIsLeftToTheWords) {
  const std::vector<uint8_t> bytes(128, 0x55);
  for (const int count : {8, 24, 40, 56, 72, 120}) {
    EXPECT_FALSE(Agrees(bytes.data(), count, {3, 4})) << count;
  }
}

std::string WayName(const ::testing::TestParamInfo<int>& info) {
  std::string name = glasswal_checksum_name(info.param);
  std::erase_if(name,
                [](char letter) { return std::isalnum(static_cast<unsigned char>(letter)) == 0; });
  return name;
}

INSTANTIATE_TEST_SUITE_P(By, Checksum, ::testing::Range(0, glasswal_checksum_ways()), WayName);

}  // namespace
}  // namespace glasswal::test
