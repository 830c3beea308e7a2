// What the tests of logs have in common: a client and a file with names, a logger into a string, and
// SQLite as a reader of JSON that is not ours.
#ifndef GLASSWAL_TESTS_LOG_LOG_FIXTURE_H_
#define GLASSWAL_TESTS_LOG_LOG_FIXTURE_H_

#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/ostream_sink.h>
#include <sqlite3.h>

#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "glasswal/spdlog.h"
#include "port/clock.h"
#include "store/words.h"
#include "trace/ring.h"
#include "trace/test_region.h"

namespace glasswal::testing {

inline constexpr trace::EventSubject kIngest{
    .client = 3, .client_generation = 8, .connection = 1, .file = 1};

inline void AddNames(shm::Region& region, std::string_view client, std::string_view path) {
  SetText(region.client(3)->name, client);
  region.client(3)->state.store(store::ClientWord(shm::kClientLive, 0, 8));
  SetText(region.file(0)->path, path);
  region.header()->used_files.store(1);
  region.file(0)->state.store(store::FileWord(shm::kFileLive, shm::kFileDatabase, 1));
}

inline std::vector<std::string> LinesOf(std::istream& in) {
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// A logger into a string; the pattern is short, so that lines can be compared.
struct StringLog {
  explicit StringLog(const std::string& pattern = "%l %n %v") {
    logger = NewEventLogger({std::make_shared<spdlog::sinks::ostream_sink_mt>(text)});
    logger->set_pattern(pattern);
  }
  std::vector<std::string> Lines() const {
    std::istringstream in(text.str());
    return LinesOf(in);
  }
  std::ostringstream text;
  std::shared_ptr<spdlog::logger> logger;
};

/// A sink that keeps its lines, and takes its time for each.
class SlowSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit SlowSink(uint64_t each_us) : each_us_(each_us) {}
  /// REQUIRES: nobody logs.
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (each_us_ > 0) port::SleepUs(each_us_);
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    lines_.emplace_back(line.data(), line.size());
  }
  void flush_() override {}

  const uint64_t each_us_;
  std::vector<std::string> lines_;
};

/// Reads JSON by SQLite's functions.
class Json {
 public:
  Json() {
    sqlite3_open(":memory:", &database_);
    sqlite3_prepare_v2(
        database_, "SELECT CASE WHEN json_valid(?1) THEN json_extract(?1, ?2) ELSE 'not JSON' END",
        -1, &extract_, nullptr);
  }
  ~Json() {
    sqlite3_finalize(extract_);
    sqlite3_close(database_);
  }
  Json(const Json&) = delete;
  Json& operator=(const Json&) = delete;

  /// What lies at the path in a line, as text; "(null)" where there is nothing.
  std::string Text(std::string_view line, const std::string& path) {
    sqlite3_reset(extract_);
    sqlite3_bind_text(extract_, 1, line.data(), static_cast<int>(line.size()), SQLITE_STATIC);
    sqlite3_bind_text(extract_, 2, path.c_str(), -1, SQLITE_STATIC);
    EXPECT_EQ(sqlite3_step(extract_), SQLITE_ROW) << sqlite3_errmsg(database_);
    const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(extract_, 0));
    return text == nullptr
               ? "(null)"
               : std::string(text, static_cast<size_t>(sqlite3_column_bytes(extract_, 0)));
  }
  uint64_t Number(std::string_view line, const std::string& path) {
    const std::string text = Text(line, path);
    EXPECT_FALSE(text.empty() || text.find_first_not_of("0123456789") != std::string::npos)
        << path << " of " << line << " is " << text;
    return strtoull(text.c_str(), nullptr, 10);
  }

 private:
  sqlite3* database_ = nullptr;
  sqlite3_stmt* extract_ = nullptr;
};

}  // namespace glasswal::testing

#endif  // GLASSWAL_TESTS_LOG_LOG_FIXTURE_H_
