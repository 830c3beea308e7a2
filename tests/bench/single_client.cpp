// What one client does alone: every work at every backend, at several sizes of a page, and at
// every level of events and of following statements.
#include <string>
#include <vector>

#include "measures.h"
#include "works.h"

namespace glasswal::bench {
namespace {

// Who is compared with whom stands beside it: RunRounds() measures neighbours one after the other.
constexpr Backend kOrder[] = {
    Backend::kMemdb,   Backend::kPrivateMemory, Backend::kAnonymous,  Backend::kAnonymousCopied,
    Backend::kUnixOff, Backend::kNamed,         Backend::kUnixNormal, Backend::kUnixMapped};

Side SideOf(const Work& work, const Place& place) {
  return {std::string(work.name) + "/" + Name(place),
          [&work, place] { return NanosecondsOf(work, place); }};
}

/// The works of these names at each of the places, in as many rounds.
void Measure(const std::vector<const char*>& works, const std::vector<Place>& places, int rounds,
             Samples* samples) {
  for (const char* work : works) {
    std::vector<Side> sides;
    for (const Place& place : places) sides.push_back(SideOf(WorkOf(work), place));
    RunRounds(sides, rounds, samples);
  }
  ForgetLoadedStores();
}

}  // namespace

void MeasureWorks(int rounds, Samples* samples) {
  std::vector<Place> places;
  for (const Backend backend : kOrder) places.push_back({.backend = backend});
  std::vector<const char*> works;
  for (const Work& work : Works()) works.push_back(work.name);
  Measure(works, places, rounds, samples);
}

void MeasurePageSizes(int rounds, Samples* samples) {
  std::vector<Place> places;
  for (const int page_size_bytes : {1024, 2048, 4096, 8192}) {
    const Place place{.backend = Backend::kAnonymous, .page_size_bytes = page_size_bytes};
    places.push_back(place);
    const Database& database = Loaded(place).connection;
    if (database.Number("PRAGMA page_size") != page_size_bytes) {
      Die("a page of " + Name(place) + " has another size");
    }
    (*samples)["size_bytes/" + Name(place)] = {
        static_cast<double>(database.Number("PRAGMA page_count") * page_size_bytes)};
  }
  Measure({"autocommit_insert", "hot_point_read", "scan"}, places, rounds, samples);
}

namespace {

/// Inserts and `read` at places that differ in one thing, told under names that begin with `prefix`.
void MeasureBeside(const std::vector<Place>& places, const char* read, const std::string& prefix,
                   int rounds, Samples* samples) {
  Samples measured;
  Measure({"autocommit_insert", read}, places, rounds, &measured);
  for (auto& [name, values] : measured) (*samples)[prefix + name] = std::move(values);
}

}  // namespace

void MeasureEvents(int rounds, Samples* samples) {
  std::vector<Place> places;
  // `info` is what there is by default; it stands between the others, so that each is beside it.
  for (const EventLevel level : {EventLevel::kOff, EventLevel::kInfo, EventLevel::kTrace}) {
    places.push_back({.backend = Backend::kAnonymous, .events = level});
  }
  MeasureBeside(places, "point_read", "events_", rounds, samples);
}

void MeasureStatements(int rounds, Samples* samples) {
  std::vector<Place> places;
  for (const StatementTracking tracking :
       {StatementTracking::kOn, StatementTracking::kOff, StatementTracking::kTimed}) {
    places.push_back({.backend = Backend::kAnonymous, .statements = tracking});
  }
  MeasureBeside(places, "hot_point_read", "statements_", rounds, samples);
}

}  // namespace glasswal::bench
