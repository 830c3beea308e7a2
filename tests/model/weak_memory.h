// Shared memory as the C++ memory model has it: a load may give an old value.
//
// The explorer (tests/model/explorer.h) alone explores sequential consistency. With this it
// explores the weaker memory that the product's code is written for: vfs/port/atomic.h takes its
// words from weak_atomic.h, so the very sources that ship are compiled once more, and each
// operation on a watched word comes here. Each word keeps all the values that it had; a load takes
// any of those that the model lets this client see, and the explorer goes through all of them.
//
// THE MODEL
//
//   A client has a view: for each word the oldest value that it may still see. What it reads or
//   writes moves its view on. A release store hands the writer's view over with the value, and an
//   acquire load takes it. A read-modify-write reads the newest value, and hands on what the value
//   before it carried (a release sequence). For sequentially consistent operations there is one
//   more view that all share: such a load sees nothing older than what such operations have seen or
//   stored, and a sequentially consistent fence makes the client's view and that one the same.
//   Acquire and release fences work as the standard has them.
//
//   Bytes that the product writes as plain memory (memset, memcpy) are found by comparison, before
//   the next operation of the client that wrote them: they count as relaxed stores. Whoever writes
//   plain bytes must know all values that the word had before, or that is a race, and a failure.
//
//   Two things that the standard allows do not happen: a load that reads what is stored later in
//   its own future, and two unordered stores to one word that settle in another order than they
//   were made in. A failing compare-and-swap sees the newest value. What holds here is therefore
//   not proved for such machines; what fails here does fail on some.
//
// WEAKENING. A test that finds nothing proves little unless it is seen to find something: Weaken()
// makes operations on one word relaxed, or fences nothing, and the test expects a failure then.
//
// Words that are not watched (statistics, what no client races for) are ordinary memory, and their
// operations are no steps of the schedule.
//
// Thread-safety: one WeakMemory at a time, on the explorer's thread.
#ifndef GLASSWAL_TESTS_MODEL_WEAK_MEMORY_H_
#define GLASSWAL_TESTS_MODEL_WEAK_MEMORY_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "model/explorer.h"

namespace glasswal::model {

/// What Weaken() takes the order from.
enum class Operation : uint8_t { kLoad, kStore, kReadModifyWrite };

class WeakMemory {
 public:
  WeakMemory();
  WeakMemory(const WeakMemory&) = delete;
  WeakMemory& operator=(const WeakMemory&) = delete;
  ~WeakMemory();

  /// The words that clients race for. `size_bytes` is 4 or 8. Before the first schedule.
  void Watch(const void* word, uint32_t size_bytes, const char* name);
  template <typename Word>
  void Watch(const Word& word, const char* name) {
    Watch(&word, sizeof(word), name);
  }
  /// Relaxed loads of the watched word `name` see the newest value and are no steps: for loops that
  /// only spin, whose every turn would be one otherwise.
  void IgnoreRelaxedLoads(const char* name);

  /// From now on such operations on the watched word `name` are relaxed.
  void Weaken(const char* name, Operation operation);
  /// From now on stand-alone fences do nothing.
  void WeakenFences() { fences_are_weak_ = true; }

  /// The scenario with this memory under it: forgets all between schedules, hashes what clients may
  /// see, and finds what they wrote as plain bytes.
  Scenario Under(Scenario scenario);

  // For weak_atomic.h. `newest` is the word's present value.
  bool IsStep(const void* word, std::memory_order order, Operation operation) const;
  uint64_t Load(const void* word, std::memory_order order);
  /// Before the store itself: the steps that lead to it.
  void BeforeStore(const void* word);
  /// After the store, whose value is in the word.
  void AfterStore(const void* word, std::memory_order order);
  /// The same two for a read-modify-write; one that failed stored nothing.
  void BeforeReadModifyWrite(const void* word);
  void AfterReadModifyWrite(const void* word, std::memory_order order, bool stored);
  void Fence(std::memory_order order);

  /// The memory that is in use; null: words are ordinary memory.
  static WeakMemory* current();

 private:
  static constexpr size_t kMostWords = 12;
  static constexpr size_t kMostValues = 24;
  static constexpr size_t kMostClients = 8;
  using View = std::array<uint8_t, kMostWords>;  // By word: the number of a value.

  struct Value {
    uint64_t value;
    View released;      // What an acquire load of it takes.
    uint8_t unused[4];  // No padding: the explorer hashes these bytes.
  };
  struct History {
    std::array<Value, kMostValues> values;
    uint64_t count;
  };
  struct Client {
    View view;      // The oldest that it may see.
    View acquired;  // What its next acquire fence adds,
    View released;  // and what its last release fence handed over.
  };
  struct State {
    std::array<History, kMostWords> words;
    std::array<Client, kMostClients> clients;
    View consistent;  // What sequentially consistent operations have in common.
  };
  struct Word {
    const void* address;
    uint32_t size_bytes;
    const char* name;
    bool ignores_relaxed_loads;
    std::array<bool, 3> is_weak;  // By Operation.
  };

  size_t IndexOf(const void* word) const;
  size_t IndexOf(const char* name) const;
  uint64_t Newest(size_t index) const;
  std::memory_order OrderOf(size_t index, Operation operation, std::memory_order order) const;
  void Append(size_t index, std::memory_order order, const View& inherited);
  void Acquire(size_t index, uint64_t number, std::memory_order order);
  void Absorb();
  void Step(const char* what, const char* name);
  void Reset();
  Client& Self();

  std::vector<Word> words_;
  bool fences_are_weak_ = false;
  State state_ = {};
  std::array<std::array<char, 64>, kMostClients> steps_ = {};  // What each is about to do.
  std::string race_;
};

}  // namespace glasswal::model

#endif  // GLASSWAL_TESTS_MODEL_WEAK_MEMORY_H_
