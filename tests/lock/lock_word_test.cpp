// The transitions of lock_word.h, for every word of four slots and every operation on it.
#include "lock/lock_word.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <vector>

namespace glasswal::lock {
namespace {

// The first, the last and two between: a shift that goes wrong does so at the ends.
constexpr std::array<uint32_t, 4> kSlots = {0, 1, 31, kLockSlots - 1};
constexpr std::array<LockMode, 2> kModes = {LockMode::kShared, LockMode::kExclusive};
constexpr uint64_t kUnusedBit = kExclusiveBit << 1;

// Every combination of the four slots' bits, the exclusive bit and the unused one.
std::vector<uint64_t> AllWords() {
  std::vector<uint64_t> words;
  for (uint32_t bits = 0; bits < 64; ++bits) {
    uint64_t word = 0;
    for (size_t i = 0; i < kSlots.size(); ++i) {
      if ((bits >> i & 1) != 0) word |= SlotBit(kSlots[i]);
    }
    if ((bits & 16) != 0) word |= kExclusiveBit;
    if ((bits & 32) != 0) word |= kUnusedBit;
    words.push_back(word);
  }
  return words;
}

std::vector<uint64_t> ValidWords() {
  std::vector<uint64_t> words;
  for (const uint64_t word : AllWords()) {
    if (IsValid(word)) words.push_back(word);
  }
  return words;
}

TEST(LockWord, ThereAreExactlyTheThreeKindsOfState) {
  int free = 0;
  int shared = 0;
  int exclusive = 0;
  for (const uint64_t word : ValidWords()) {
    if (IsFree(word)) {
      ++free;
    } else if (IsExclusive(word)) {
      ++exclusive;
      EXPECT_EQ(std::popcount(Holders(word)), 1);
    } else {
      ++shared;
    }
  }
  EXPECT_EQ(free, 1);
  EXPECT_EQ(shared, 15);
  EXPECT_EQ(exclusive, 4);
}

TEST(LockWord, AValidWordStaysValidWhateverIsDone) {
  for (const uint64_t word : ValidWords()) {
    for (const uint32_t slot : kSlots) {
      EXPECT_TRUE(IsValid(Without(word, slot)));
      EXPECT_TRUE(IsValid(Downgraded(word, slot)));
      for (const LockMode mode : kModes) {
        EXPECT_TRUE(IsValid(Acquired(word, slot, mode).value_or(0)));
      }
    }
  }
}

TEST(LockWord, AcquiringGivesTheModeAndLeavesTheOthersAlone) {
  for (const uint64_t word : ValidWords()) {
    for (const uint32_t slot : kSlots) {
      for (const LockMode mode : kModes) {
        const auto next = Acquired(word, slot, mode);
        ASSERT_EQ(next.has_value(), Blockers(word, slot, mode) == 0);
        if (!next.has_value()) continue;
        EXPECT_TRUE(Holds(*next, slot));
        EXPECT_EQ(Holders(*next) & ~SlotBit(slot), Holders(word) & ~SlotBit(slot));
        if (mode == LockMode::kExclusive) {
          EXPECT_EQ(*next, SlotBit(slot) | kExclusiveBit);
        }
        // Taking a shared lock weakens nothing.
        EXPECT_EQ(IsExclusive(*next), mode == LockMode::kExclusive || IsExclusive(word));
      }
    }
  }
}

TEST(LockWord, TheBlockersAreTheOthersThatExclude) {
  for (const uint64_t word : ValidWords()) {
    for (const uint32_t slot : kSlots) {
      const uint64_t others = Holders(word) & ~SlotBit(slot);
      EXPECT_EQ(Blockers(word, slot, LockMode::kExclusive), others);
      EXPECT_EQ(Blockers(word, slot, LockMode::kShared), IsExclusive(word) ? others : 0);
    }
  }
}

TEST(LockWord, NoTwoSlotsCanHoldItUnlessBothShare) {
  for (const uint64_t word : ValidWords()) {
    for (const uint32_t first : kSlots) {
      for (const LockMode mode : kModes) {
        const auto held = Acquired(word, first, mode);
        if (!held.has_value()) continue;
        for (const uint32_t second : kSlots) {
          if (second == first) continue;
          EXPECT_FALSE(Acquired(*held, second, LockMode::kExclusive).has_value());
          EXPECT_EQ(Acquired(*held, second, LockMode::kShared).has_value(), !IsExclusive(*held));
        }
      }
    }
  }
}

TEST(LockWord, ReleasingUndoesAcquiring) {
  for (const uint64_t word : ValidWords()) {
    for (const uint32_t slot : kSlots) {
      if (Holds(word, slot)) continue;
      for (const LockMode mode : kModes) {
        const auto held = Acquired(word, slot, mode);
        if (held.has_value()) {
          EXPECT_EQ(Without(*held, slot), word);
        }
      }
    }
  }
}

TEST(LockWord, WithoutIsIdempotentAndTakesNothingFromOthers) {
  for (const uint64_t word : AllWords()) {
    for (const uint32_t slot : kSlots) {
      const uint64_t left = Without(word, slot);
      EXPECT_FALSE(Holds(left, slot));
      EXPECT_EQ(Without(left, slot), left);
      EXPECT_EQ(Holders(left), Holders(word) & ~SlotBit(slot));
      if (!Holds(word, slot)) {
        EXPECT_EQ(left, word);
      }
    }
  }
}

TEST(LockWord, RecoveriesInAnyOrderLeaveTheSameWord) {
  for (const uint64_t word : ValidWords()) {
    for (const uint32_t first : kSlots) {
      for (const uint32_t second : kSlots) {
        EXPECT_EQ(Without(Without(word, first), second), Without(Without(word, second), first));
      }
    }
  }
}

TEST(LockWord, OnlyTheExclusiveHolderCanDowngrade) {
  for (const uint64_t word : AllWords()) {
    for (const uint32_t slot : kSlots) {
      const bool has_it = word == (SlotBit(slot) | kExclusiveBit);
      EXPECT_EQ(Downgraded(word, slot), has_it ? SlotBit(slot) : word);
    }
  }
}

TEST(LockWord, NobodyAcquiresAWordThatIsNoState) {
  for (const uint64_t word : AllWords()) {
    if (IsValid(word)) continue;
    for (const uint32_t slot : kSlots) {
      for (const LockMode mode : kModes) EXPECT_FALSE(Acquired(word, slot, mode).has_value());
    }
  }
}

}  // namespace
}  // namespace glasswal::lock
