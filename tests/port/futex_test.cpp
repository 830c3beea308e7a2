#include "port/futex.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "glasswal/options.h"
#include "port/child_process.h"
#include "port/clock.h"
#include "port/memory.h"
#include "port/named_object.h"

namespace glasswal::port {
namespace {

constexpr uint64_t kUnit = 64 * kKiB;
constexpr uint64_t kMs = 1'000'000;
constexpr uint64_t kLong = 60'000 * kMs;

std::atomic<uint32_t>* WordIn(const Memory& memory) {
  return reinterpret_cast<std::atomic<uint32_t>*>(memory.base() + 128);
}

// Waits as every caller of FutexWait does: until the word has changed.
void WaitWhile(const std::atomic<uint32_t>* word, uint32_t expected) {
  while (word->load() == expected) FutexWait(word, expected, kLong);
}

TEST(Futex, ReturnsAtOnceWhenTheWordHasChanged) {
  const std::atomic<uint32_t> word{1};
  const uint64_t from = NowNs();
  FutexWait(&word, 0, kLong);
  EXPECT_LT(NowNs() - from, 5'000 * kMs);
}

TEST(Futex, ReturnsAtItsTimeout) {
  const std::atomic<uint32_t> word{0};
  const uint64_t from = NowNs();
  FutexWait(&word, 0, 30 * kMs);
  // An interruption may end the wait early, but never is it late by much.
  EXPECT_LT(NowNs() - from, 5'000 * kMs);
  FutexWait(&word, 0, 0);
  EXPECT_TRUE(MayWait());
  SpinPause();
}

TEST(Futex, WakeReachesThreads) {
  std::atomic<uint32_t> word{0};
  std::vector<std::thread> sleepers;
  for (int i = 0; i < 3; ++i) sleepers.emplace_back([&] { WaitWhile(&word, 0); });
  SleepUs(10'000);
  word.store(1);
  FutexWake(&word, UINT32_MAX);
  for (std::thread& sleeper : sleepers) sleeper.join();
}

// The same object at two addresses: only a futex that the kernel knows by the object can do this.
TEST(Futex, WakeReachesOtherMappings) {
  test::NamedObject object;
  auto one = CreateNamedMemory(object.name(), kUnit);
  auto two = OpenNamedMemory(object.name());
  auto read_only = OpenNamedMemoryReadOnly(object.name());
  ASSERT_TRUE(one.ok() && two.ok() && read_only.ok());
  ASSERT_NE((*one)->base(), (*two)->base());
  std::thread sleeper([&] { WaitWhile(WordIn(**two), 0); });
  std::thread reader([&] { WaitWhile(WordIn(**read_only), 0); });
  SleepUs(10'000);
  WordIn(**one)->store(1);
  FutexWake(WordIn(**one), 2);
  sleeper.join();
  reader.join();
}

TEST(Futex, WakeReachesOtherProcesses) {
  test::NamedObject object;
  auto memory = CreateNamedMemory(object.name(), kUnit);
  ASSERT_TRUE(memory.ok());
  test::ChildProcess child([&](const auto& signal) {
    auto opened = OpenNamedMemory(object.name());
    if (!opened.ok()) return 1;
    signal();
    const uint64_t from = NowNs();
    WaitWhile(WordIn(**opened), 0);
    return NowNs() - from < 20'000 * kMs ? 0 : 2;
  });
  ASSERT_TRUE(child.WaitForSignal());
  SleepUs(10'000);
  WordIn(**memory)->store(1);
  FutexWake(WordIn(**memory), 1);
  EXPECT_EQ(child.Wait(), 0);
}

}  // namespace
}  // namespace glasswal::port
