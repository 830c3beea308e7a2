#include <fmt/core.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "database.h"
#include "join.h"
#include "roles.h"

namespace native_ingest {
namespace {

void Say(const std::string& line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

/// The cities in a private database of this process, by their number; SQLite itself reads the JSON.
void LoadCities(Database* cities, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string json((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  cities->Run("CREATE TABLE city (id INTEGER PRIMARY KEY, name, country, latitude, longitude)");
  const Statement load = cities->Prepare(
      "INSERT INTO city SELECT key + 1, value ->> 'name', value ->> 'country', value ->> 'lat', "
      "value ->> 'lng' FROM json_each(?1)");
  sqlite3_bind_text64(load.get(), 1, json.data(), json.size(), SQLITE_STATIC, SQLITE_UTF8);
  cities->Step(load);
}

/// Copies the cities of a batch into the shared database, one by one.
class BatchCopier {
 public:
  BatchCopier(Database* from, Database* to)
      : from_(from),
        to_(to),
        select_(from->Prepare("SELECT * FROM city WHERE id > ?1 AND id <= ?2 ORDER BY id")),
        insert_(to->Prepare("INSERT INTO city VALUES (?1, ?2, ?3, ?4, ?5)")),
        index_(to->Prepare("INSERT INTO city_search (rowid, name) VALUES (?1, ?2)")) {}

  /// Cities first + 1 .. last.
  void Copy(int64_t first, int64_t last) {
    sqlite3_bind_int64(select_.get(), 1, first);
    sqlite3_bind_int64(select_.get(), 2, last);
    while (from_->Step(select_)) {
      for (int column = 0; column < 5; ++column) {
        sqlite3_bind_value(insert_.get(), column + 1, sqlite3_column_value(select_.get(), column));
      }
      for (int column = 0; column < 2; ++column) {
        sqlite3_bind_value(index_.get(), column + 1, sqlite3_column_value(select_.get(), column));
      }
      to_->Step(insert_);
      to_->Step(index_);
      sqlite3_reset(insert_.get());
      sqlite3_reset(index_.get());
    }
    sqlite3_reset(select_.get());
  }

 private:
  Database* from_;
  Database* to_;
  Statement select_;
  Statement insert_;
  Statement index_;
};

}  // namespace

int PlayWriter(const std::string& region, const std::string& name, const std::string& cities_path,
               int stop_at) {
  Database cities(":memory:", nullptr);
  LoadCities(&cities, cities_path);
  const std::shared_ptr<glasswal::Runtime> runtime = Join(region, name);
  Database shared(kDatabasePath, kVfsName);
  BatchCopier copier(&cities, &shared);
  const Statement claim = shared.Prepare(
      "UPDATE batch SET writer = ?1 WHERE id = (SELECT min(id) FROM batch WHERE writer IS NULL) "
      "RETURNING id");
  sqlite3_bind_text(claim.get(), 1, name.c_str(), -1, SQLITE_STATIC);

  // The parent lets everybody begin at once.
  Say("ready");
  if (std::getchar() == EOF) return 1;
  // The claim and the rows are one transaction, so a batch of a writer that dies is free again.
  for (int count = 1;; ++count) {
    shared.Run("BEGIN IMMEDIATE");
    const uint64_t began_ns = NowNs();
    if (!shared.Step(claim)) break;
    const int64_t batch = sqlite3_column_int64(claim.get(), 0);
    sqlite3_reset(claim.get());
    const int64_t first = batch * kBatchRows;
    copier.Copy(first, first + kBatchRows / 2);
    if (count == stop_at) {
      Say(fmt::format("half {}", batch));
      while (std::getchar() != EOF) {
      }
    }
    copier.Copy(first + kBatchRows / 2, first + kBatchRows);
    shared.Run("COMMIT");
    Say(fmt::format("batch {} {} {}", batch, began_ns, NowNs()));
  }
  sqlite3_reset(claim.get());
  shared.Run("ROLLBACK");
  return 0;
}

}  // namespace native_ingest
