// Rounds: whatever is compared is measured in each of them, one right after the other, so that what
// else the machine does hits all alike; a ratio is one of the same round, and its median is told.
//
// Thread-safety: used by one thread.
#ifndef GLASSWAL_TESTS_BENCH_ROUNDS_H_
#define GLASSWAL_TESTS_BENCH_ROUNDS_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace glasswal::bench {

/// One of those that are compared: "work/place", and what measures it once.
struct Side {
  std::string name;
  std::function<double()> measure;
};

/// What was measured under each name: a number of each round.
using Samples = std::map<std::string, std::vector<double>>;

/// Measures every side once a round: neighbours in the list one right after the other, in every
/// second round backwards, so that neither always comes first.
void RunRounds(const std::vector<Side>& sides, int rounds, Samples* samples);

/// The middle of several numbers, and between which the middle half of them lies.
struct Spread {
  double low = 0;
  double median = 0;
  double high = 0;
};

/// All zero for no number.
Spread SpreadOf(std::vector<double> values);

/// The spread of what `name` measured.
Spread SpreadOf(const Samples& samples, const std::string& name);

/// The median of what `name` measured; 0 if it was not.
double Median(const Samples& samples, const std::string& name);

/// The spread of the ratios that `over` and `under` have in each round.
Spread RatioOf(const Samples& samples, const std::string& over, const std::string& under);

}  // namespace glasswal::bench

#endif  // GLASSWAL_TESTS_BENCH_ROUNDS_H_
