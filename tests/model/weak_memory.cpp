#include "model/weak_memory.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "port/point.h"

namespace glasswal::model {
namespace {

WeakMemory* in_use = nullptr;

template <typename View>
void Merge(View* into, const View& from) {
  for (size_t i = 0; i < from.size(); ++i) (*into)[i] = std::max((*into)[i], from[i]);
}

bool Acquires(std::memory_order order) {
  return order == std::memory_order_acquire || order == std::memory_order_consume ||
         order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
}
bool Releases(std::memory_order order) {
  return order == std::memory_order_release || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}

[[noreturn]] void Misused(const char* what, const char* name) {
  std::fprintf(stderr, "WeakMemory: %s: %s\n", name, what);
  std::abort();
}

}  // namespace

WeakMemory::WeakMemory() { in_use = this; }
WeakMemory::~WeakMemory() { in_use = nullptr; }
WeakMemory* WeakMemory::current() { return in_use; }

void WeakMemory::Watch(const void* word, uint32_t size_bytes, const char* name) {
  if (words_.size() == kMostWords) Misused("there are too many watched words", name);
  words_.push_back({word, size_bytes, name, false, {}});
}

void WeakMemory::IgnoreRelaxedLoads(const char* name) {
  words_[IndexOf(name)].ignores_relaxed_loads = true;
}

void WeakMemory::Weaken(const char* name, Operation operation) {
  words_[IndexOf(name)].is_weak[static_cast<size_t>(operation)] = true;
}

Scenario WeakMemory::Under(Scenario scenario) {
  scenario.reset = [this, reset = std::move(scenario.reset)] {
    reset();
    Reset();
  };
  for (auto& client : scenario.clients) {
    client = [this, body = std::move(client)] {
      body();
      Absorb();
    };
  }
  scenario.before_switch = [this] { Absorb(); };
  scenario.invariant = [this, invariant = std::move(scenario.invariant)] {
    if (!race_.empty()) return race_;
    return invariant ? invariant() : std::string();
  };
  scenario.memory.push_back(std::as_bytes(std::span(&state_, 1)));
  return scenario;
}

void WeakMemory::Reset() {
  state_ = {};
  race_.clear();
  for (size_t i = 0; i < words_.size(); ++i) {
    state_.words[i].values[0].value = Newest(i);
    state_.words[i].count = 1;
  }
}

size_t WeakMemory::IndexOf(const void* word) const {
  const auto found = std::find_if(words_.begin(), words_.end(),
                                  [word](const Word& other) { return other.address == word; });
  return static_cast<size_t>(found - words_.begin());
}

size_t WeakMemory::IndexOf(const char* name) const {
  const auto found = std::find_if(words_.begin(), words_.end(), [name](const Word& other) {
    return std::string_view(other.name) == name;
  });
  if (found == words_.end()) Misused("there is no such watched word", name);
  return static_cast<size_t>(found - words_.begin());
}

uint64_t WeakMemory::Newest(size_t index) const {
  uint64_t value = 0;
  std::memcpy(&value, words_[index].address, words_[index].size_bytes);
  return value;
}

WeakMemory::Client& WeakMemory::Self() {
  return state_.clients[static_cast<size_t>(CurrentClient())];
}

std::memory_order WeakMemory::OrderOf(size_t index, Operation operation,
                                      std::memory_order order) const {
  return words_[index].is_weak[static_cast<size_t>(operation)] ? std::memory_order_relaxed : order;
}

bool WeakMemory::IsStep(const void* word, std::memory_order order, Operation operation) const {
  if (CurrentClient() < 0) return false;
  const size_t index = IndexOf(word);
  if (index == words_.size()) return false;
  return operation != Operation::kLoad || order != std::memory_order_relaxed ||
         !words_[index].ignores_relaxed_loads;
}

void WeakMemory::Step(const char* what, const char* name) {
  auto& step = steps_[static_cast<size_t>(CurrentClient())];
  std::snprintf(step.data(), step.size(), "%s %s", what, name);
  port::Point(step.data());
}

// A value that the histories do not know was written as plain bytes by the client that runs.
void WeakMemory::Absorb() {
  for (size_t i = 0; i < words_.size(); ++i) {
    const History& history = state_.words[i];
    if (history.values[history.count - 1].value == Newest(i)) continue;
    if (Self().view[i] + 1u != history.count) {
      race_ = std::string("a race: plain bytes over a value of ") + words_[i].name +
              " that their writer does not know of";
    }
    Append(i, std::memory_order_relaxed, {});
  }
}

// The word has its new value already.
void WeakMemory::Append(size_t index, std::memory_order order, const View& inherited) {
  History& history = state_.words[index];
  if (history.count == kMostValues) Misused("it was stored to too often", words_[index].name);
  Client& self = Self();
  const auto number = static_cast<uint8_t>(history.count++);
  self.view[index] = number;
  Value& value = history.values[number];
  value.value = Newest(index);
  value.released = Releases(order) ? self.view : self.released;
  value.released[index] = number;
  Merge(&value.released, inherited);
  if (order == std::memory_order_seq_cst) state_.consistent[index] = number;
}

// What comes with having read value `number`.
void WeakMemory::Acquire(size_t index, uint64_t number, std::memory_order order) {
  Client& self = Self();
  const Value& value = state_.words[index].values[number];
  self.view[index] = std::max(self.view[index], static_cast<uint8_t>(number));
  if (order == std::memory_order_seq_cst) {
    state_.consistent[index] = std::max(state_.consistent[index], static_cast<uint8_t>(number));
  }
  Merge(Acquires(order) ? &self.view : &self.acquired, value.released);
}

uint64_t WeakMemory::Load(const void* word, std::memory_order order) {
  const size_t index = IndexOf(word);
  Absorb();
  Step("load", words_[index].name);
  order = OrderOf(index, Operation::kLoad, order);
  uint8_t oldest = Self().view[index];
  if (order == std::memory_order_seq_cst) oldest = std::max(oldest, state_.consistent[index]);
  const uint64_t newest = state_.words[index].count - 1;
  // The newest comes first, so that the first schedules are those of consistent memory.
  const uint64_t number = newest - Choose(static_cast<uint32_t>(newest - oldest + 1));
  Acquire(index, number, order);
  return state_.words[index].values[number].value;
}

void WeakMemory::BeforeStore(const void* word) {
  Absorb();
  Step("store", words_[IndexOf(word)].name);
}

void WeakMemory::AfterStore(const void* word, std::memory_order order) {
  const size_t index = IndexOf(word);
  Append(index, OrderOf(index, Operation::kStore, order), {});
}

void WeakMemory::BeforeReadModifyWrite(const void* word) {
  Absorb();
  Step("read-modify-write", words_[IndexOf(word)].name);
}

void WeakMemory::AfterReadModifyWrite(const void* word, std::memory_order order, bool stored) {
  const size_t index = IndexOf(word);
  order = OrderOf(index, Operation::kReadModifyWrite, order);
  const uint64_t read = state_.words[index].count - 1;
  Acquire(index, read, order);
  if (stored) Append(index, order, state_.words[index].values[read].released);
}

void WeakMemory::Fence(std::memory_order order) {
  if (CurrentClient() < 0) return;
  Absorb();
  Step("fence", "");
  if (fences_are_weak_) return;
  Client& self = Self();
  if (Acquires(order)) Merge(&self.view, self.acquired);
  if (order == std::memory_order_seq_cst) {
    Merge(&self.view, state_.consistent);
    state_.consistent = self.view;
  }
  if (Releases(order)) self.released = self.view;
}

}  // namespace glasswal::model
