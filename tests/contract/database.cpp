#include "contract/database.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <random>

namespace glasswal::test {

Database& Database::operator=(Database&& other) noexcept {
  Close();
  db_ = other.db_;
  open_code_ = other.open_code_;
  other.db_ = nullptr;
  return *this;
}

int Database::Open(const std::string& path, const std::string& vfs, int flags) {
  Close();
  open_code_ = sqlite3_open_v2(path.c_str(), &db_, flags, vfs.empty() ? nullptr : vfs.c_str());
  return open_code_;
}

int Database::Close() {
  const int result = sqlite3_close(db_);
  if (result == SQLITE_OK) db_ = nullptr;
  return result;
}

int Database::Exec(const std::string& sql) {
  return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) & 0xff;
}

void Database::Run(const std::string& sql) {
  const int result = Exec(sql);
  EXPECT_EQ(result, SQLITE_OK) << sql.substr(0, 200) << "\n  " << error();
}

std::string Database::Rows(const std::string& sql) {
  std::string text;
  const auto add_row = [](void* to, int count, char** values, char**) {
    auto* rows = static_cast<std::string*>(to);
    if (!rows->empty()) *rows += ' ';
    for (int i = 0; i < count; ++i) {
      if (i > 0) *rows += '|';
      *rows += values[i] != nullptr ? values[i] : "NULL";
    }
    return 0;
  };
  const int result = sqlite3_exec(db_, sql.c_str(), add_row, &text, nullptr);
  if (result == SQLITE_OK) return text;
  return "error " + std::to_string(result & 0xff) + ": " + error();
}

int64_t Database::Int(const std::string& sql) {
  Statement statement(*this, sql);
  const int result = statement.Step();
  EXPECT_EQ(result, SQLITE_ROW) << sql << "\n  " << error();
  return result == SQLITE_ROW ? statement.Int(0) : INT64_MIN;
}

Statement::Statement(const Database& database, const std::string& sql) {
  const int result = sqlite3_prepare_v2(database.get(), sql.c_str(), -1, &statement_, nullptr);
  EXPECT_EQ(result, SQLITE_OK) << sql << "\n  " << database.error();
}

std::string InsertBlobs(const std::string& table, int rows, int bytes) {
  return "WITH RECURSIVE count(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM count WHERE i < " +
         std::to_string(rows) + ") INSERT INTO " + table + " SELECT randomblob(" +
         std::to_string(bytes) + ") FROM count;";
}

uint64_t TestSeed() {
  const char* given = std::getenv("GLASSWAL_SEED");
  const uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : uint64_t{std::random_device{}()};
  std::printf("GLASSWAL_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

}  // namespace glasswal::test
