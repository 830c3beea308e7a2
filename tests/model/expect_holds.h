// Explores a scenario, prints how much that was, and fails the test if something did not hold.
#ifndef GLASSWAL_TESTS_MODEL_EXPECT_HOLDS_H_
#define GLASSWAL_TESTS_MODEL_EXPECT_HOLDS_H_

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "model/explorer.h"

namespace glasswal::model {

inline Report ExploreAndPrint(const std::string& name, const Scenario& scenario,
                              const Limits& limits) {
  const Report report = Explore(scenario, limits);
  std::printf("%-40s %8llu schedules (%llu to the end), %8llu states, %7llu deaths\n", name.c_str(),
              static_cast<unsigned long long>(report.schedules),
              static_cast<unsigned long long>(report.completed),
              static_cast<unsigned long long>(report.states),
              static_cast<unsigned long long>(report.deaths));
  return report;
}

inline void ExpectHolds(const std::string& name, const Scenario& scenario, const Limits& limits) {
  const Report report = ExploreAndPrint(name, scenario, limits);
  EXPECT_EQ(report.failure, "") << name;
  EXPECT_TRUE(report.complete) << name;
}

/// For a scenario out of which something needed was taken: the exploration must find a failure that
/// says `what`, or it does not see what it was made for.
inline void ExpectFails(const std::string& name, const Scenario& scenario, const Limits& limits,
                        const std::string& what) {
  const Report report = ExploreAndPrint(name, scenario, limits);
  EXPECT_NE(report.failure, "") << name << " holds, but should not";
  EXPECT_NE(report.failure.find(what), std::string::npos)
      << name << " did not fail as expected, but: " << report.failure;
}

}  // namespace glasswal::model

#endif  // GLASSWAL_TESTS_MODEL_EXPECT_HOLDS_H_
