// An ordinary Emscripten program with threads that links glasswal::vfs as any native program would:
// three threads write to one database in the program's own memory while a fourth reads, and in the
// end the rows are counted.
#include <glasswal/observe.h>
#include <glasswal/runtime.h>
#include <sqlite3.h>

#include <cstdio>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kWriters = 3;
constexpr int kRowsEach = 500;
constexpr const char* kVfs = "glasswal";

sqlite3* Open() {
  sqlite3* db = nullptr;
  const int code =
      sqlite3_open_v2("/app.sqlite", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, kVfs);
  if (code != SQLITE_OK) {
    std::fprintf(stderr, "the database cannot be opened: %s\n", sqlite3_errmsg(db));
    std::abort();
  }
  sqlite3_busy_timeout(db, 10'000);
  return db;
}

void Run(sqlite3* db, const std::string& sql) {
  char* message = nullptr;
  if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &message) == SQLITE_OK) return;
  std::fprintf(stderr, "%s: %s\n", sql.c_str(), message);
  std::abort();
}

std::string Value(sqlite3* db, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(db, sql, -1, &statement, nullptr);
  const bool has_row = sqlite3_step(statement) == SQLITE_ROW;
  const std::string value =
      has_row ? reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)) : "";
  sqlite3_finalize(statement);
  return value;
}

void Write(int number) {
  sqlite3* db = Open();
  for (int i = 0; i < kRowsEach; ++i) {
    Run(db, "INSERT INTO rows VALUES (" + std::to_string(number) + ", " + std::to_string(i) + ")");
  }
  sqlite3_close(db);
}

}  // namespace

int main() {
  glasswal::Options options;
  options.max_database_capacity_bytes = 16 * glasswal::kMiB;
  options.max_write_ahead_capacity_bytes = 16 * glasswal::kMiB;
  auto runtime = glasswal::Runtime::Create(options, "threads");
  if (!runtime.ok()) {
    std::fprintf(stderr, "%s\n", runtime.status().message().c_str());
    return 1;
  }
  if (!(*runtime)->RegisterVfs(kVfs, /*make_default=*/false).ok()) return 1;

  sqlite3* db = Open();
  Run(db, "CREATE TABLE rows(writer INT, n INT)");
  std::vector<std::thread> writers;
  for (int number = 0; number < kWriters; ++number) writers.emplace_back(Write, number);
  long seen = 0;
  while (seen < kWriters * kRowsEach) seen = std::stol(Value(db, "SELECT count(*) FROM rows"));
  for (std::thread& writer : writers) writer.join();

  std::printf("journal mode %s, %s rows of %d writers, integrity %s\n",
              Value(db, "PRAGMA journal_mode").c_str(),
              Value(db, "SELECT count(*) FROM rows").c_str(), kWriters,
              Value(db, "PRAGMA integrity_check").c_str());
  const auto snapshot = glasswal::Observe(**runtime);
  if (snapshot.ok()) {
    std::printf("%llu commits seen by the diagnostics\n",
                static_cast<unsigned long long>(snapshot->totals.commits));
  }
  sqlite3_close(db);
  return glasswal::Runtime::UnregisterVfs(kVfs).ok() ? 0 : 1;
}
