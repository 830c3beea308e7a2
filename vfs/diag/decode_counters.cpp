#include <array>

#include "diag/decode.h"
#include "store/statements.h"
#include "store/words.h"
#include "trace/counters.h"

namespace glasswal::diag {
namespace {

/// The fields of CounterValues in the order of shm::CounterId.
constexpr std::array kFields = {&CounterValues::commits,
                                &CounterValues::commit_frames,
                                &CounterValues::reads,
                                &CounterValues::read_bytes,
                                &CounterValues::writes,
                                &CounterValues::write_bytes,
                                &CounterValues::fetches,
                                &CounterValues::read_transactions,
                                &CounterValues::write_transactions,
                                &CounterValues::busy,
                                &CounterValues::lock_waits,
                                &CounterValues::lock_wait_ns,
                                &CounterValues::full,
                                &CounterValues::errors,
                                &CounterValues::syncs,
                                &CounterValues::truncates,
                                &CounterValues::checkpoints,
                                &CounterValues::checkpoint_frames,
                                &CounterValues::segments_claimed,
                                &CounterValues::segments_reclaimed,
                                &CounterValues::statements,
                                &CounterValues::slow_statements,
                                &CounterValues::busy_snapshot,
                                &CounterValues::protocol,
                                &CounterValues::interrupts,
                                &CounterValues::cancels};
static_assert(kFields.size() == shm::kCounterCount);
static_assert(sizeof(CounterValues) == shm::kCounterCount * sizeof(uint64_t));
static_assert(shm::kCounterCommits == 0 && shm::kCounterBusy == 9 &&
              shm::kCounterSegmentsReclaimed == 19 && shm::kCounterCancels == 25);

}  // namespace

void AddCounters(const shm::Atomic64* counters, CounterValues* sum) {
  for (uint32_t i = 0; i < shm::kCounterCount; ++i) {
    uint64_t& field = sum->*kFields[i];
    field = trace::SaturatingAdd(field, Get(counters[i]));
  }
}

void AddCounters(const shm::ShmConnection& connection, CounterValues* sum) {
  AddCounters(connection.counters, sum);
  sum->statements = trace::SaturatingAdd(sum->statements, store::RunOf(Get(connection.running)));
}

void AddCounters(const CounterValues& values, CounterValues* sum) {
  for (const auto field : kFields) sum->*field = trace::SaturatingAdd(sum->*field, values.*field);
}

std::vector<DatabaseSnapshot> DecodeDatabases(const RegionImage& image) {
  std::vector<DatabaseSnapshot> databases;
  for (const DatabaseImage& from : image.databases) {
    DatabaseSnapshot database;
    database.file = from.file;
    database.path = PathOf(image, from.file);
    AddCounters(from.control->closed_counters, &database.closed_connections);
    database.totals = database.closed_connections;
    for (const shm::ShmConnection& connection : from.control->connections) {
      if (store::ConnectionStateOf(Get(connection.state)) != shm::kConnectionOpen) continue;
      ++database.connections;
      AddCounters(connection, &database.totals);
    }
    databases.push_back(std::move(database));
  }
  return databases;
}

}  // namespace glasswal::diag
