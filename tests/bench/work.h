// What the benches have in common: the statements they run, and the groups they are registered in.
//
// Names are "work/backend" or "work/backend/variant"; report.cpp finds its numbers by them.
//
// Thread-safety: values; Register functions are called once, by main.
#ifndef GLASSWAL_TESTS_BENCH_WORK_H_
#define GLASSWAL_TESTS_BENCH_WORK_H_

#include <benchmark/benchmark.h>

#include <cstdint>

#include "cities.h"
#include "database.h"

namespace glasswal::bench {

inline constexpr char kPointRead[] = "SELECT length(name) FROM cities WHERE id = ?";

/// Rowids of the cities in an order that looks random and is the same in each run.
class Places {
 public:
  explicit Places(uint32_t seed = 1) : state_(seed) {}
  int64_t Next() {
    state_ = state_ * 1'664'525u + 1'013'904'223u;
    return static_cast<int64_t>((uint64_t{state_} * Cities().size()) >> 32) + 1;
  }

 private:
  uint32_t state_;
};

/// One city each time, which commits by itself.
inline void InsertCities(benchmark::State& state, const Database& database) {
  database.Execute(kCreateCities);
  const Statement insert(database, kInsertCity);
  size_t next = 0;
  for ([[maybe_unused]] auto _ : state) {
    Bind(insert, Cities()[next++]);
    insert.Run();
  }
}

/// One of the first `count` cities each time.
inline void ReadPlaces(benchmark::State& state, const Database& database, size_t count) {
  const Statement select(database, kPointRead);
  Places places;
  int64_t sum = 0;
  for ([[maybe_unused]] auto _ : state) {
    sqlite3_bind_int64(select.handle(), 1, (places.Next() - 1) % static_cast<int64_t>(count) + 1);
    select.Run(&sum);
  }
  benchmark::DoNotOptimize(sum);
}

void RegisterSingleClient();
void RegisterConcurrent();
void RegisterLatencies();
void RegisterCosts();

}  // namespace glasswal::bench

#endif  // GLASSWAL_TESTS_BENCH_WORK_H_
