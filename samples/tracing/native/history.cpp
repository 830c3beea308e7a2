#include "history.h"

#include <fstream>
#include <iterator>
#include <string>

#include "database.h"

namespace tracing {

uint64_t CountCommits(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string trace{std::istreambuf_iterator<char>(in), {}};
  Database database(":memory:", nullptr, 0);
  const Statement count = database.Prepare(
      "SELECT count(*) FROM json_each(?, '$.traceEvents')"
      " WHERE value ->> 'ph' = 'i' AND value ->> 'name' = 'commit'");
  sqlite3_bind_text64(count.get(), 1, trace.data(), trace.size(), SQLITE_STATIC, SQLITE_UTF8);
  return sqlite3_step(count.get()) == SQLITE_ROW
             ? static_cast<uint64_t>(sqlite3_column_int64(count.get(), 0))
             : 0;
}

History ReadHistory(const std::filesystem::path& folder) {
  Database database(":memory:", nullptr, 0);
  database.Run("CREATE TABLE line(json)");
  const Statement insert = database.Prepare("INSERT INTO line VALUES (?)");
  History history;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    ++history.files;
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) {
      sqlite3_bind_text64(insert.get(), 1, line.data(), line.size(), SQLITE_STATIC, SQLITE_UTF8);
      sqlite3_step(insert.get());
      sqlite3_reset(insert.get());
    }
  }
  const Statement sums = database.Prepare(
      "WITH parsed AS (SELECT json ->> 'event' AS event,"
      "   json ->> '$.details.lost' AS lost FROM line WHERE json_valid(json))"
      " SELECT count(*) FILTER (WHERE event <> 'events.lost'), coalesce(sum(lost), 0),"
      "   count(*) FILTER (WHERE event = 'commit'), count(*) FILTER (WHERE event = 'lock.refused'),"
      "   (SELECT count(*) FROM line WHERE NOT json_valid(json)) FROM parsed");
  sqlite3_step(sums.get());
  uint64_t* const numbers[] = {&history.events, &history.lost, &history.commits, &history.refusals,
                               &history.broken_lines};
  for (int i = 0; i < 5; ++i) {
    *numbers[i] = static_cast<uint64_t>(sqlite3_column_int64(sums.get(), i));
  }
  return history;
}

}  // namespace tracing
