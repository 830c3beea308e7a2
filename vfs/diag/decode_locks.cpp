#include <bit>

#include "diag/decode.h"
#include "lock/lock_word.h"
#include "shm/lock_names.h"

namespace glasswal::diag {
namespace {

/// All that does not need to know what the slots stand for.
LockSnapshot DecodeLock(const RegionImage& image, const shm::ShmLock& from, uint32_t id) {
  const uint64_t word = Get(from.word);
  LockSnapshot lock;
  lock.name = shm::LockName(id);
  lock.valid = lock::IsValid(word);
  lock.exclusive = lock::IsExclusive(word);
  lock.held_ns = lock.exclusive ? AgeNs(image.now_ns, Get(from.since_ns)) : 0;
  lock.acquired = Get(from.acquired);
  lock.contended = Get(from.contended);
  lock.refused = Get(from.refused);
  lock.recovered = Get(from.recovered);
  lock.total_waited_ns = Get(from.waited_ns);
  lock.total_held_ns = Get(from.held_ns);
  lock.last_wait_ns = Get(from.last_wait_ns);
  lock.wait_times = DurationsOf(BinsOf(from.wait_histogram));
  lock.hold_times = DurationsOf(BinsOf(from.hold_histogram));
  return lock;
}

/// The slot whose turn it is; none if the low byte is 0.
std::optional<uint32_t> TurnOf(const shm::ShmLock& from) {
  const auto slot_plus_1 = static_cast<uint32_t>(Get(from.turn) & 0xff);
  if (slot_plus_1 == 0 || slot_plus_1 > lock::kLockSlots) return std::nullopt;
  return slot_plus_1 - 1;
}

LockSnapshot DecodeDatabaseLock(const RegionImage& image, const DatabaseImage& database,
                                uint32_t id) {
  const shm::ShmLock& from = database.control->locks[id];
  LockSnapshot lock = DecodeLock(image, from, id);
  lock.file = database.file;
  lock.database = PathOf(image, database.file);
  lock.holders = HoldersByConnection(image, database, lock::Holders(Get(from.word)));
  lock.waiters = HoldersByConnection(image, database, Get(from.waiters));
  if (const auto turn = TurnOf(from)) lock.turn = HolderByConnection(image, database, *turn);
  return lock;
}

std::vector<LockHolder> ClientsOf(const RegionImage& image, uint64_t mask) {
  std::vector<LockHolder> clients;
  for (uint64_t rest = mask & lock::kSlotMask; rest != 0; rest &= rest - 1) {
    clients.push_back(HolderByClient(image, static_cast<uint32_t>(std::countr_zero(rest))));
  }
  return clients;
}

LockSnapshot DecodeDirectoryLock(const RegionImage& image) {
  const shm::ShmLock& from = image.header.directory;
  LockSnapshot lock = DecodeLock(image, from, shm::kDirectoryLock);
  lock.holders = ClientsOf(image, lock::Holders(Get(from.word)));
  lock.waiters = ClientsOf(image, Get(from.waiters));
  if (const auto turn = TurnOf(from)) lock.turn = HolderByClient(image, *turn);
  return lock;
}

}  // namespace

std::vector<LockSnapshot> DecodeLocks(const RegionImage& image) {
  std::vector<LockSnapshot> locks;
  locks.reserve(1 + image.databases.size() * shm::kLockCount);
  locks.push_back(DecodeDirectoryLock(image));
  for (const DatabaseImage& database : image.databases) {
    for (uint32_t id = 0; id < shm::kLockCount; ++id) {
      locks.push_back(DecodeDatabaseLock(image, database, id));
    }
  }
  return locks;
}

}  // namespace glasswal::diag
