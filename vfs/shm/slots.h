// Slots: the numbers of a region's clients, and those of a database's connections.
//
// Both are what a bit of a lock word stands for, so there are as many of the one as of the other.
// Here is what follows from their number: the word that holds a set of them, the numbers that no
// slot has, and how much room one takes in a packed word.
//
// Thread-safety: constants.
#ifndef GLASSWAL_VFS_SHM_SLOTS_H_
#define GLASSWAL_VFS_SHM_SLOTS_H_

#include <bit>
#include <cstdint>
#include <limits>

#include "glasswal/limits.h"

namespace glasswal::shm {

inline constexpr uint32_t kMaxClients = kMaxSlots;      // The directory's lock word names clients.
inline constexpr uint32_t kMaxConnections = kMaxSlots;  // A database's lock words name connections.

/// A set of slots, one bit for each: lock words, `waiters`, `open_clients`.
using SlotMask = uint64_t;

/// Nobody's slot: who has none of its own.
inline constexpr uint32_t kNoSlot = kMaxSlots;
/// The owner of memory that a client has left behind and is about to free itself.
inline constexpr uint32_t kLeavingSlot = kMaxSlots + 1;

/// A slot, a slot + 1, or one of the two above, in the words that pack it with other things: the
/// states of clients and connections, subjects of events and recoveries, owners of segments, turns.
inline constexpr uint32_t kSlotBits = 8;
/// The same in the state of an event, where one more value says that it is complete.
inline constexpr uint32_t kEventTagBits = std::bit_width(kNoSlot + 1);

static_assert(kMaxSlots + 2 <= std::numeric_limits<SlotMask>::digits,
              "a lock word has one bit more that says exclusive, and one that stays 0");
static_assert(kLeavingSlot < 1u << kSlotBits);

}  // namespace glasswal::shm

#endif  // GLASSWAL_VFS_SHM_SLOTS_H_
