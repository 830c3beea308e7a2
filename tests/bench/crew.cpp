#include "crew.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "work.h"

namespace glasswal::bench {
namespace {

using Clock = std::chrono::steady_clock;

double Since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

void ReadExactly(int from, void* to, size_t size) {
  auto* at = static_cast<char*>(to);
  while (size > 0) {
    const ssize_t got = read(from, at, size);
    if (got <= 0) Die("a reader process has died");
    at += got;
    size -= static_cast<size_t>(got);
  }
}

}  // namespace

uint64_t ReadUntil(const Store& store, uint32_t seed, std::atomic<uint32_t>* ready,
                   const std::atomic<bool>* stop) {
  const Database database = store.Connect();
  const Statement select(database, kPointRead);
  Places places(seed);
  uint64_t reads = 0;
  int64_t sum = 0;
  ready->fetch_add(1);
  while (!stop->load(std::memory_order_relaxed)) {
    sqlite3_bind_int64(select.handle(), 1, places.Next());
    if (select.Run(&sum) == SQLITE_OK) ++reads;
  }
  return reads;
}

double SecondsPerCommit(const Database& database) {
  const Statement insert(database, kInsertCity);
  uint64_t commits = 0;
  const auto began = Clock::now();
  double passed = 0;
  do {
    Bind(insert, Cities()[commits % Cities().size()]);
    if (insert.Run() == SQLITE_OK) ++commits;
    passed = Since(began);
  } while (passed < kWindowSeconds);
  return passed / static_cast<double>(commits == 0 ? 1 : commits);
}

ReaderThreads::ReaderThreads(const Store& store, int readers)
    : reads_(static_cast<size_t>(readers)) {
  Cities();
  for (int i = 0; i < readers; ++i) {
    uint64_t* reads = &reads_[static_cast<size_t>(i)];
    threads_.emplace_back([this, &store, i, reads] {
      *reads = ReadUntil(store, static_cast<uint32_t>(i) + 1, &ready_, &stop_);
    });
  }
  while (ready_.load() < static_cast<uint32_t>(readers)) std::this_thread::yield();
}

uint64_t ReaderThreads::Stop() {
  stop_.store(true);
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  uint64_t sum = 0;
  for (const uint64_t reads : reads_) sum += reads;
  return sum;
}

ReaderProcesses::ReaderProcesses(const Store& store, int readers) {
  for (int i = 0; i < readers; ++i) {
    int in[2];
    int out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) Die("there is no pipe to be had");
    const int id = fork();
    if (id < 0) Die("a process cannot be started");
    if (id == 0) {
      dup2(in[0], STDIN_FILENO);
      dup2(out[1], STDOUT_FILENO);
      execl("/proc/self/exe", "glasswal_bench", "--reader", Name(store.backend()),
            store.address().c_str(), nullptr);
      _exit(127);
    }
    close(in[0]);
    close(out[1]);
    processes_.push_back({id, in[1], out[0]});
  }
  for (const Process& process : processes_) {
    char begun = 0;
    ReadExactly(process.output, &begun, sizeof(begun));
  }
}

uint64_t ReaderProcesses::Stop() {
  for (const Process& process : processes_) close(process.input);
  uint64_t sum = 0;
  for (const Process& process : processes_) {
    uint64_t reads = 0;
    ReadExactly(process.output, &reads, sizeof(reads));
    sum += reads;
    close(process.output);
    waitpid(process.id, nullptr, 0);
  }
  processes_.clear();
  return sum;
}

int RunReaderProcess(const std::string& backend, const std::string& address) {
  const Store store(BackendOf(backend), address);
  Cities();
  std::atomic<uint32_t> ready{0};
  std::atomic<bool> stop{false};
  uint64_t reads = 0;
  std::thread reader([&] { reads = ReadUntil(store, 1, &ready, &stop); });
  while (ready.load() == 0) std::this_thread::yield();
  const char begun = 1;
  bool is_well = write(STDOUT_FILENO, &begun, sizeof(begun)) == sizeof(begun);
  char nothing = 0;
  is_well &= read(STDIN_FILENO, &nothing, sizeof(nothing)) == 0;
  stop.store(true);
  reader.join();
  is_well &= write(STDOUT_FILENO, &reads, sizeof(reads)) == sizeof(reads);
  return is_well ? 0 : 1;
}

}  // namespace glasswal::bench
