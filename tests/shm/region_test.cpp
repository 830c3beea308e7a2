#include "shm/region.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstring>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "glasswal/event.h"
#include "port/child_process.h"
#include "port/named_object.h"
#include "port/point.h"
#include "port/small_shm.h"
#include "shm/block.h"
#include "shm/segments.h"

namespace glasswal::shm {
namespace {

using test::Block;
using test::ChildProcess;
using test::NamedObject;
using test::SmallOptions;
using testing::HasSubstr;

constexpr uint64_t kBlockBytes = 2 * kMiB;

StatusCode AttachCode(const Block& block) { return Region::Attach(block.memory()).status().code(); }

void Format(const Block& block) {
  const auto region = Region::Create(block.memory(), SmallOptions());
  ASSERT_TRUE(region.ok()) << region.status().message();
}

Options FewEvents(uint32_t events) {
  Options options;
  options.event_capacity = events;
  options.statement_capacity = 16;
  return options;
}

TEST(PlanGeometry, LeavesRoomAndNeverOverlaps) {
  for (const uint64_t capacity :
       {2 * kMiB, 2 * kMiB + 65535, 100 * kMiB, 36 * kGiB, kMaxRegionBytes}) {
    const auto plan = PlanGeometry(capacity, FewEvents(64));
    ASSERT_TRUE(plan.ok()) << plan.status().message();
    EXPECT_EQ(plan->capacity_bytes, capacity / kSegmentBytes * kSegmentBytes);
    EXPECT_EQ(plan->segment_count, plan->capacity_bytes / kSegmentBytes);
    EXPECT_GE(plan->segment_count - plan->first_segment, 16u);
    EXPECT_GE(plan->clients_offset, sizeof(ShmHeader));
    EXPECT_GE(plan->files_offset, plan->clients_offset + kMaxClients * sizeof(ShmClient));
    EXPECT_GE(plan->recoveries_offset, plan->files_offset + kMaxFiles * sizeof(ShmFile));
    EXPECT_GE(plan->events_offset, plan->recoveries_offset + kMaxRecoveries * sizeof(ShmRecovery));
    EXPECT_GE(plan->statements_offset, plan->events_offset + 64 * sizeof(ShmEvent));
    EXPECT_GE(plan->segments_offset, plan->statements_offset + 16 * sizeof(ShmStatement));
    EXPECT_LE(plan->segments_offset + plan->segment_count * 8, plan->first_segment * kSegmentBytes);
  }
}

TEST(PlanGeometry, RefusesWhatCannotBe) {
  for (const uint64_t capacity :
       {uint64_t{0}, uint64_t{1}, kMiB, kMaxRegionBytes + kSegmentBytes, UINT64_MAX}) {
    EXPECT_EQ(PlanGeometry(capacity, FewEvents(64)).status().code(), StatusCode::kInvalidArgument)
        << capacity;
  }
  EXPECT_FALSE(PlanGeometry(2 * kMiB, FewEvents(1 << 20)).ok());
}

TEST(RegionCreate, WritesEverythingThatTheOptionsSay) {
  Block block(kBlockBytes);
  Options options = SmallOptions();
  options.initial_database_capacity_bytes = 3 * kSegmentBytes - 5;
  options.max_database_capacity_bytes = 5 * kMiB;
  options.initial_write_ahead_capacity_bytes = 2 * kSegmentBytes;
  options.max_write_ahead_capacity_bytes = 6 * kMiB;
  options.stale_ms = 1234;
  options.on_stale = OnStale::kEvict;
  const auto created = Region::Create(block.memory(), options);
  ASSERT_TRUE(created.ok()) << created.status().message();
  const auto attached = Region::Attach(block.memory());
  ASSERT_TRUE(attached.ok()) << attached.status().message();
  const ShmHeader& header = *(*attached)->header();
  const uint32_t first = (*attached)->geometry().first_segment;
  EXPECT_EQ(header.magic.load(), kMagic);
  EXPECT_EQ(std::memcmp(block.header(), "glasswal", 8), 0);
  EXPECT_EQ(header.committed_segments.load(), first + 5);
  EXPECT_EQ(header.free_segments.load(), 5u);
  EXPECT_EQ(header.grown.load(), 0u);
  EXPECT_EQ(header.initial_database_bytes.load(), 3 * kSegmentBytes - 5);
  EXPECT_EQ(header.max_database_bytes.load(), 5 * kMiB);
  EXPECT_EQ(header.initial_wal_bytes.load(), 2 * kSegmentBytes);
  EXPECT_EQ(header.max_wal_bytes.load(), 6 * kMiB);
  EXPECT_EQ(header.stale_ns.load(), 1'234'000'000u);
  EXPECT_EQ(header.evict_stale.load(), 1u);
  EXPECT_EQ(header.fixed_capacity.load(), 0u);
  EXPECT_EQ(header.event_level.load(), static_cast<uint32_t>(EventLevel::kInfo));
  EXPECT_NE(header.runtime_id[0].load() | header.runtime_id[1].load(), 0u);
  for (uint32_t segment = 0; segment < (*attached)->geometry().segment_count; ++segment) {
    const SegmentKind kind = SegmentKindOf((*attached)->segment_word(segment)->load());
    EXPECT_EQ(kind, segment < first ? kSegmentMetadata : kSegmentFree);
    EXPECT_EQ((*attached)->IsDataSegment(segment), segment >= first);
  }
  EXPECT_FALSE((*attached)->IsDataSegment((*attached)->geometry().segment_count));
}

TEST(RegionCreate, FixedCapacityCommitsAll) {
  Options options = SmallOptions();
  options.fixed_capacity = true;
  auto memory = port::NewAnonymousMemory(kBlockBytes);
  ASSERT_TRUE(memory.ok());
  const auto region = Region::Create(std::move(*memory), options);
  ASSERT_TRUE(region.ok()) << region.status().message();
  EXPECT_EQ((*region)->header()->committed_segments.load(), kBlockBytes / kSegmentBytes);
  EXPECT_EQ((*region)->header()->fixed_capacity.load(), 1u);
}

TEST(RegionCreate, RefusesBadOptionsAndMemory) {
  Block block(kBlockBytes);
  Options options = SmallOptions();
  options.stale_ms = 0;
  EXPECT_THAT(Region::Create(block.memory(), options).status().message(), HasSubstr("stale_ms"));
  EXPECT_EQ(Region::Create(block.memory(kMiB), SmallOptions()).status().code(),
            StatusCode::kInvalidArgument);
  // The defaults want 24 MiB from the start.
  const Status small = Region::Create(block.memory(), Options()).status();
  EXPECT_EQ(small.code(), StatusCode::kInvalidArgument) << small.message();
  auto odd = port::NewBlockMemory(reinterpret_cast<std::byte*>(block.header()) + 8,
                                  kBlockBytes - kSegmentBytes, nullptr);
  EXPECT_EQ(Region::Create(std::move(odd), SmallOptions()).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(block.header()->magic.load(), 0u);
}

TEST(RegionCreate, FinishedRegionIsNotFormattedAgain) {
  Block block(kBlockBytes);
  Format(block);
  const uint64_t id = block.header()->runtime_id[0].load();
  EXPECT_EQ(Region::Create(block.memory(), SmallOptions()).status().code(),
            StatusCode::kAlreadyExists);
  EXPECT_EQ(block.header()->runtime_id[0].load(), id);
}

TEST(RegionCreate, KilledCreatorCanBeSucceededWithOtherOptions) {
  for (const char* last : {"region.create.commit", "segments.grow.commit", "segments.grow.cas",
                           "region.create.magic"}) {
    NamedObject object;
    ChildProcess child([&](const auto&) {
      port::SetPointHook(
          [](const char* name, void* wanted) {
            if (std::strcmp(name, static_cast<const char*>(wanted)) == 0) raise(SIGKILL);
          },
          const_cast<char*>(last));
      auto memory = port::CreateNamedMemory(object.name(), 8 * kMiB);
      if (!memory.ok()) return 1;
      return Region::Create(std::move(*memory), SmallOptions()).ok() ? 0 : 2;
    });
    EXPECT_EQ(child.Wait(), -SIGKILL) << last;
    auto memory = port::OpenNamedMemory(object.name());
    ASSERT_TRUE(memory.ok()) << memory.status().message();
    EXPECT_EQ(Region::Attach(std::move(*memory)).status().code(), StatusCode::kNotReady);
    Options options = SmallOptions();
    options.event_capacity = 1024;
    auto region = Region::Create(std::move(*port::OpenNamedMemory(object.name())), options);
    ASSERT_TRUE(region.ok()) << region.status().message();
    for (uint32_t i = 0; i < 1024; ++i) ASSERT_EQ((*region)->event(i)->state.load(), 0u);
    EXPECT_TRUE(Region::Attach(std::move(*port::OpenNamedMemory(object.name()))).ok());
  }
}

TEST(RegionCreate, FullMachineIsAnError) {
  ChildProcess child([&](const auto&) {
    if (!test::MountSmallShm(kMiB)) return test::kNoSmallShm;
    auto memory = port::CreateNamedMemory("r", 64 * kMiB);
    if (!memory.ok()) return 1;
    Options options = SmallOptions();
    options.initial_database_capacity_bytes = 2 * kMiB;
    if (Region::Create(std::move(*memory), options).status().code() != StatusCode::kFull) return 2;
    // The remains are not ready, and the memory serves for one that is content with less.
    if (Region::Attach(std::move(*port::OpenNamedMemory("r"))).status().code() !=
        StatusCode::kNotReady) {
      return 3;
    }
    return Region::Create(std::move(*port::OpenNamedMemory("r")), SmallOptions()).ok() ? 0 : 4;
  });
  const int code = child.Wait();
  if (code == test::kNoSmallShm) GTEST_SKIP() << "No tmpfs can be mounted here.";
  EXPECT_EQ(code, 0);
}

TEST(RegionAttach, ReadOnlyMappingIsEnough) {
  NamedObject object;
  auto memory = port::CreateNamedMemory(object.name(), 8 * kMiB);
  ASSERT_TRUE(memory.ok());
  const auto created = Region::Create(std::move(*memory), SmallOptions());
  ASSERT_TRUE(created.ok());
  auto read_only = port::OpenNamedMemoryReadOnly(object.name());
  ASSERT_TRUE(read_only.ok());
  const auto attached = Region::Attach(std::move(*read_only));
  ASSERT_TRUE(attached.ok()) << attached.status().message();
  EXPECT_EQ((*attached)->header()->runtime_id[0].load(),
            (*created)->header()->runtime_id[0].load());
}

TEST(RegionAttach, UnfinishedForeignAndOtherVersions) {
  Block block(kBlockBytes);
  EXPECT_EQ(AttachCode(block), StatusCode::kNotReady);
  Format(block);
  ShmHeader* header = block.header();
  EXPECT_EQ(AttachCode(block), StatusCode::kOk);
  header->magic.store(kMagic + 1);
  EXPECT_EQ(AttachCode(block), StatusCode::kCorrupt);
  header->magic.store(0);
  EXPECT_EQ(AttachCode(block), StatusCode::kNotReady);
  header->magic.store(kMagic);
  header->version.store(kLayoutVersion + 1);
  EXPECT_EQ(AttachCode(block), StatusCode::kVersionMismatch);
  header->version.store(kLayoutVersion);
  header->layout_hash_low.store(kLayoutHash ^ 1);
  EXPECT_EQ(AttachCode(block), StatusCode::kVersionMismatch);
}

TEST(RegionAttach, MemoryThatIsTooSmall) {
  Block block(kBlockBytes);
  Format(block);
  for (uint64_t size = 0; size < kBlockBytes; size += size < 8192 ? 64 : 4096) {
    EXPECT_EQ(Region::Attach(block.memory(size)).status().code(), StatusCode::kCorrupt) << size;
  }
  EXPECT_TRUE(Region::Attach(block.memory(kBlockBytes)).ok());
}

TEST(RegionAttach, TinyNamedObject) {
  NamedObject object;
  const int descriptor = open(object.path().c_str(), O_RDWR | O_CREAT, 0600);
  ASSERT_EQ(write(descriptor, "glasswal", 8), 8);
  close(descriptor);
  auto memory = port::OpenNamedMemory(object.name());
  ASSERT_TRUE(memory.ok());
  EXPECT_EQ(Region::Attach(std::move(*memory)).status().code(), StatusCode::kCorrupt);
}

TEST(ReadGeometry, MetadataOfACaptureIsEnough) {
  Block block(kBlockBytes);
  Format(block);
  const auto whole = ReadGeometry(*block.header(), kBlockBytes);
  ASSERT_TRUE(whole.ok());
  const uint64_t metadata = whole->first_segment * kSegmentBytes;
  EXPECT_TRUE(ReadGeometry(*block.header(), metadata).ok());
  EXPECT_FALSE(ReadGeometry(*block.header(), whole->segments_offset).ok());
}

// Every field of the geometry, with every value that might lead an unwary reader astray.
TEST(ReadGeometry, EachSpoiltFieldIsFound) {
  Block block(kBlockBytes);
  Format(block);
  ShmHeader* header = block.header();
  Atomic64* const wide[] = {&header->capacity_bytes, &header->clients_offset,
                            &header->files_offset,   &header->recoveries_offset,
                            &header->events_offset,  &header->segments_offset};
  Atomic32* const narrow[] = {&header->segment_count, &header->first_segment,
                              &header->event_capacity};
  const uint64_t metadata_end = header->first_segment.load() * kSegmentBytes;
  const uint64_t values[] = {metadata_end - 64,
                             metadata_end,
                             0,
                             1,
                             63,
                             64,
                             kSegmentBytes - 64,
                             kBlockBytes - 64,
                             kBlockBytes,
                             uint64_t{1} << 31,
                             uint64_t{1} << 32,
                             UINT64_MAX - 63,
                             UINT64_MAX};
  for (Atomic64* field : wide) {
    const uint64_t good = field->load();
    for (const uint64_t value : values) {
      field->store(value);
      EXPECT_EQ(AttachCode(block), value == good ? StatusCode::kOk : StatusCode::kCorrupt) << value;
    }
    field->store(good);
  }
  for (Atomic32* field : narrow) {
    const uint32_t good = field->load();
    for (const uint64_t value : values) {
      const auto narrowed = static_cast<uint32_t>(value);
      field->store(narrowed);
      EXPECT_EQ(AttachCode(block), narrowed == good ? StatusCode::kOk : StatusCode::kCorrupt)
          << narrowed;
    }
    field->store(good);
  }
}

// Reads each table from end to end: under the address sanitizer a table out of bounds is found
// here.
uint64_t ReadTables(Region& region) {
  const RegionGeometry& geometry = region.geometry();
  uint64_t sum = region.header()->directory.word.load();
  for (uint32_t i = 0; i < kMaxClients; ++i) sum += std::rbegin(region.client(i)->reserved)->load();
  for (uint32_t i = 0; i < kMaxFiles; ++i) sum += region.file(i)->path[31].load();
  for (uint32_t i = 0; i < kMaxRecoveries; ++i) sum += region.recovery(i)->events[15].state.load();
  for (uint32_t i = 0; i < geometry.event_capacity; ++i)
    sum += region.event(i)->arguments[3].load();
  for (uint32_t i = 0; i < geometry.segment_count; ++i) {
    sum += region.segment_word(i)->load() + static_cast<uint64_t>(*region.SegmentAddress(i));
  }
  return sum;
}

TEST(ReadGeometry, RandomHeadersAreRefusedOrHarmless) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  RecordProperty("seed", std::to_string(seed));
  std::mt19937_64 random(seed);
  Block block(kBlockBytes);
  int adopted = 0;
  for (int round = 0; round < 20'000; ++round) {
    block.header()->magic.store(0);
    if (round % 100 == 0) Format(block);
    block.header()->magic.store(kMagic);
    auto* words = reinterpret_cast<Atomic64*>(block.header());
    // The fields of the geometry are words 4 to 11; at times all of the header is noise.
    const uint64_t changes = random() % 4;
    for (uint64_t i = 0; i < changes; ++i) {
      const uint64_t value = random() >> random() % 64;
      words[4 + random() % 8].store(random() % 2 == 0 ? value : value / 64 * 64);
    }
    if (round % 10 == 9) {
      for (uint64_t i = 2; i < sizeof(ShmHeader) / 8; ++i) words[i].store(random());
    }
    const auto region = Region::Attach(block.memory());
    if (!region.ok()) {
      EXPECT_NE(region.status().message(), "");
      continue;
    }
    ++adopted;
    ReadTables(**region);
  }
  EXPECT_GT(adopted, 0);
}

TEST(ReadGeometry, RandomBytesAreRefused) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  Block block(kSegmentBytes);
  auto* words = reinterpret_cast<Atomic64*>(block.header());
  for (int round = 0; round < 5'000; ++round) {
    for (uint64_t i = 0; i < sizeof(ShmHeader) / 8; ++i) words[i].store(random());
    EXPECT_EQ(AttachCode(block), StatusCode::kCorrupt);
    words[0].store(kMagic);
    EXPECT_EQ(AttachCode(block), StatusCode::kVersionMismatch);
  }
}

}  // namespace
}  // namespace glasswal::shm
