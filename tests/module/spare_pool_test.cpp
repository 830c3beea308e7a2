// What C++ code of the WebAssembly module gets where the region is full: pieces of a pool, back in
// any order.
#include "module/spare_pool.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace glasswal::wasm {
namespace {

constexpr size_t kAll = SparePool::kBlocks * SparePool::kBlockBytes;

struct Piece {
  uint8_t* at;
  size_t size_bytes;
  uint8_t fill;
};

bool IsWhole(const Piece& piece) {
  for (size_t i = 0; i < piece.size_bytes; ++i) {
    if (piece.at[i] != piece.fill) return false;
  }
  return true;
}

TEST(SparePool, GivesAllThatItHasAndTakesItBack) {
  const auto pool = std::make_unique<SparePool>();
  void* const all = pool->Take(kAll);
  ASSERT_NE(all, nullptr);
  EXPECT_TRUE(pool->Owns(all));
  EXPECT_EQ(pool->Take(1), nullptr);
  pool->GiveBack(all);
  EXPECT_EQ(pool->Take(kAll), all);
}

TEST(SparePool, RefusesWhatItCannotHave) {
  const auto pool = std::make_unique<SparePool>();
  EXPECT_EQ(pool->Take(kAll + 1), nullptr);
  EXPECT_EQ(pool->Take(SIZE_MAX), nullptr);
  EXPECT_EQ(pool->Take(1, 2 * SparePool::kBlockBytes), nullptr);
  EXPECT_NE(pool->Take(0), nullptr);
}

TEST(SparePool, KnowsItsOwnFromOthers) {
  const auto pool = std::make_unique<SparePool>();
  const auto* const first = static_cast<const uint8_t*>(pool->Take(kAll));
  EXPECT_TRUE(pool->Owns(first + kAll - 1));
  EXPECT_FALSE(pool->Owns(first + kAll));
  EXPECT_FALSE(pool->Owns(first - 1));
  EXPECT_FALSE(pool->Owns(nullptr));
}

TEST(SparePool, PiecesNeverOverlapAndThePoolIsAsItWasInTheEnd) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto pool = std::make_unique<SparePool>();
  std::vector<Piece> pieces;
  for (int i = 0; i < 20'000; ++i) {
    if (random() % 2 == 0 && !pieces.empty()) {
      std::swap(pieces[random() % pieces.size()], pieces.back());
      ASSERT_TRUE(IsWhole(pieces.back()));
      pool->GiveBack(pieces.back().at);
      pieces.pop_back();
      continue;
    }
    const size_t size_bytes = 1 + random() % (random() % 8 == 0 ? 20'000 : 300);
    auto* const at = static_cast<uint8_t*>(pool->Take(size_bytes));
    if (at == nullptr) continue;
    ASSERT_EQ(reinterpret_cast<uintptr_t>(at) % SparePool::kBlockBytes, 0u);
    pieces.push_back({at, size_bytes, static_cast<uint8_t>(random())});
    std::memset(at, pieces.back().fill, size_bytes);
  }
  for (const Piece& piece : pieces) {
    ASSERT_TRUE(IsWhole(piece));
    pool->GiveBack(piece.at);
  }
  EXPECT_NE(pool->Take(kAll), nullptr);
}

}  // namespace
}  // namespace glasswal::wasm
