// What one client does alone: inserts that commit by themselves, reads by rowid, a bulk load, a
// scan and a grouping. The same rows and the same SQL for every backend.
#include <benchmark/benchmark.h>

#include "cities.h"
#include "store.h"
#include "work.h"

namespace glasswal::bench {
namespace {

constexpr int kInserts = 20'000;
constexpr int kReads = 100'000;
constexpr int kScans = 4;

void AutocommitInsert(benchmark::State& state, Backend backend) {
  const Store store(backend);
  InsertCities(state, store.Connect());
}

/// Rowids all over the table, so that most pages are not in the connection's own cache.
void PointRead(benchmark::State& state, Backend backend) {
  ReadPlaces(state, Loaded(backend).connection, Cities().size());
}

/// Rowids from a part of the table that fits into the cache: what is measured is the transaction.
void HotPointRead(benchmark::State& state, Backend backend) {
  ReadPlaces(state, Loaded(backend).connection, 10'000);
}

/// The same while the log holds a recent copy of one page in four, as beside a busy writer.
void LogPointRead(benchmark::State& state, Backend backend) {
  const LoadedStore loaded(backend);
  loaded.connection.Execute("PRAGMA wal_autocheckpoint=0");
  loaded.connection.Execute("UPDATE cities SET latitude = latitude + 1 WHERE id % 250 = 0");
  ReadPlaces(state, loaded.connection, Cities().size());
}

void BulkInsert(benchmark::State& state, Backend backend) {
  const Store store(backend);
  const Database database = store.Connect();
  database.Execute(kCreateCities);
  Cities();
  for ([[maybe_unused]] auto _ : state) InsertAll(database);
}

void Query(benchmark::State& state, Backend backend, const char* sql) {
  const Statement select(Loaded(backend).connection, sql);
  int64_t sum = 0;
  for ([[maybe_unused]] auto _ : state) select.Run(&sum);
  benchmark::DoNotOptimize(sum);
}

void Scan(benchmark::State& state, Backend backend) {
  Query(state, backend, "SELECT sum(length(name)) FROM cities");
}

void GroupBy(benchmark::State& state, Backend backend) {
  Query(state, backend, "SELECT count(*), avg(latitude) FROM cities GROUP BY country");
}

using Work = void (*)(benchmark::State&, Backend);

void Register(const char* name, Work work, Backend backend, int iterations) {
  benchmark::RegisterBenchmark((std::string(name) + "/" + Name(backend)).c_str(), work, backend)
      ->Iterations(iterations);
}

}  // namespace

void RegisterSingleClient() {
  for (int i = 0; i <= static_cast<int>(Backend::kNamedCopied); ++i) {
    const auto backend = static_cast<Backend>(i);
    Register("autocommit_insert", AutocommitInsert, backend, kInserts);
    Register("point_read", PointRead, backend, kReads);
    Register("hot_point_read", HotPointRead, backend, kReads);
    Register("log_point_read", LogPointRead, backend, kReads);
    Register("bulk_insert", BulkInsert, backend, 1);
    Register("scan", Scan, backend, kScans);
    Register("group_by", GroupBy, backend, kScans);
  }
}

}  // namespace glasswal::bench
