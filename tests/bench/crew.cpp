#include "crew.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "works.h"

namespace glasswal::bench {
namespace {

using Clock = std::chrono::steady_clock;

// Longer than any wait for others that a measurement could survive.
constexpr int kBusyTimeoutMs = 20'000;

const City kSomewhere{"Somewhere", "XX", 1, 2};

double Since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

uint64_t ReadUntil(const Database& database, Places places, const std::atomic<bool>& stop) {
  const Statement select(database, kPointRead);
  uint64_t reads = 0;
  int64_t sum = 0;
  while (!stop.load(std::memory_order_relaxed)) {
    sqlite3_bind_int64(select.handle(), 1, places.Next());
    if (select.Run(&sum) == SQLITE_OK) ++reads;
  }
  return reads;
}

uint64_t WriteUntil(const Database& database, const std::atomic<bool>& stop) {
  const Statement insert(database, kInsertCity);
  Bind(insert, kSomewhere);
  uint64_t commits = 0;
  while (!stop.load(std::memory_order_relaxed)) {
    if (insert.Run() == SQLITE_OK) ++commits;
  }
  return commits;
}

}  // namespace

uint64_t WorkUntil(const Store& store, Role role, uint32_t seed, std::atomic<uint32_t>* ready,
                   const std::atomic<bool>* stop) {
  const Database database = store.Connect();
  // Somebody may have died at this moment, whose work is made good first.
  sqlite3_busy_timeout(database.handle(), kBusyTimeoutMs);
  // Before anybody writes, because memdb then refuses readers.
  const Places places(static_cast<size_t>(database.Number("SELECT max(id) FROM cities")), seed);
  if (role == Role::kReader) sqlite3_busy_timeout(database.handle(), 0);
  ready->fetch_add(1);
  return role == Role::kReader ? ReadUntil(database, places, *stop) : WriteUntil(database, *stop);
}

double NanosecondsPerCommit(const Database& database) {
  const Statement insert(database, kInsertCity);
  Bind(insert, kSomewhere);
  uint64_t commits = 0;
  const auto began = Clock::now();
  double passed = 0;
  do {
    if (insert.Run() == SQLITE_OK) ++commits;
    passed = Since(began);
  } while (passed < kWindowSeconds);
  return passed * 1e9 / static_cast<double>(commits == 0 ? 1 : commits);
}

CrewThreads::CrewThreads(const Store& store, Role role, int count)
    : done_(static_cast<size_t>(count)) {
  for (int i = 0; i < count; ++i) {
    uint64_t* done = &done_[static_cast<size_t>(i)];
    threads_.emplace_back([this, &store, role, i, done] {
      *done = WorkUntil(store, role, static_cast<uint32_t>(i) + 1, &ready_, &stop_);
    });
  }
  while (ready_.load() < static_cast<uint32_t>(count)) std::this_thread::yield();
}

const std::vector<uint64_t>& CrewThreads::Stop() {
  stop_.store(true);
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  return done_;
}

CrewProcess::CrewProcess(const Store& store, Role role) {
  int in[2];
  int out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) Die("there is no pipe to be had");
  id_ = fork();
  if (id_ < 0) Die("a process cannot be started");
  if (id_ == 0) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    execl("/proc/self/exe", "glasswal_bench", "--crew", role == Role::kReader ? "reader" : "writer",
          Name(store.backend()), store.address().c_str(), nullptr);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  input_ = in[1];
  output_ = out[0];
  char begun = 0;
  if (read(output_, &begun, sizeof(begun)) != sizeof(begun)) Die("a process has died at its start");
}

CrewProcess::~CrewProcess() {
  close(input_);
  waitpid(id_, nullptr, 0);
  close(output_);
}

int RunCrewProcess(const std::string& role, const std::string& backend,
                   const std::string& address) {
  const Store store(BackendOf(backend), address);
  std::atomic<uint32_t> ready{0};
  std::atomic<bool> stop{false};
  std::thread worker([&] {
    WorkUntil(store, role == "writer" ? Role::kWriter : Role::kReader, 1, &ready, &stop);
  });
  while (ready.load() == 0) std::this_thread::yield();
  const char begun = 1;
  bool is_well = write(STDOUT_FILENO, &begun, sizeof(begun)) == sizeof(begun);
  char nothing = 0;
  is_well &= read(STDIN_FILENO, &nothing, sizeof(nothing)) == 0;
  stop.store(true);
  worker.join();
  return is_well ? 0 : 1;
}

}  // namespace glasswal::bench
