// One writer beside readers, and readers and writers beside each other. Everything is measured over
// a window of the same length: wall clock, for that is what clients take from each other.
#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "crew.h"
#include "measures.h"
#include "works.h"

namespace glasswal::bench {
namespace {

// Long enough for each of 32 writers on two cores to have its turn several times.
constexpr double kWritersSeconds = 0.6;

/// Takes back what was written, and empties the log: the next one begins with the same database.
void Restore(const LoadedStore& loaded) {
  sqlite3_busy_timeout(loaded.connection.handle(), 1000);
  loaded.connection.Execute(
      ("DELETE FROM cities WHERE id > " + std::to_string(Cities().size())).c_str());
  if (loaded.store.backend() > Backend::kMemdb) {
    loaded.connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  sqlite3_busy_timeout(loaded.connection.handle(), 0);
}

double BesideThreads(const LoadedStore& loaded, int readers) {
  double nanoseconds = 0;
  {
    CrewThreads crew(loaded.store, Role::kReader, readers);
    nanoseconds = NanosecondsPerCommit(loaded.connection);
  }
  Restore(loaded);
  return nanoseconds;
}

double BesideProcesses(const LoadedStore& loaded, int readers) {
  double nanoseconds = 0;
  {
    std::vector<std::unique_ptr<CrewProcess>> crew;
    for (int i = 0; i < readers; ++i) {
      crew.push_back(std::make_unique<CrewProcess>(loaded.store, Role::kReader));
    }
    nanoseconds = NanosecondsPerCommit(loaded.connection);
  }
  Restore(loaded);
  return nanoseconds;
}

struct Together {
  double nanoseconds = 0;  // Of one operation of all of them.
  double evenness = 0;     // The slowest's share of the fastest's.
};

Together WorkTogether(const LoadedStore& loaded, Role role, int count, double seconds) {
  const auto began = std::chrono::steady_clock::now();
  CrewThreads crew(loaded.store, role, count);
  std::this_thread::sleep_until(began + std::chrono::duration<double>(seconds));
  const std::vector<uint64_t>& done = crew.Stop();
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - began;
  const auto all = static_cast<double>(std::accumulate(done.begin(), done.end(), uint64_t{0}));
  const auto [least, most] = std::minmax_element(done.begin(), done.end());
  if (role == Role::kWriter) Restore(loaded);
  return {took.count() / std::max(all, 1.0),
          static_cast<double>(*least) / std::max(static_cast<double>(*most), 1.0)};
}

void MeasureBeside(Backend backend, const std::vector<int>& readers, int rounds, Samples* samples) {
  std::vector<Side> threads;
  std::vector<Side> processes;
  std::vector<Side> together;
  const LoadedStore& loaded = Loaded(backend);
  for (const int count : readers) {
    const std::string end = std::string("/") + Name(backend) + "/" + std::to_string(count);
    threads.push_back(
        {"writer_beside_threads" + end, [&loaded, count] { return BesideThreads(loaded, count); }});
    if (count <= 2) {
      processes.push_back({"writer_beside_processes" + end,
                           [&loaded, count] { return BesideProcesses(loaded, count); }});
    }
    if (count == 0 || count > std::max(Cores(), 2)) continue;
    together.push_back(
        {"readers" + end, [&loaded, count] {
           return WorkTogether(loaded, Role::kReader, count, kWindowSeconds).nanoseconds;
         }});
  }
  RunRounds(threads, rounds, samples);
  RunRounds(together, rounds, samples);
  // Those without an address are one process's.
  if (backend == Backend::kUnixOff || backend == Backend::kNamed) {
    RunRounds(processes, rounds, samples);
  }
}

/// What two clients that share nothing but the machine take from each other: what is lost beyond
/// that is the cost of sharing. `other` is another region with the same rows.
void MeasureApart(const LoadedStore& own, const LoadedStore& other, int rounds, Samples* samples) {
  const auto writer_beside_reader_of = [&own](const LoadedStore& read) {
    double nanoseconds = 0;
    {
      CrewThreads crew(read.store, Role::kReader, 1);
      nanoseconds = NanosecondsPerCommit(own.connection);
    }
    Restore(own);
    return nanoseconds;
  };
  const auto readers_of = [&own](const LoadedStore& second) {
    const auto began = std::chrono::steady_clock::now();
    CrewThreads one(own.store, Role::kReader, 1);
    CrewThreads two(second.store, Role::kReader, 1);
    std::this_thread::sleep_until(began + std::chrono::duration<double>(kWindowSeconds));
    const auto done = static_cast<double>(one.Stop()[0] + two.Stop()[0]);
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - began;
    return took.count() / std::max(done, 1.0);
  };
  RunRounds({{"apart_writer/own", [&] { return writer_beside_reader_of(own); }},
             {"apart_writer/other", [&] { return writer_beside_reader_of(other); }},
             {"apart_readers/own", [&] { return readers_of(own); }},
             {"apart_readers/other", [&] { return readers_of(other); }}},
            rounds, samples);
}

/// Writers beside each other: how many commits they have together, and the slowest's share.
void MeasureWriters(Backend backend, int rounds, Samples* samples) {
  std::vector<Side> sides;
  const LoadedStore& loaded = Loaded(backend);
  for (const int count : {1, 2, 8, 32}) {
    const std::string end = std::string("/") + Name(backend) + "/" + std::to_string(count);
    sides.push_back({"writers" + end, [&loaded, count, end, samples] {
                       const Together together =
                           WorkTogether(loaded, Role::kWriter, count, kWritersSeconds);
                       (*samples)["writers_evenness" + end].push_back(together.evenness);
                       return together.nanoseconds;
                     }});
  }
  RunRounds(sides, rounds, samples);
}

}  // namespace

int Cores() { return static_cast<int>(std::max(std::thread::hardware_concurrency(), 1u)); }

void MeasureCrowds(int rounds, Samples* samples) {
  for (const Backend backend : {Backend::kMemdb, Backend::kUnixOff, Backend::kNamed}) {
    MeasureBeside(backend, {0, 1, 2}, rounds, samples);
  }
  std::vector<int> readers = {0, 1, 2, 4, 16};
  if (std::find(readers.begin(), readers.end(), Cores()) == readers.end()) {
    readers.push_back(Cores());
  }
  MeasureBeside(Backend::kAnonymous, readers, rounds, samples);
  MeasureApart(Loaded(Backend::kAnonymous), Loaded(Backend::kNamed), rounds, samples);
  MeasureWriters(Backend::kAnonymous, std::max(rounds / 2, 1), samples);
  ForgetLoadedStores();
}

}  // namespace glasswal::bench
