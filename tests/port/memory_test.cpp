#include "port/memory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <thread>
#include <vector>

#include "glasswal/options.h"
#include "port/child_process.h"
#include "port/named_object.h"
#include "port/point.h"
#include "port/small_shm.h"

namespace glasswal::port {
namespace {

using test::ChildProcess;
using test::NamedObject;

constexpr uint64_t kUnit = 64 * kKiB;

bool AllZero(const std::byte* from, uint64_t size_bytes) {
  return std::all_of(from, from + size_bytes, [](std::byte b) { return b == std::byte{0}; });
}

void ExpectRangesChecked(Memory* memory) {
  const uint64_t size = memory->size_bytes();
  EXPECT_TRUE(memory->Commit(0, size).ok());
  EXPECT_TRUE(memory->Commit(0, size).ok());
  EXPECT_TRUE(memory->Commit(size, 0).ok());
  const uint64_t bad[][2] = {{0, size + kUnit},
                             {size, kUnit},
                             {1, kUnit},
                             {0, kUnit + 1},
                             {UINT64_MAX - kUnit + 1, kUnit},
                             {kUnit, UINT64_MAX - kUnit + 1}};
  for (const auto& range : bad) {
    const Status status = memory->Commit(range[0], range[1]);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << range[0] << " " << range[1];
    EXPECT_NE(status.message(), "");
  }
}

TEST(BlockMemory, ChecksRangesAndGivesLiveness) {
  std::vector<std::byte> block(4 * kUnit);
  auto memory = NewBlockMemory(block.data(), block.size(), NewLocalLivenessGroup());
  EXPECT_EQ(memory->base(), block.data());
  EXPECT_EQ(memory->size_bytes(), block.size());
  EXPECT_EQ(memory->name(), "");
  ExpectRangesChecked(memory.get());
  EXPECT_TRUE(memory->NewLiveness().ok());
}

TEST(BlockMemory, WithoutLivenessGroupSaysSo) {
  alignas(64) std::byte block[64];
  auto memory = NewBlockMemory(block, sizeof(block), nullptr);
  EXPECT_EQ(memory->NewLiveness().status().code(), StatusCode::kInvalidArgument);
}

TEST(AnonymousMemory, IsZeroAndChecksRanges) {
  auto memory = NewAnonymousMemory(8 * kUnit);
  ASSERT_TRUE(memory.ok()) << memory.status().message();
  ExpectRangesChecked(memory->get());
  EXPECT_TRUE(AllZero((*memory)->base(), 8 * kUnit));
  std::memset((*memory)->base(), 7, 8 * kUnit);
  EXPECT_TRUE((*memory)->Commit(0, 8 * kUnit).ok());
  EXPECT_EQ((*memory)->base()[8 * kUnit - 1], std::byte{7});
}

TEST(AnonymousMemory, RefusesBadSizes) {
  for (const uint64_t size : {uint64_t{0}, uint64_t{1}, kUnit + 1, UINT64_MAX - kUnit + 1}) {
    EXPECT_EQ(NewAnonymousMemory(size).status().code(), StatusCode::kInvalidArgument) << size;
  }
  // Nobody has 4 EiB of address space; the refusal is the system's.
  EXPECT_FALSE(NewAnonymousMemory(uint64_t{1} << 62).ok());
}

TEST(NamedMemory, IsSharedByThoseWhoOpenIt) {
  NamedObject object;
  auto creator = CreateNamedMemory(object.name(), 64 * kMiB);
  ASSERT_TRUE(creator.ok()) << creator.status().message();
  auto opener = OpenNamedMemory(object.name());
  ASSERT_TRUE(opener.ok()) << opener.status().message();
  EXPECT_EQ((*opener)->name(), object.name());
  EXPECT_EQ((*opener)->size_bytes(), 64 * kMiB);
  EXPECT_NE((*opener)->base(), (*creator)->base());
  (*creator)->base()[5] = std::byte{42};
  EXPECT_EQ((*opener)->base()[5], std::byte{42});
  ExpectRangesChecked(opener->get());
}

TEST(NamedMemory, IsPrivateToTheUserAndSparse) {
  NamedObject object;
  auto memory = CreateNamedMemory(object.name(), kGiB);
  ASSERT_TRUE(memory.ok()) << memory.status().message();
  struct stat facts = {};
  ASSERT_EQ(stat(object.path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600u);
  // Only the first unit stands behind it, so that the header can always be read.
  EXPECT_EQ(static_cast<uint64_t>(facts.st_blocks) * 512, kUnit);
  ASSERT_TRUE((*memory)->Commit(kUnit, 16 * kUnit).ok());
  ASSERT_EQ(stat(object.path().c_str(), &facts), 0);
  EXPECT_EQ(static_cast<uint64_t>(facts.st_blocks) * 512, 17 * kUnit);
}

TEST(NamedMemory, NamesAreChecked) {
  for (const std::string name : {"", ".hidden", "a/b", "a b", "\xc3\xa4", "..", "a\n"}) {
    EXPECT_EQ(CheckRegionName(name).code(), StatusCode::kInvalidArgument) << name;
    EXPECT_EQ(CreateNamedMemory(name, kUnit).status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(OpenNamedMemory(name).status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(OpenNamedMemoryReadOnly(name).status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(UnlinkNamedMemory(name).code(), StatusCode::kInvalidArgument);
  }
  EXPECT_TRUE(CheckRegionName(std::string(200, 'x')).ok());
  EXPECT_FALSE(CheckRegionName(std::string(201, 'x')).ok());
  EXPECT_TRUE(CheckRegionName("A-b_c.9").ok());
}

TEST(NamedMemory, SaysWhatIsAndIsNotThere) {
  NamedObject object;
  EXPECT_EQ(OpenNamedMemory(object.name()).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(OpenNamedMemoryReadOnly(object.name()).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(UnlinkNamedMemory(object.name()).code(), StatusCode::kNotFound);
  auto memory = CreateNamedMemory(object.name(), kUnit);
  ASSERT_TRUE(memory.ok());
  const Status again = CreateNamedMemory(object.name(), kUnit).status();
  EXPECT_EQ(again.code(), StatusCode::kAlreadyExists);
  EXPECT_NE(again.message().find(object.name()), std::string::npos) << again.message();
}

TEST(NamedMemory, EmptyObjectIsNotReady) {
  NamedObject object;
  const int descriptor = open(object.path().c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
  ASSERT_GE(descriptor, 0);
  close(descriptor);
  EXPECT_EQ(OpenNamedMemory(object.name()).status().code(), StatusCode::kNotReady);
}

/// Opens `name` in a child, for opening what it should not may wait for ever, and expects a refusal
/// that names the object.
void ExpectRefused(const NamedObject& object, const std::string& why) {
  ChildProcess child([&](const auto&) {
    alarm(10);
    for (const Status& status :
         {OpenNamedMemory(object.name()).status(), OpenNamedMemoryReadOnly(object.name()).status(),
          OpenNamedObjectReader(object.name()).status()}) {
      if (status.code() != StatusCode::kRefused) return 1;
      if (status.message().find(object.path()) == std::string::npos) return 2;
      if (status.message().find(why) == std::string::npos) return 3;
    }
    const auto mine = NewAnonymousMemory(kUnit);
    return IsCurrentNamedMemory(object.name(), **mine) ? 4 : 0;
  });
  EXPECT_EQ(child.Wait(), 0) << why;
}

// Names in /dev/shm are anybody's to take first.
TEST(NamedMemory, OfOthersOrWithRightsForOthersIsRefused) {
  NamedObject object;
  const auto memory = CreateNamedMemory(object.name(), kUnit);
  ASSERT_TRUE(memory.ok());
  for (const mode_t mode : {0666, 0640, 0604, 0601, 0610}) {
    ASSERT_EQ(chmod(object.path().c_str(), mode), 0);
    ExpectRefused(object, "rights to other users");
  }
  ASSERT_EQ(chmod(object.path().c_str(), 0600), 0);
  EXPECT_TRUE(OpenNamedMemory(object.name()).ok());
  if (geteuid() != 0) GTEST_SKIP() << "Only root can give a file away.";
  ASSERT_EQ(chown(object.path().c_str(), 65534, 65534), 0);
  ExpectRefused(object, "belongs to user 65534");
}

TEST(NamedMemory, WhatIsNoRegularFileIsRefusedWithoutWaiting) {
  NamedObject fifo;
  ASSERT_EQ(mkfifo(fifo.path().c_str(), 0600), 0);
  ExpectRefused(fifo, "a FIFO");
  NamedObject folder;
  ASSERT_EQ(mkdir(folder.path().c_str(), 0700), 0);
  ExpectRefused(folder, "a folder");
  rmdir(folder.path().c_str());
  NamedObject object;
  const auto memory = CreateNamedMemory(object.name(), kUnit);
  ASSERT_TRUE(memory.ok());
  NamedObject link;
  ASSERT_EQ(symlink(object.path().c_str(), link.path().c_str()), 0);
  ExpectRefused(link, "a symbolic link");
}

TEST(NamedObjectReader, ReadsWhatOthersWriteAndNoMoreThanIsThere) {
  NamedObject object;
  const auto memory = CreateNamedMemory(object.name(), 2 * kUnit);
  ASSERT_TRUE(memory.ok());
  const auto reader = OpenNamedObjectReader(object.name());
  ASSERT_TRUE(reader.ok()) << reader.status().message();
  EXPECT_EQ((*reader)->size_bytes(), 2 * kUnit);
  EXPECT_EQ((*reader)->object_id(), (*memory)->object_id());
  (*memory)->base()[kUnit - 1] = std::byte{7};
  std::byte bytes[2] = {};
  EXPECT_TRUE((*reader)->Read(kUnit - 1, 2, bytes));
  EXPECT_EQ(bytes[0], std::byte{7});
  EXPECT_TRUE((*reader)->Read(2 * kUnit, 0, bytes));
  EXPECT_FALSE((*reader)->Read(2 * kUnit - 1, 2, bytes));
  EXPECT_FALSE((*reader)->Read(UINT64_MAX, 2, bytes));
}

TEST(NamedObjectReader, TellsWhoIsDeadAndHoldsNothing) {
  const NamedObject object;
  const auto memory = CreateNamedMemory(object.name(), kUnit);
  ASSERT_TRUE(memory.ok());
  const auto own = (*memory)->NewLiveness();
  ASSERT_TRUE(own.ok());
  ASSERT_TRUE((*own)->Hold(3));
  const auto reader = OpenNamedObjectReader(object.name());
  ASSERT_TRUE(reader.ok());
  const auto seen = (*reader)->NewLiveness();
  ASSERT_TRUE(seen.ok()) << seen.status().message();
  EXPECT_FALSE((*seen)->IsDead(3));
  EXPECT_TRUE((*seen)->IsDead(4));
  EXPECT_FALSE((*seen)->Hold(4)) << "it is open for reading only";
  (*own)->Drop(3);
  EXPECT_TRUE((*seen)->IsDead(3));
}

TEST(NamedObjects, AreListedInOrderAndFilesOfOtherNamesAreNot) {
  const NamedObject one;
  const NamedObject two;
  ASSERT_TRUE(CreateNamedMemory(two.name(), kUnit).ok());
  ASSERT_TRUE(CreateNamedMemory(one.name(), kUnit).ok());
  const std::string other = "/dev/shm/glasswal. \x1b[31m" + one.name();
  ASSERT_TRUE(std::ofstream(other).good());
  const auto names = ListNamedObjects();
  std::remove(other.c_str());
  ASSERT_TRUE(names.ok()) << names.status().message();
  EXPECT_TRUE(std::is_sorted(names->begin(), names->end()));
  EXPECT_EQ(std::count(names->begin(), names->end(), one.name()), 1);
  EXPECT_EQ(std::count(names->begin(), names->end(), two.name()), 1);
  for (const std::string& name : *names) EXPECT_EQ(name.find('\x1b'), std::string::npos);
}

TEST(NamedObjectReader, WhatWasCutOffIsAnErrorAndNoSigbus) {
  NamedObject object;
  const auto memory = CreateNamedMemory(object.name(), 2 * kUnit);
  ASSERT_TRUE(memory.ok());
  const auto reader = OpenNamedObjectReader(object.name());
  ASSERT_TRUE(reader.ok());
  ASSERT_EQ(truncate(object.path().c_str(), 0), 0);
  uint64_t word = 0;
  EXPECT_FALSE((*reader)->Read(0, sizeof(word), &word));
  EXPECT_EQ((*reader)->SizeNow(), 0u);
  EXPECT_EQ((*reader)->size_bytes(), 2 * kUnit);
  EXPECT_EQ(OpenNamedObjectReader(object.name()).status().code(), StatusCode::kNotReady);
}

TEST(NamedMemory, CurrentIsTheObjectThatTheNameLeadsTo) {
  NamedObject object;
  auto first = CreateNamedMemory(object.name(), kUnit);
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(IsCurrentNamedMemory(object.name(), **first));
  EXPECT_FALSE(IsCurrentNamedMemory(object.name() + "x", **first));
  ASSERT_TRUE(UnlinkNamedMemory(object.name()).ok());
  EXPECT_FALSE(IsCurrentNamedMemory(object.name(), **first));
  auto second = CreateNamedMemory(object.name(), kUnit);
  ASSERT_TRUE(second.ok());
  EXPECT_FALSE(IsCurrentNamedMemory(object.name(), **first));
  EXPECT_TRUE(IsCurrentNamedMemory(object.name(), **second));
  std::vector<std::byte> block(kUnit);
  EXPECT_FALSE(IsCurrentNamedMemory(object.name(), *NewBlockMemory(block.data(), kUnit, nullptr)));
}

TEST(NamedMemory, ReadOnlyMappingCannotBeWritten) {
  NamedObject object;
  auto writer = CreateNamedMemory(object.name(), 2 * kUnit);
  ASSERT_TRUE(writer.ok());
  auto reader = OpenNamedMemoryReadOnly(object.name());
  ASSERT_TRUE(reader.ok()) << reader.status().message();
  (*writer)->base()[9] = std::byte{3};
  EXPECT_EQ((*reader)->base()[9], std::byte{3});
  EXPECT_EQ((*reader)->Commit(0, kUnit).code(), StatusCode::kInvalidArgument);
  EXPECT_NE(mprotect((*reader)->base(), kUnit, PROT_READ | PROT_WRITE), 0);
  ChildProcess child([&](const auto&) {
    signal(SIGSEGV, SIG_DFL);
    const_cast<volatile std::byte*>((*reader)->base())[9] = std::byte{4};
    return 0;
  });
  EXPECT_EQ(child.Wait(), -SIGSEGV);
  EXPECT_EQ((*writer)->base()[9], std::byte{3});
}

TEST(NamedMemory, OneOfManyCreatorsWins) {
  NamedObject object;
  std::atomic<int> won{0};
  std::vector<std::thread> creators;
  for (int i = 0; i < 8; ++i) {
    creators.emplace_back([&] {
      auto memory = CreateNamedMemory(object.name(), 4 * kUnit);
      if (memory.ok()) {
        won.fetch_add(1);
        return;
      }
      EXPECT_EQ(memory.status().code(), StatusCode::kAlreadyExists) << memory.status().message();
      auto opened = OpenNamedMemory(object.name());
      ASSERT_TRUE(opened.ok()) << opened.status().message();
      EXPECT_EQ((*opened)->size_bytes(), 4 * kUnit);
    });
  }
  for (std::thread& creator : creators) creator.join();
  EXPECT_EQ(won.load(), 1);
}

TEST(NamedMemory, CreatorKilledBeforeTheNameLeavesNothing) {
  NamedObject object;
  ChildProcess child([&](const auto&) {
    SetPointHook([](const char*, void*) { raise(SIGKILL); }, nullptr);
    return CreateNamedMemory(object.name(), kUnit).ok() ? 0 : 1;
  });
  EXPECT_EQ(child.Wait(), -SIGKILL);
  EXPECT_EQ(OpenNamedMemory(object.name()).status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(CreateNamedMemory(object.name(), kUnit).ok());
}

TEST(NamedMemory, FullMachineIsAnErrorAndNeverSigbus) {
  NamedObject object;
  ChildProcess child([&](const auto&) {
    if (!test::MountSmallShm(kMiB)) return test::kNoSmallShm;
    auto memory = CreateNamedMemory(object.name(), 64 * kMiB);
    if (!memory.ok()) return 1;
    if (!(*memory)->Commit(0, 8 * kUnit).ok()) return 2;
    const Status full = (*memory)->Commit(8 * kUnit, 32 * kUnit);
    if (full.code() != StatusCode::kFull) return 3;
    if (full.message().find("No space left") == std::string::npos) return 4;
    // What was committed before can be used, and so can what still fits.
    if (!(*memory)->Commit(8 * kUnit, 8 * kUnit).ok()) return 5;
    std::memset((*memory)->base(), 1, 16 * kUnit);
    if ((*memory)->Commit(16 * kUnit, kUnit).code() != StatusCode::kFull) return 6;
    const Status second = CreateNamedMemory(object.name() + "-2", kUnit).status();
    if (second.code() != StatusCode::kFull) return 7;
    // A creation that failed leaves no name behind.
    return OpenNamedMemory(object.name() + "-2").status().code() == StatusCode::kNotFound ? 0 : 8;
  });
  const int code = child.Wait();
  if (code == test::kNoSmallShm) GTEST_SKIP() << "No tmpfs can be mounted here.";
  EXPECT_EQ(code, 0);
}

TEST(NamedMemory, WhatHasNoAddressesLeavesNoName) {
  NamedObject object;
  // As large as all addresses of a process together.
  EXPECT_EQ(CreateNamedMemory(object.name(), uint64_t{1} << 47).status().code(), StatusCode::kFull);
  EXPECT_EQ(OpenNamedMemory(object.name()).status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(CreateNamedMemory(object.name(), kMiB).ok());
}

TEST(NamedMemory, FileSizeLimitIsAnError) {
  NamedObject object;
  ChildProcess child([&](const auto&) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {kMiB, kMiB};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    if (CreateNamedMemory(object.name(), 64 * kMiB).status().code() != StatusCode::kSystem)
      return 2;
    return CreateNamedMemory(object.name(), kMiB).ok() ? 0 : 3;
  });
  EXPECT_EQ(child.Wait(), 0);
}

// The kernel's answer to a file beyond the limit is a signal, which ends a host that knows nothing
// of it.
TEST(NamedMemory, FileSizeLimitIsAnErrorThatNamesItAndNoSignal) {
  NamedObject large;
  const auto others = CreateNamedMemory(large.name(), 64 * kMiB);
  ASSERT_TRUE(others.ok());
  NamedObject object;
  ChildProcess child([&](const auto&) {
    signal(SIGXFSZ, SIG_DFL);
    const rlimit limit = {kMiB, kMiB};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    for (const auto& made : {CreateNamedMemory(object.name(), 64 * kMiB).status(),
                             NewAnonymousMemory(64 * kMiB).status(),
                             CreateNamedMemory(object.name(), 2 * kMiB).status()}) {
      if (made.code() != StatusCode::kSystem) return 2;
      if (made.message().find("ulimit -f") == std::string::npos) return 3;
      if (made.message().find(std::to_string(kMiB)) == std::string::npos) return 4;
    }
    if (!CreateNamedMemory(object.name(), kMiB).ok()) return 5;
    // What somebody else made larger can be used and grown.
    const auto opened = OpenNamedMemory(large.name());
    return opened.ok() && (*opened)->Commit(32 * kMiB, kMiB).ok() ? 0 : 6;
  });
  EXPECT_EQ(child.Wait(), 0);
}

// A profiler's signals interrupt a large allocation all the time; it must come to its end anyway.
TEST(NamedMemory, CommitSurvivesFrequentSignals) {
  NamedObject object;
  ChildProcess child([&](const auto&) {
    struct sigaction action = {};
    action.sa_handler = [](int) {};
    sigaction(SIGALRM, &action, nullptr);
    const itimerval often = {{0, 5000}, {0, 5000}};
    setitimer(ITIMER_REAL, &often, nullptr);
    auto memory = CreateNamedMemory(object.name(), 256 * kMiB);
    return memory.ok() && (*memory)->Commit(0, 256 * kMiB).ok() ? 0 : 1;
  });
  EXPECT_EQ(child.Wait(), 0);
}

}  // namespace
}  // namespace glasswal::port
