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
  InsertCities(state, store.Connect());
}

void Read(benchmark::State& state, EventLevel level) {
  const LoadedStore& loaded = Loaded(Backend::kAnonymous);
  loaded.store.runtime()->SetEventLevel(level);
  ReadPlaces(state, loaded.connection, Cities().size());
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
