#include <fmt/core.h>
#include <poll.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "child.h"
#include "console.h"
#include "database.h"
#include "glasswal/observe.h"
#include "glasswal/spdlog.h"
#include "join.h"
#include "report.h"
#include "roles.h"

namespace native_ingest {
namespace {

constexpr int kWriters = 4;
constexpr int kVictim = 2;         // ingest-3
constexpr int kVictimStopsAt = 8;  // ... in the middle of its eighth batch.
constexpr size_t kLogBytes = 4 * 1024 * 1024;
constexpr size_t kLogFiles = 3;

int64_t CountCities(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string json((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (json.empty()) {
    fmt::print(stderr, "native_ingest: there is no {}: `./dev setup` fetches it, or name another\n",
               path);
    std::exit(2);
  }
  Database database(":memory:", nullptr);
  const Statement count = database.Prepare("SELECT json_array_length(?1)");
  sqlite3_bind_text64(count.get(), 1, json.data(), json.size(), SQLITE_STATIC, SQLITE_UTF8);
  database.Step(count);
  return sqlite3_column_int64(count.get(), 0);
}

/// Events go to a rotating file beside the program, and warnings to the console too.
std::shared_ptr<spdlog::logger> NewLogger(const std::string& path) {
  auto file = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(path, kLogBytes, kLogFiles);
  auto console = std::make_shared<spdlog::sinks::stdout_color_sink_mt>();
  std::shared_ptr<spdlog::logger> logger = glasswal::NewEventLogger({file, console});
  console->set_level(spdlog::level::warn);
  console->set_pattern("  %^   event%$  %v");
  return logger;
}

void CreateTables(Database* database, int64_t cities) {
  database->Run(
      "CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT, country TEXT, latitude REAL, "
      "longitude REAL);"
      "CREATE VIRTUAL TABLE city_search USING fts5 (name, content='city', content_rowid='id');"
      "CREATE TABLE batch (id INTEGER PRIMARY KEY, writer TEXT);");
  database->Run(fmt::format(
      "WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < {}) "
      "INSERT INTO batch SELECT n, NULL FROM number",
      (cities + kBatchRows - 1) / kBatchRows));
}

class Story {
 public:
  Story(std::shared_ptr<glasswal::Runtime> runtime, const std::string& cities_path)
      : runtime_(std::move(runtime)) {
    for (int i = 0; i < kWriters; ++i) {
      const std::string name = fmt::format("ingest-{}", i + 1);
      children_.push_back(std::make_unique<Child>(
          name, std::vector<std::string>{"writer", runtime_->name(), name, cities_path,
                                         std::to_string(i == kVictim ? kVictimStopsAt : 0)}));
    }
    children_.push_back(std::make_unique<Child>(
        "search", std::vector<std::string>{"searcher", runtime_->name(), "search"}));
  }

  /// Lets it happen; true if every process but the victim ended well.
  bool Run() {
    while (ready_ < children_.size()) Listen();
    PrintStep(Ink::kPlain, "all five have joined; the writers begin");
    began_ns_ = NowNs();
    for (int i = 0; i < kWriters; ++i) children_[i]->Tell("go");
    while (writers_left_ > 0) Listen();
    PrintStep(Ink::kGood, fmt::format("the last batch is in: {} rows/s over all",
                                      Grouped(RowsPerSecond(batches_, began_ns_))));
    searcher().CloseInput();
    while (searcher().output() >= 0) Listen();
    return fine_ && searcher().Wait();
  }

 private:
  Child& searcher() { return *children_.back(); }

  static uint64_t RowsPerSecond(uint64_t batches, uint64_t since_ns) {
    return batches * kBatchRows * 1'000'000'000 / (NowNs() - since_ns + 1);
  }

  /// Waits for what the children say, and shows how far they are once a second.
  void Listen() {
    std::vector<pollfd> outputs;
    for (const auto& child : children_) outputs.push_back({child->output(), POLLIN, 0});
    poll(outputs.data(), outputs.size(), 1000);
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i].revents != 0) Hear(i);
    }
    if (batches_ > 0 && writers_left_ > 0 && NowNs() - shown_ns_ >= 1'000'000'000) {
      shown_ns_ = NowNs();
      PrintStep(Ink::kDim, fmt::format("{:>7} rows, {:>7} rows/s", Grouped(batches_ * kBatchRows),
                                       Grouped(RowsPerSecond(batches_, began_ns_))));
    }
  }

  void Hear(size_t index) {
    std::vector<std::string> lines;
    const bool more = children_[index]->ReadLines(&lines);
    for (const std::string& line : lines) Understand(index, line);
    if (more || index >= kWriters) return;
    --writers_left_;
    const bool ended_well = children_[index]->Wait();
    if (index != kVictim) fine_ &= ended_well;
  }

  void Understand(size_t index, const std::string& line) {
    if (line == "ready") {
      ++ready_;
    } else if (line.rfind("half", 0) == 0) {
      KillVictim(line.substr(5));
    } else if (line.rfind("batch", 0) == 0) {
      ++batches_;
      NoteCommit(index, line);
    } else if (line.rfind("searched", 0) == 0) {
      ReportSearches(line);
    }
  }

  /// What is read after the death may have been committed before it, so the writer's own times
  /// count.
  void NoteCommit(size_t index, const std::string& line) {
    unsigned long long batch = 0, began_ns = 0, committed_ns = 0;
    std::sscanf(line.c_str(), "batch %llu %llu %llu", &batch, &began_ns, &committed_ns);
    if (!waits_for_next_commit_ || began_ns < killed_ns_) return;
    waits_for_next_commit_ = false;
    PrintStep(Ink::kPlain,
              fmt::format("{} had WRITE {} after the death, and committed its batch {} later",
                          children_[index]->name(), Duration(began_ns - killed_ns_),
                          Duration(committed_ns - began_ns)));
  }

  void KillVictim(const std::string& batch) {
    Child& victim = *children_[kVictim];
    const glasswal::Snapshot snapshot = OrExit(glasswal::Observe(*runtime_));
    for (const glasswal::WalSnapshot& wal : snapshot.wals) {
      if (!wal.writer) continue;
      PrintStep(Ink::kPlain, fmt::format("`{}` holds WRITE, half-way through batch {}",
                                         wal.writer->client_name, batch));
    }
    killed_ns_ = NowNs();
    waits_for_next_commit_ = true;
    victim.Kill();
    PrintStep(Ink::kBad,
              fmt::format("SIGKILL to {} (process {})", victim.name(), victim.process_id()));
  }

  static void ReportSearches(const std::string& line) {
    unsigned long long count = 0, found = 0, median_ns = 0, max_ns = 0;
    std::sscanf(line.c_str(), "searched %llu %llu %llu %llu", &count, &found, &median_ns, &max_ns);
    PrintStep(Ink::kPlain,
              fmt::format("meanwhile {} searches found {} cities; median {}, slowest {}",
                          Grouped(count), Grouped(found), Duration(median_ns), Duration(max_ns)));
  }

  std::shared_ptr<glasswal::Runtime> runtime_;
  std::vector<std::unique_ptr<Child>> children_;
  size_t ready_ = 0;
  int writers_left_ = kWriters;
  uint64_t batches_ = 0;
  bool fine_ = true;
  bool waits_for_next_commit_ = false;
  uint64_t began_ns_ = 0;
  uint64_t shown_ns_ = NowNs();
  uint64_t killed_ns_ = 0;
};

}  // namespace

int PlayStory(const std::string& cities_path, bool stay) {
  const int64_t cities = CountCities(cities_path);
  glasswal::Options options;
  options.memory = glasswal::MemoryKind::kNamed;
  options.name = fmt::format("native-ingest-{}", getpid());
  std::shared_ptr<glasswal::Runtime> runtime = OrExit(glasswal::Runtime::Create(options, "story"));
  OrExit(runtime->RegisterVfs(kVfsName, /*make_default=*/false));

  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe");
  const std::string log_path = program.parent_path() / "native_ingest.log";
  glasswal::EventDrain drain(runtime, NewLogger(log_path));
  drain.Start();

  PrintHeading(fmt::format("{} cities, {} writers, one searcher, one memory",
                           Grouped(static_cast<uint64_t>(cities)), kWriters));
  PrintStep(Ink::kDim, fmt::format("glasswal-inspector {} looks inside", runtime->name()));
  bool fine = true;
  {
    Database database(kDatabasePath, kVfsName);
    CreateTables(&database, cities);
    Story story(runtime, cities_path);
    fine &= story.Run();
    fine &= ReportData(&database, cities);
    const glasswal::Snapshot snapshot = OrExit(glasswal::Observe(*runtime));
    fine &= ReportRecoveries(snapshot);
    ReportRegion(snapshot);
    if (stay) {
      fmt::print("\n  The region stays until you press Enter: glasswal-inspector {}\n",
                 runtime->name());
      std::fflush(stdout);
      std::getchar();
    }
  }
  drain.Stop();
  fmt::print("\n  {} events logged to {}\n  {}\n", Grouped(drain.logged()), log_path,
             fine ? Painted(Ink::kGood, "Every row arrived, once. Nothing was lost.")
                  : Painted(Ink::kBad, "Something is wrong; see above."));
  OrExit(glasswal::Runtime::UnregisterVfs(kVfsName));
  return fine ? 0 : 1;
}

}  // namespace native_ingest
