#include "store/table_versions.h"

namespace glasswal::store {
namespace {

/// How long before `now` the change was whose low half is in `word`. What is newer than `now` seems
/// to be very old.
constexpr uint32_t AgeOf(uint64_t word, uint64_t now) {
  return static_cast<uint32_t>(now) - static_cast<uint32_t>(word);
}

/// Whether a change of that age came after `since`.
constexpr bool IsAfter(uint32_t age, uint64_t since, uint64_t now) {
  return now - since > UINT32_MAX || age < static_cast<uint32_t>(now - since);
}

}  // namespace

void RaiseInBucket(shm::ShmDatabase* database, uint32_t root, uint64_t change) {
  shm::Atomic64* bucket = VersionBucketOf(database, root);
  shm::Atomic64* place = nullptr;
  uint32_t oldest = 0;
  for (uint32_t way = 0; way < shm::kVersionWays; ++way) {
    const uint64_t word = bucket[way].load(std::memory_order_relaxed);
    // What is free is behind all others.
    if (VersionRootOf(word) == root || word == 0) {
      bucket[way].store(VersionWord(root, change), std::memory_order_relaxed);
      return;
    }
    const uint32_t age = AgeOf(word, change);
    if (place == nullptr || age > oldest) {
      place = &bucket[way];
      oldest = age;
    }
  }
  const uint64_t forgotten = change - oldest;
  if (forgotten > database->forgotten.load(std::memory_order_relaxed)) {
    database->forgotten.store(forgotten, std::memory_order_relaxed);
  }
  // Whoever misses the old one here sees that it was forgotten.
  place->store(VersionWord(root, change), std::memory_order_release);
}

void RaiseAllVersions(shm::ShmDatabase* database) {
  const uint64_t change = database->changes.load(std::memory_order_relaxed) + 1;
  database->everything.store(change, std::memory_order_relaxed);
  database->changes.store(change, std::memory_order_release);
}

bool HasChangedAll(const shm::ShmDatabase& database, uint64_t since, uint64_t now) {
  const uint64_t everything = database.everything.load(std::memory_order_relaxed);
  // A number that has gone back is of another database in the place of the first.
  return since > now || (everything > since && everything <= now);
}

bool HasChanged(const shm::ShmDatabase& database, uint32_t root, uint64_t since, uint64_t now) {
  if (since > now) return true;
  const shm::Atomic64* bucket = VersionBucketOf(&database, root);
  for (uint32_t way = 0; way < shm::kVersionWays; ++way) {
    const uint64_t word = bucket[way].load(std::memory_order_acquire);
    if (VersionRootOf(word) == root) return IsAfter(AgeOf(word, now), since, now);
  }
  const uint64_t forgotten = database.forgotten.load(std::memory_order_relaxed);
  return forgotten > since && forgotten <= now;
}

}  // namespace glasswal::store
