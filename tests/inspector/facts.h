// What an outlet says has happened in a region, in numbers that all outlets can be held to.
//
// Thread-safety: belongs to one thread.
#ifndef GLASSWAL_TESTS_INSPECTOR_FACTS_H_
#define GLASSWAL_TESTS_INSPECTOR_FACTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "diag/json_value.h"
#include "glasswal/event.h"
#include "glasswal/snapshot.h"

namespace glasswal::test {

/// How often what happened: counters and recoveries by their names, "runs of TEXT" and so on for each
/// statement, of all connections together and without what is 0, and events by their kinds. There are
/// no durations.
using Facts = std::map<std::string, uint64_t>;

/// Asks one query; its rows, with texts for all values.
using Ask = std::function<std::vector<std::vector<std::string>>(const std::string& query)>;

/// From the structures of C++.
Facts FactsOf(const Snapshot& snapshot, const std::vector<Event>& events);
/// From the JSON of a snapshot and of events.
Facts FactsOf(const testing::JsonValue& snapshot, const std::vector<testing::JsonValue>& events);
/// From the tables in SQL.
Facts FactsOf(const Ask& ask);

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_INSPECTOR_FACTS_H_
