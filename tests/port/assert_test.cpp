// An assertion that does not hold ends the program and says its place and its sentence: in every
// configuration that tests run in.
#include "port/assert.h"

#include <gtest/gtest.h>

#include "lock/lock_word.h"

#if !GLASSWAL_ASSERTIONS
#error "tests are compiled with assertions"
#endif

namespace glasswal {
namespace {

TEST(AssertDeathTest, OneThatHoldsDoesNothing) {
  int evaluated = 0;
  GLASSWAL_ASSERT(++evaluated == 1, "it is evaluated once");
  EXPECT_EQ(evaluated, 1);
}

TEST(AssertDeathTest, OneThatFailsSaysItsPlaceAndItsSentence) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(GLASSWAL_ASSERT(1 + 1 == 3, "one and one are two"),
               "glasswal: .*assert_test\\.cpp:[0-9]+: this must not happen: one and one are two");
}

TEST(AssertDeathTest, TheLibrarysOwnAreCompiledIn) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH((void)lock::SlotBit(lock::kLockSlots),
               "lock_word\\.h:[0-9]+: this must not happen: a lock word has no bit for this slot");
}

// In a constant expression a failed one is an error of the compiler, and one that holds is none.
static_assert(lock::SlotBit(lock::kLockSlots - 1) == uint64_t{1} << (lock::kLockSlots - 1));

}  // namespace
}  // namespace glasswal
