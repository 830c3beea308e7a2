// The lock word: who holds one lock, in 64 bits, as pure functions.
//
//   bit 63      62          61 ........................................ 0
//   +--------+-----------+----------------------------------------------+
//   |   0    | exclusive |  one bit for each slot that holds the lock   |
//   +--------+-----------+----------------------------------------------+
//
//   0                    free
//   bits, no exclusive   shared by those slots
//   one bit + exclusive  held exclusively by that slot
//
// Any other word is not a state of the lock: IsValid() says so, and readers of foreign memory ask
// it. One compare-and-swap from `word` to the result of a transition takes the lock AND records who
// has it; taking the lock back from a dead slot is one compare-and-swap to Without(). There are no
// counts, because a count cannot be repaired after the one who contributed to it has died.
//
// A slot is a connection of one database, or (for the directory's lock) a client of the region.
// Thread-safety: pure functions on values. Nothing here touches memory.
#ifndef GLASSWAL_VFS_LOCK_LOCK_WORD_H_
#define GLASSWAL_VFS_LOCK_LOCK_WORD_H_

#include <bit>
#include <cstdint>
#include <optional>

#include "port/assert.h"

namespace glasswal::lock {

/// How many slots one lock word can name.
inline constexpr uint32_t kLockSlots = 62;
inline constexpr uint64_t kExclusiveBit = uint64_t{1} << 62;
inline constexpr uint64_t kSlotMask = kExclusiveBit - 1;

enum class LockMode : uint8_t { kShared = 0, kExclusive = 1 };

/// The bit of `slot`. REQUIRES: slot < kLockSlots.
constexpr uint64_t SlotBit(uint32_t slot) {
  GLASSWAL_ASSERT(slot < kLockSlots, "a lock word has no bit for this slot");
  return uint64_t{1} << slot;
}

constexpr uint64_t Holders(uint64_t word) { return word & kSlotMask; }
constexpr bool IsExclusive(uint64_t word) { return (word & kExclusiveBit) != 0; }
constexpr bool IsFree(uint64_t word) { return word == 0; }
constexpr bool Holds(uint64_t word, uint32_t slot) { return (word & SlotBit(slot)) != 0; }

/// True when `word` is one of the three states above.
constexpr bool IsValid(uint64_t word) {
  if ((word & ~(kSlotMask | kExclusiveBit)) != 0) return false;
  return !IsExclusive(word) || std::has_single_bit(Holders(word));
}

/// The holders that keep `slot` from taking the lock in `mode`; 0 means that nothing does.
constexpr uint64_t Blockers(uint64_t word, uint32_t slot, LockMode mode) {
  const uint64_t others = Holders(word) & ~SlotBit(slot);
  return mode == LockMode::kExclusive || IsExclusive(word) ? others : 0;
}

/// `slot` takes the lock in `mode`. From shared to exclusive is the upgrade of a sole holder (only
/// the main file's SHARED lock uses it); who has it exclusively keeps it so, whatever it asks for.
/// Empty: refused, because of Blockers() or because `word` is not valid.
constexpr std::optional<uint64_t> Acquired(uint64_t word, uint32_t slot, LockMode mode) {
  const uint64_t own = SlotBit(slot);
  if (word == (own | kExclusiveBit)) return word;
  if (mode == LockMode::kShared) {
    if ((word & ~kSlotMask) != 0) return std::nullopt;
    return word | own;
  }
  if ((word & ~own) != 0) return std::nullopt;
  return own | kExclusiveBit;
}

/// `slot` gives up all it has. A word that does not name `slot` is unchanged, so that recovery can
/// be repeated, and the release of a client that was recovered from takes nothing from its
/// successor. Not even from a word that is no state of the lock does it take another slot's bit.
constexpr uint64_t Without(uint64_t word, uint32_t slot) {
  if (word == (SlotBit(slot) | kExclusiveBit)) return 0;
  return word & ~SlotBit(slot);
}

/// `slot` goes from exclusive to shared. A word that `slot` does not hold exclusively is unchanged.
constexpr uint64_t Downgraded(uint64_t word, uint32_t slot) {
  return word == (SlotBit(slot) | kExclusiveBit) ? SlotBit(slot) : word;
}

}  // namespace glasswal::lock

#endif  // GLASSWAL_VFS_LOCK_LOCK_WORD_H_
