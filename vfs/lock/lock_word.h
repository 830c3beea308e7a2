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
#include "shm/slots.h"

namespace glasswal::lock {

/// How many slots one lock word can name.
inline constexpr uint32_t kLockSlots = kMaxSlots;
inline constexpr shm::SlotMask kExclusiveBit = shm::SlotMask{1} << kLockSlots;
inline constexpr shm::SlotMask kSlotMask = kExclusiveBit - 1;

enum class LockMode : uint8_t { kShared = 0, kExclusive = 1 };

/// The bit of `slot`. REQUIRES: slot < kLockSlots.
constexpr shm::SlotMask SlotBit(uint32_t slot) {
  GLASSWAL_ASSERT(slot < kLockSlots, "a lock word has no bit for this slot");
  return shm::SlotMask{1} << slot;
}

constexpr shm::SlotMask Holders(shm::SlotMask word) { return word & kSlotMask; }
constexpr bool IsExclusive(shm::SlotMask word) { return (word & kExclusiveBit) != 0; }
constexpr bool IsFree(shm::SlotMask word) { return word == 0; }
constexpr bool Holds(shm::SlotMask word, uint32_t slot) { return (word & SlotBit(slot)) != 0; }

/// True when `word` is one of the three states above.
constexpr bool IsValid(shm::SlotMask word) {
  if ((word & ~(kSlotMask | kExclusiveBit)) != 0) return false;
  return !IsExclusive(word) || std::has_single_bit(Holders(word));
}

/// The holders that keep `slot` from taking the lock in `mode`; 0 means that nothing does.
constexpr shm::SlotMask Blockers(shm::SlotMask word, uint32_t slot, LockMode mode) {
  const shm::SlotMask others = Holders(word) & ~SlotBit(slot);
  return mode == LockMode::kExclusive || IsExclusive(word) ? others : 0;
}

/// `slot` takes the lock in `mode`. From shared to exclusive is the upgrade of a sole holder (only
/// the main file's SHARED lock uses it); who has it exclusively keeps it so, whatever it asks for.
/// Empty: refused, because of Blockers() or because `word` is not valid.
constexpr std::optional<shm::SlotMask> Acquired(shm::SlotMask word, uint32_t slot, LockMode mode) {
  const shm::SlotMask own = SlotBit(slot);
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
constexpr shm::SlotMask Without(shm::SlotMask word, uint32_t slot) {
  if (word == (SlotBit(slot) | kExclusiveBit)) return 0;
  return word & ~SlotBit(slot);
}

/// `slot` goes from exclusive to shared. A word that `slot` does not hold exclusively is unchanged.
constexpr shm::SlotMask Downgraded(shm::SlotMask word, uint32_t slot) {
  return word == (SlotBit(slot) | kExclusiveBit) ? SlotBit(slot) : word;
}

}  // namespace glasswal::lock

#endif  // GLASSWAL_VFS_LOCK_LOCK_WORD_H_
