// The world of the lock's model tests: one lock, what its clients believe, and what must hold.
//
// Thread-safety: everything runs on the explorer's thread.
#ifndef GLASSWAL_TESTS_MODEL_LOCK_WORLD_H_
#define GLASSWAL_TESTS_MODEL_LOCK_WORLD_H_

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "lock/lock.h"
#include "model/explorer.h"
#include "port/futex.h"
#include "port/point.h"

namespace glasswal::model {

inline constexpr uint64_t kForeverNs = uint64_t{1} << 62;
// Shorter than the first look at the holders: the one sleep of such a wait is its last.
inline constexpr uint64_t kShortNs = lock::kFirstLookNs / 2;

class LockWorld final : public lock::HolderWatch {
 public:
  using Program = std::function<void(LockWorld&, uint32_t slot)>;

  /// Client i runs `programs[i]` with slot i.
  explicit LockWorld(std::vector<Program> programs) : programs_(std::move(programs)) {}

  /// The scenario in which a janitor takes back what the dead had.
  Scenario WithJanitor() {
    Scenario scenario = WithoutRecovery();
    scenario.recover = [this](uint32_t dead) {
      for (uint32_t slot = 0; slot < programs_.size(); ++slot) {
        if ((dead >> slot & 1) != 0) Recover(slot);
      }
    };
    scenario.at_end = [this] { return CheckLockIsClean(); };
    return scenario;
  }

  /// The scenario in which the proof of death arrives some time after it, and those who wait take
  /// the lock back when they look at its holders.
  Scenario WithSurvivors() {
    Scenario scenario = WithoutRecovery();
    scenario.recover = [this](uint32_t dead) { state_.proved_dead |= dead; };
    scenario.at_end = [this] {
      for (uint32_t slot = 0; slot < programs_.size(); ++slot) {
        if ((state_.proved_dead >> slot & 1) != 0) Recover(slot);
      }
      return CheckLockIsClean();
    };
    return scenario;
  }

  lock::LockResult Acquire(uint32_t slot, lock::LockMode mode, uint64_t timeout_ns) {
    return lock::Acquire(&state_.lock, slot, mode, timeout_ns, timing_, this).result;
  }

  void set_timing(lock::Timing timing) { timing_ = timing; }

  /// Takes the lock, believes to be alone or among readers for a step, and releases it.
  bool Use(uint32_t slot, lock::LockMode mode, uint64_t timeout_ns) {
    if (Acquire(slot, mode, timeout_ns) != lock::LockResult::kAcquired) return false;
    BeInside(slot, mode);
    lock::Release(&state_.lock, slot);
    return true;
  }

  void BeInside(uint32_t slot, lock::LockMode mode) {
    uint64_t& inside = mode == lock::LockMode::kExclusive ? state_.writers : state_.readers;
    inside |= lock::SlotBit(slot);
    port::Point("test.inside");
    inside &= ~lock::SlotBit(slot);
  }

  /// Returns when `readers` of them have come here.
  void MeetReaders(uint32_t readers) {
    const uint32_t arrived = state_.arrived.fetch_add(1) + 1;
    if (arrived == readers) return port::FutexWake(&state_.arrived, readers);
    while (state_.arrived.load() < readers) port::FutexWait(&state_.arrived, arrived, kForeverNs);
  }

  shm::ShmLock* lock() { return &state_.lock; }

  bool LookAtHolders(uint64_t holders) override {
    bool took = false;
    for (uint32_t slot = 0; slot < programs_.size(); ++slot) {
      if ((holders & state_.proved_dead & lock::SlotBit(slot)) != 0) took |= Recover(slot);
    }
    return took;
  }
  bool IsFenced() override { return false; }

 private:
  // All that the clients share.
  struct State {
    shm::ShmLock lock = {};
    uint64_t writers = 0;  // Who believes to hold the lock exclusively, and who shared.
    uint64_t readers = 0;
    uint64_t proved_dead = 0;
    std::atomic<uint32_t> arrived = 0;
    uint32_t unused = 0;
  };

  Scenario WithoutRecovery() {
    Scenario scenario;
    scenario.reset = [this] { new (&state_) State(); };
    for (uint32_t slot = 0; slot < programs_.size(); ++slot) {
      scenario.clients.emplace_back([this, slot] { programs_[slot](*this, slot); });
    }
    scenario.invariant = [this] { return Check(); };
    // The lock's first line holds all that steers; the statistics behind it are only written.
    const auto state = std::as_bytes(std::span(&state_, 1));
    scenario.memory = {state.first(offsetof(shm::ShmLock, acquired)),
                       state.subspan(sizeof(shm::ShmLock))};
    return scenario;
  }

  // What the dead believed does not count any more from the moment before its bit goes.
  bool Recover(uint32_t slot) {
    state_.writers &= ~lock::SlotBit(slot);
    state_.readers &= ~lock::SlotBit(slot);
    return lock::TakeBack(&state_.lock, slot);
  }

  std::string Check() const {
    const uint64_t word = state_.lock.word.load();
    if (!lock::IsValid(word)) return "the word is not a state of the lock";
    if (std::popcount(state_.writers) > 1) return "two writers are inside";
    if (state_.writers != 0 && state_.readers != 0) return "a reader and a writer are inside";
    if (state_.writers != 0 && word != (state_.writers | lock::kExclusiveBit)) {
      return "a writer is inside without the exclusive lock";
    }
    if ((state_.readers & ~word) != 0) return "a reader is inside without the lock";
    return "";
  }

  std::string CheckLockIsClean() const {
    if (state_.lock.word.load() != 0) return "the word is not free";
    if (state_.lock.waiters.load() != 0) return "somebody is still announced as a waiter";
    if ((state_.lock.turn.load() & 0xff) != 0) return "it is still somebody's turn";
    if (state_.lock.since_ns.load() != 0) return "the stamp of a hold was left behind";
    return "";
  }

  const std::vector<Program> programs_;
  lock::Timing timing_ = lock::Timing::kNone;
  State state_;
};

}  // namespace glasswal::model

#endif  // GLASSWAL_TESTS_MODEL_LOCK_WORLD_H_
