#include "threads.h"

#include <chrono>
#include <semaphore>
#include <thread>
#include <vector>

#include "database.h"

namespace tracing {
namespace {

constexpr int kWriters = 3;
constexpr int kRowsEach = 200;
constexpr int kSlowTransactions = 3;

/// Commits row by row, and waits for whoever has the lock.
void Write() {
  Database database(kPath, kVfs, /*busy_timeout_ms=*/10'000);
  for (int i = 0; i < kRowsEach; ++i) {
    if (!database.Run("INSERT INTO stock(pieces) VALUES (1)")) Fail("a writer was refused");
  }
}

/// Two threads that take turns: the slow one has the lock while the hasty one tries to get it.
struct Turns {
  std::binary_semaphore slow_has_it{0};
  std::binary_semaphore hasty_was_refused{0};
};

void BeSlow(Turns* turns) {
  Database database(kPath, kVfs, /*busy_timeout_ms=*/10'000);
  for (int i = 0; i < kSlowTransactions; ++i) {
    if (!database.Run("BEGIN IMMEDIATE")) Fail("the slow thread was refused");
    turns->slow_has_it.release();
    turns->hasty_was_refused.acquire();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    database.Run("UPDATE stock SET pieces = pieces + 1 WHERE id % 10 = 0; COMMIT");
  }
}

int BeHasty(Turns* turns) {
  int refused = 0;
  Database database(kPath, kVfs, /*busy_timeout_ms=*/20);
  for (int i = 0; i < kSlowTransactions; ++i) {
    turns->slow_has_it.acquire();
    refused += database.Run("INSERT INTO stock(pieces) VALUES (1000)") ? 0 : 1;
    turns->hasty_was_refused.release();
  }
  return refused;
}

}  // namespace

int RunThreads() {
  Database database(kPath, kVfs, /*busy_timeout_ms=*/0);
  database.Run("CREATE TABLE stock(id INTEGER PRIMARY KEY, pieces INTEGER NOT NULL)");
  Turns turns;
  int refused = 0;
  std::vector<std::thread> threads;
  threads.emplace_back(BeSlow, &turns);
  threads.emplace_back([&] { refused = BeHasty(&turns); });
  for (int i = 0; i < kWriters; ++i) threads.emplace_back(Write);
  for (std::thread& thread : threads) thread.join();
  return refused;
}

}  // namespace tracing
