// Which tables of a database commits have touched, by the root pages of their b-trees.
//
// Each commit has a number, and each root remembers that of the last one that has touched it. So
// one look at `changes` says whether there was any commit, and a few words more whether it concerns
// whoever looks. It is a look for those who have read: note `changes` (Changes()), read, and look
// again when HasChanged() of a later `changes` says so.
//
//   * A commit is numbered when it can be seen, and before its writer gives up WRITE. So whoever
//     sees the number sees the commit; and who has read a commit before it got its number, which
//     happens, is told of it once more, and has missed nothing.
//   * A writer that dies in between leaves a commit without a number: whoever takes its lock back
//     numbers one that may have touched anything, and so does a writer that does not know (another
//     SQLite than the patched one, a backup, VACUUM, a page written as such).
//   * Each root has a word of its own as long as no bucket has more than it has room for. Then the
//     one that has been left alone for longest goes, and counts as touched by the last commit that
//     any such one was touched by: looks may be too many from then on, and never too few.
//
// Thread-safety: raising REQUIRES the database's lock for writing; looking is free for all.
#ifndef GLASSWAL_VFS_STORE_TABLE_VERSIONS_H_
#define GLASSWAL_VFS_STORE_TABLE_VERSIONS_H_

#include <cstdint>

#include "shm/layout.h"

namespace glasswal::store {

/// What a word of the table says: that commit `change`, of which it has the low half, was the last
/// to touch `root`.
constexpr uint64_t VersionWord(uint32_t root, uint64_t change) {
  return uint64_t{root} << 32 | static_cast<uint32_t>(change);
}
constexpr uint32_t VersionRootOf(uint64_t word) { return static_cast<uint32_t>(word >> 32); }

/// Roots of tables that are made one after another are neighbours, and get different buckets.
template <typename Database>
auto* VersionBucketOf(Database* database, uint32_t root) {
  return &database->versions[root % shm::kVersionBuckets * shm::kVersionWays];
}

/// Raises a version that is not in the first place of its bucket. REQUIRES: as RaiseVersions().
void RaiseInBucket(shm::ShmDatabase* database, uint32_t root, uint64_t change);

/// Numbers a commit that has touched the b-trees with these roots and no others.
inline void RaiseVersions(shm::ShmDatabase* database, const uint32_t* roots, uint32_t count) {
  if (count == 0) return;
  const uint64_t change = database->changes.load(std::memory_order_relaxed) + 1;
  for (uint32_t i = 0; i < count; ++i) {
    shm::Atomic64* first = VersionBucketOf(database, roots[i]);
    if (VersionRootOf(first->load(std::memory_order_relaxed)) == roots[i]) [[likely]] {
      first->store(VersionWord(roots[i], change), std::memory_order_relaxed);
    } else {
      RaiseInBucket(database, roots[i], change);
    }
  }
  database->changes.store(change, std::memory_order_release);
}

/// Numbers a commit that may have touched anything.
void RaiseAllVersions(shm::ShmDatabase* database);

/// The number of the last commit.
inline uint64_t Changes(const shm::ShmDatabase& database) {
  return database.changes.load(std::memory_order_acquire);
}

/// Whether a commit after number `since`, and up to `now` (of Changes()), has touched `root`.
bool HasChanged(const shm::ShmDatabase& database, uint32_t root, uint64_t since, uint64_t now);

/// Whether one of them may have touched anything.
bool HasChangedAll(const shm::ShmDatabase& database, uint64_t since, uint64_t now);

}  // namespace glasswal::store

#endif  // GLASSWAL_VFS_STORE_TABLE_VERSIONS_H_
