// The act in which the only client of a region dies while the region comes into being or goes.
#include <gtest/gtest.h>

#include "multiprocess/point_acts.h"
#include "multiprocess/referee.h"
#include "multiprocess/stage.h"
#include "port/child_process.h"
#include "port/memory.h"

namespace glasswal::test {
namespace {

/// Creates the region, uses it, and leaves it.
int CreateUseAndLeave(const Options& options) {
  const Seat own(Runtime::OpenOrCreate(options, "creator"), "creator");
  if (!own.problem().empty()) return 1;
  return own.Open()->Run("CREATE TABLE IF NOT EXISTS t(x); INSERT INTO t VALUES(1)") ? 0 : 2;
}

}  // namespace

uint64_t DieInCreation(Fate fate) {
  const Options options = KillTestOptions("creation");
  ChildProcess creator([&](const auto&) {
    fate.Await();
    return CreateUseAndLeave(options);
  });
  const int end = creator.Wait();
  EXPECT_TRUE(end == 0 || end == -SIGKILL) << "the creator ended with " << end;

  const uint64_t began_ns = port::NowNs();
  EXPECT_EQ(CreateUseAndLeave(options), 0);
  EXPECT_LT(port::NowNs() - began_ns, 1000 * kNsPerMs * kSlowness);
  EXPECT_FALSE(port::OpenNamedMemoryReadOnly(options.name).ok())
      << "the region outlived its last client";
  (void)Runtime::Remove(options.name);
  return end == -SIGKILL;
}

}  // namespace glasswal::test
