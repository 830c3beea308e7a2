// The acts of the point kill test: each brings a client to a named point, where it dies, and checks
// what it leaves behind. They report failures to GoogleTest and return how many clients died there.
//
// Thread-safety: belong to the test's one thread.
#ifndef GLASSWAL_TESTS_MULTIPROCESS_POINT_ACTS_H_
#define GLASSWAL_TESTS_MULTIPROCESS_POINT_ACTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "multiprocess/crew.h"

namespace glasswal::test {

/// A worker among others dies at the point, once for each of `hits`.
uint64_t DieInLife(const std::string& point, const std::vector<uint64_t>& hits, uint64_t seed);

/// A worker dies at the point while it makes a new region larger, once for each of `hits`. It works
/// alone: a region never shrinks, so others would soon have left it nothing to grow.
uint64_t DieInGrowth(const std::string& point, const std::vector<uint64_t>& hits, uint64_t seed);

/// A recoverer of several corpses dies at the point, and after it a second one at one of `seconds`.
uint64_t DieInRecovery(const std::string& point, const std::vector<uint64_t>& hits,
                       const std::vector<std::string>& seconds, uint64_t seed);

/// The only client of a region dies while it creates or leaves it.
uint64_t DieInCreation(Fate fate);

/// A writer dies when it loses patience with a waiter that was stopped while it was its turn.
uint64_t DieBehindAStoppedTurn(Fate fate);

/// A worker dies when the event ring comes round to a record that a stopped client is still
/// writing.
uint64_t DieInAnOverrun(const Fate& fate);

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_MULTIPROCESS_POINT_ACTS_H_
