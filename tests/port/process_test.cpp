#include "port/process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string>

#include "port/child_process.h"
#include "port/clock.h"
#include "port/memory.h"

namespace glasswal::port {
namespace {

using test::ChildProcess;
using test::SleepForEver;

int SleepBody(const std::function<void()>& signal) {
  signal();
  SleepForEver();
}

/// An object that this process has mapped, and so every child of it.
const ObjectId& Mapped() {
  static const auto memory = NewAnonymousMemory(64 << 10);
  return (*memory)->object_id();
}

uint64_t IdOf(const ChildProcess& child) { return static_cast<uint64_t>(child.process_id()); }

// A process number that nobody has: that of a child that has been reaped.
uint64_t GoneProcess() {
  ChildProcess child([](const auto&) { return 0; });
  child.Wait();
  return IdOf(child);
}

TEST(Process, KnowsItself) {
  EXPECT_EQ(ProcessId(), static_cast<uint64_t>(getpid()));
  EXPECT_NE(ProcessStart(ProcessId()), 0u);
  EXPECT_EQ(ProcessStart(ProcessId()), ProcessStart(ProcessId()));
  EXPECT_NE(ProgramName(), "");
}

TEST(Process, NobodyHasNoStart) {
  EXPECT_EQ(ProcessStart(0), 0u);
  EXPECT_EQ(ProcessStart(UINT64_MAX), 0u);
  EXPECT_EQ(ProcessStart(GoneProcess()), 0u);
}

TEST(Process, StartIsFoundBehindAnyName) {
  ChildProcess plain(SleepBody);
  ASSERT_TRUE(plain.WaitForSignal());
  const uint64_t before = ProcessStart(IdOf(plain));
  ChildProcess odd([](const auto& signal) {
    prctl(PR_SET_NAME, "a) 1 (b) 2");
    return SleepBody(signal);
  });
  ASSERT_TRUE(odd.WaitForSignal());
  EXPECT_GE(ProcessStart(IdOf(odd)), before);
  // Ticks are hundredths of a second, so both children began within a few of them.
  EXPECT_LT(ProcessStart(IdOf(odd)), before + 2000);
}

TEST(ForkGeneration, GrowsInChildrenOnly) {
  const uint32_t before = ForkGeneration();
  ChildProcess child([&](const auto&) {
    if (ForkGeneration() != before + 1) return 1;
    ChildProcess grandchild([&](const auto&) { return ForkGeneration() == before + 2 ? 0 : 2; });
    return grandchild.Wait();
  });
  EXPECT_EQ(child.Wait(), 0);
  EXPECT_EQ(ForkGeneration(), before);
}

TEST(TerminateProcess, EndsAProcessAndWaitsForIt) {
  const ObjectId object = Mapped();
  ChildProcess child(SleepBody);
  ASSERT_TRUE(child.WaitForSignal());
  const Status status = TerminateProcess(IdOf(child), ProcessStart(IdOf(child)), object, 5000);
  EXPECT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(child.Wait(), -SIGKILL);
}

TEST(TerminateProcess, EndsAStoppedProcess) {
  const ObjectId object = Mapped();
  ChildProcess child(SleepBody);
  ASSERT_TRUE(child.WaitForSignal());
  const uint64_t start = ProcessStart(IdOf(child));
  kill(child.process_id(), SIGSTOP);
  EXPECT_TRUE(TerminateProcess(IdOf(child), start, object, 5000).ok());
  EXPECT_EQ(child.Wait(), -SIGKILL);
}

TEST(TerminateProcess, LeavesAnotherProcessOfTheSameNumberAlone) {
  ChildProcess child(SleepBody);
  ASSERT_TRUE(child.WaitForSignal());
  // For the caller the process that it means is gone, which is what it wanted.
  EXPECT_TRUE(TerminateProcess(IdOf(child), ProcessStart(IdOf(child)) + 1, Mapped(), 100).ok());
  usleep(20'000);
  EXPECT_TRUE(child.IsRunning());
}

TEST(TerminateProcess, IsContentWithAProcessThatIsGone) {
  EXPECT_TRUE(TerminateProcess(GoneProcess(), 12345, Mapped(), 100).ok());
  ChildProcess zombie([](const auto&) { return 0; });
  while (zombie.IsRunning()) SleepUs(1000);
  EXPECT_TRUE(TerminateProcess(IdOf(zombie), ProcessStart(IdOf(zombie)), Mapped(), 5000).ok());
}

TEST(TerminateProcess, RefusesWhatMakesNoSense) {
  for (const uint64_t process : {uint64_t{0}, uint64_t{1} << 32, UINT64_MAX, ProcessId()}) {
    const Status status = TerminateProcess(process, 1, Mapped(), 10);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << process;
    EXPECT_NE(status.message().find(std::to_string(process)), std::string::npos);
  }
  ChildProcess child(SleepBody);
  ASSERT_TRUE(child.WaitForSignal());
  EXPECT_EQ(TerminateProcess(IdOf(child), 0, Mapped(), 10).code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(child.IsRunning());
}

// A number in a region is whatever somebody wrote there.
TEST(TerminateProcess, LeavesAProcessAloneThatDoesNotMapTheObject) {
  ChildProcess child(SleepBody);
  ASSERT_TRUE(child.WaitForSignal());
  const auto unmapped = NewAnonymousMemory(64 << 10);  // After the child began.
  ASSERT_TRUE(unmapped.ok());
  for (const ObjectId& object : {(*unmapped)->object_id(), ObjectId{}}) {
    const Status status = TerminateProcess(IdOf(child), ProcessStart(IdOf(child)), object, 100);
    EXPECT_EQ(status.code(), StatusCode::kNotDead) << status.message();
    EXPECT_NE(status.message().find(std::to_string(IdOf(child))), std::string::npos);
    EXPECT_TRUE(child.IsRunning());
  }
}

TEST(TerminateProcess, LeavesAProcessOfAnotherUserAlone) {
  if (geteuid() != 0) GTEST_SKIP() << "Only root can become somebody else.";
  const ObjectId object = Mapped();
  ChildProcess child([](const auto& signal) {
    if (setuid(65534) != 0) return 1;
    return SleepBody(signal);
  });
  ASSERT_TRUE(child.WaitForSignal());
  const Status status = TerminateProcess(IdOf(child), ProcessStart(IdOf(child)), object, 100);
  EXPECT_EQ(status.code(), StatusCode::kNotDead) << status.message();
  EXPECT_NE(status.message().find("65534"), std::string::npos) << status.message();
  EXPECT_TRUE(child.IsRunning());
}

TEST(RandomBytes, FillsExactlyWhatItIsGiven) {
  std::set<uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    uint64_t value = 0;
    RandomBytes(&value, sizeof(value));
    seen.insert(value);
  }
  EXPECT_EQ(seen.size(), 1000u);
  std::array<unsigned char, 1024> bytes = {};
  RandomBytes(bytes.data(), 1000);
  EXPECT_EQ(std::count(bytes.begin() + 1000, bytes.end(), 0), 24);
  EXPECT_LT(std::count(bytes.begin(), bytes.begin() + 1000, 0), 50);
  RandomBytes(nullptr, 0);
}

TEST(Clock, GoesOn) {
  const uint64_t from = NowNs();
  SleepUs(2000);
  EXPECT_GE(NowNs(), from + 2'000'000);
  // The coarse clock is the same clock, some milliseconds late.
  EXPECT_LE(CoarseNowNs(), NowNs());
  EXPECT_GE(CoarseNowNs() + 100'000'000, NowNs());
  EXPECT_GT(WallClockUs(), int64_t{1'600'000'000'000'000});
}

}  // namespace
}  // namespace glasswal::port
