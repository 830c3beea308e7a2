#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "database.h"
#include "join.h"
#include "roles.h"

namespace native_ingest {
namespace {

constexpr const char* kQueries[] = {"san*",  "new york", "saint*", "port*", "al*", "villa*",
                                    "nova*", "berlin",   "kara*",  "bad*",  "el*", "tokyo"};

bool InputHasEnded() {
  pollfd input = {STDIN_FILENO, POLLIN, 0};
  return poll(&input, 1, 0) > 0 && (input.revents & POLLHUP) != 0;
}

}  // namespace

int PlaySearcher(const std::string& region, const std::string& name) {
  const std::shared_ptr<glasswal::Runtime> runtime = Join(region, name);
  Database shared(kDatabasePath, kVfsName);
  const Statement search = shared.Prepare(
      "SELECT city.name, city.country FROM city_search JOIN city ON city.id = city_search.rowid "
      "WHERE city_search MATCH ?1 ORDER BY city_search.rank LIMIT 10");
  std::vector<int64_t> latencies_ns;
  uint64_t found = 0;
  fmt::print("ready\n");
  std::fflush(stdout);
  for (size_t next = 0; !InputHasEnded(); ++next) {
    const auto began = std::chrono::steady_clock::now();
    sqlite3_bind_text(search.get(), 1, kQueries[next % std::size(kQueries)], -1, SQLITE_STATIC);
    while (shared.Step(search)) ++found;
    sqlite3_reset(search.get());
    latencies_ns.push_back(std::chrono::duration_cast<std::chrono::nanoseconds>(
                               std::chrono::steady_clock::now() - began)
                               .count());
  }
  std::sort(latencies_ns.begin(), latencies_ns.end());
  const size_t count = latencies_ns.size();
  fmt::print("searched {} {} {} {}\n", count, found, count > 0 ? latencies_ns[count / 2] : 0,
             count > 0 ? latencies_ns.back() : 0);
  return 0;
}

}  // namespace native_ingest
