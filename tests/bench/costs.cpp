// What observing costs: the same work at each level of events.
#include <benchmark/benchmark.h>

#include "store.h"
#include "work.h"

namespace glasswal::bench {
namespace {

constexpr int kInserts = 20'000;
constexpr int kReads = 100'000;

void Insert(benchmark::State& state, EventLevel level) {
  const Store store(Backend::kAnonymous);
  store.runtime()->SetEventLevel(level);
  const Database database = store.Connect();
  database.Execute(kCreateCities);
  const Statement insert(database, kInsertCity);
  size_t next = 0;
  for ([[maybe_unused]] auto _ : state) {
    Bind(insert, Cities()[next++]);
    insert.Run();
  }
}

void Read(benchmark::State& state, EventLevel level) {
  const LoadedStore& loaded = Loaded(Backend::kAnonymous);
  loaded.store.runtime()->SetEventLevel(level);
  const Statement select(loaded.connection, kPointRead);
  Places places;
  int64_t sum = 0;
  for ([[maybe_unused]] auto _ : state) {
    sqlite3_bind_int64(select.handle(), 1, places.Next());
    select.Run(&sum);
  }
  benchmark::DoNotOptimize(sum);
  loaded.store.runtime()->SetEventLevel(EventLevel::kInfo);
}

}  // namespace

void RegisterCosts() {
  struct Named {
    const char* name;
    EventLevel level;
  };
  for (const Named& level : {Named{"off", EventLevel::kOff}, Named{"info", EventLevel::kInfo},
                             Named{"trace", EventLevel::kTrace}}) {
    const std::string name = level.name;
    benchmark::RegisterBenchmark(("events_insert/" + name).c_str(), Insert, level.level)
        ->Iterations(kInserts);
    benchmark::RegisterBenchmark(("events_read/" + name).c_str(), Read, level.level)
        ->Iterations(kReads);
  }
}

}  // namespace glasswal::bench
