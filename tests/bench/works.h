// The works of one client: what is measured, counted and compared, each by its name and at any
// place. The same rows and the same SQL for every place.
//
// Thread-safety: a job belongs to one thread, as its connection does; the rest are values.
#ifndef GLASSWAL_TESTS_BENCH_WORKS_H_
#define GLASSWAL_TESTS_BENCH_WORKS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cities.h"
#include "database.h"
#include "store.h"

namespace glasswal::bench {

inline constexpr char kPointRead[] = "SELECT length(name) FROM cities WHERE id = ?";

/// Rowids up to `count` in an order that looks random and is the same in each run.
class Places {
 public:
  explicit Places(size_t count, uint32_t seed = 1) : count_(count), state_(seed) {}
  int64_t Next() {
    state_ = state_ * 1'664'525u + 1'013'904'223u;
    return static_cast<int64_t>((uint64_t{state_} * count_) >> 32) + 1;
  }

 private:
  size_t count_;
  uint32_t state_;
};

/// A work with all that it needs, ready to be done.
class Job {
 public:
  virtual ~Job() = default;
  /// Does it so many times.
  virtual void Run(int64_t times) = 0;
};

struct Work {
  const char* name;
  int64_t times;          // In one measurement.
  int64_t times_counted;  // Where callgrind counts, which needs fewer; 0: it does not.
  bool is_per_row;        // Each time is one pass over all rows, and told for a row.
  std::unique_ptr<Job> (*prepare)(const Place&);
};

const std::vector<Work>& Works();

/// The work of that name; ends the program if there is none.
const Work& WorkOf(const std::string& name);

/// How many operations that many times are.
int64_t OperationsOf(const Work& work, int64_t times);

/// The processor time of an operation of `work` at `place`, in nanoseconds. The thread's own, which
/// hides what else runs on the machine.
double NanosecondsOf(const Work& work, const Place& place, int64_t times);
inline double NanosecondsOf(const Work& work, const Place& place) {
  return NanosecondsOf(work, place, work.times);
}

}  // namespace glasswal::bench

/// Runs the job. All that is timed, and all that callgrind counts (instructions.py names it), which
/// is why it is a function by itself whose name is not mangled.
extern "C" void GlasswalBenchMeasured(glasswal::bench::Job* job, int64_t times);

#endif  // GLASSWAL_TESTS_BENCH_WORKS_H_
