#include "model/rates.h"

#include <vector>

namespace glasswal::inspector {
namespace {

/// Counters only grow, unless a database was deleted between the two.
uint64_t Grown(uint64_t before, uint64_t after) { return after > before ? after - before : 0; }

const LockSnapshot* SameLock(const Snapshot& snapshot, const LockSnapshot& lock) {
  for (const LockSnapshot& other : snapshot.locks) {
    if (other.file == lock.file && other.name == lock.name) return &other;
  }
  return nullptr;
}

template <typename Member>
std::vector<DurationBin> Difference(const Snapshot& before, const Snapshot& after, Member member) {
  std::vector<DurationBin> sum;
  for (const LockSnapshot& lock : after.locks) {
    if (lock.name != "WRITE") continue;
    const LockSnapshot* earlier = SameLock(before, lock);
    const std::vector<DurationBin>& now = (lock.*member).bins;
    sum = BinsTogether(sum, earlier != nullptr ? BinsSince((earlier->*member).bins, now) : now);
  }
  return sum;
}

}  // namespace

Rates RatesBetween(const Snapshot& before, const Snapshot& after) {
  Rates rates;
  if (after.observed_ns <= before.observed_ns) return rates;
  rates.seconds = static_cast<double>(after.observed_ns - before.observed_ns) / 1e9;
  const auto rate = [&](uint64_t CounterValues::*counter) {
    return static_cast<double>(Grown(before.totals.*counter, after.totals.*counter)) /
           rates.seconds;
  };
  rates.commits = rate(&CounterValues::commits);
  rates.commit_frames = rate(&CounterValues::commit_frames);
  rates.reads = rate(&CounterValues::reads) + rate(&CounterValues::fetches);
  rates.read_bytes = rate(&CounterValues::read_bytes);
  rates.write_bytes = rate(&CounterValues::write_bytes);
  rates.transactions =
      rate(&CounterValues::read_transactions) + rate(&CounterValues::write_transactions);
  rates.busy = rate(&CounterValues::busy);
  rates.waits = rate(&CounterValues::lock_waits);
  rates.waiting = rate(&CounterValues::lock_wait_ns) / 1e9;
  rates.events = static_cast<double>(Grown(before.events.head, after.events.head)) / rates.seconds;
  const auto holds = Difference(before, after, &LockSnapshot::hold_times);
  const auto waits = Difference(before, after, &LockSnapshot::wait_times);
  rates.hold_p50_ns = Quantile(holds, 0.5);
  rates.hold_p99_ns = Quantile(holds, 0.99);
  rates.wait_p50_ns = Quantile(waits, 0.5);
  rates.wait_p99_ns = Quantile(waits, 0.99);
  return rates;
}

}  // namespace glasswal::inspector
