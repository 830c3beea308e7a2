// What the processes of a kill test tell each other outside the region: what each worker began and
// was promised, when to stand still, and the first thing that went wrong.
//
// It lies in a mapping that is shared by fork() and outlives whoever is killed: a worker writes
// down a commit in it right after SQLite has acknowledged the commit.
//
// Thread-safety: atomics; a ledger has one writer at a time.
#ifndef GLASSWAL_TESTS_MULTIPROCESS_SCOREBOARD_H_
#define GLASSWAL_TESTS_MULTIPROCESS_SCOREBOARD_H_

#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

namespace glasswal::test {

inline constexpr uint32_t kMostWorkers = 8;

/// The databases that a worker writes to: one in WAL mode, one with a rollback journal, and a pair
/// of those that is written in one transaction.
enum Book : uint32_t { kBookMain, kBookSide, kBookPair, kBooks };

struct Ledger {
  std::atomic<uint64_t> begun{0};  // The highest transaction that may have been committed.
  std::atomic<uint64_t> acked{0};  // The highest that SQLite has acknowledged.
};

struct Scoreboard {
  Ledger ledgers[kMostWorkers][kBooks];
  // The number of the halt during which workers park between two operations; 0: they work. Each
  // halt has a number of its own, so that what a worker wrote in an earlier one, perhaps before it
  // was killed, does not count as parked in this one.
  std::atomic<uint32_t> halt{0};
  std::atomic<uint32_t> parked[kMostWorkers] = {};  // In which halt the worker parked last.
  std::atomic<uint32_t> leave{0};                   // Workers close everything and end.
  std::atomic<uint64_t> operations{0};
  std::atomic<uint32_t> cramped{
      0};                         // 1: the region is so small that SQLITE_FULL is part of the work.
  std::atomic<uint64_t> full{0};  // How often workers were told so.
  std::atomic<uint32_t> failed{0};
  char failure[2000] = {};

  /// Keeps the first failure of all processes.
  void Fail(const std::string& what) {
    uint32_t none = 0;
    if (!failed.compare_exchange_strong(none, 1)) return;
    std::snprintf(failure, sizeof(failure), "%s", what.c_str());
    failed.store(2);
  }
  std::string FirstFailure() const { return failed.load() == 2 ? failure : ""; }
};

/// One object of type T in memory that survives the death of any process that shares it.
template <typename T>
class SharedObject {
 public:
  SharedObject() {
    void* at = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) abort();
    object_ = new (at) T();
  }
  SharedObject(const SharedObject&) = delete;
  SharedObject& operator=(const SharedObject&) = delete;
  ~SharedObject() { munmap(object_, sizeof(T)); }

  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  T* get() const { return object_; }

 private:
  T* object_;
};

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_MULTIPROCESS_SCOREBOARD_H_
