#include "glasswal/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "shm/region.h"

namespace glasswal {
namespace {

using testing::HasSubstr;

struct BadOption {
  const char* named;  // What the message must speak of.
  std::function<void(Options*)> spoil;
};

const std::vector<BadOption>& BadOptions() {
  static const std::vector<BadOption> bad = {
      {"initial_database_capacity_bytes",
       [](Options* o) { o->initial_database_capacity_bytes = 0; }},
      {"initial_database_capacity_bytes is 1073741825",
       [](Options* o) { o->initial_database_capacity_bytes = kGiB + 1; }},
      {"max_database_capacity_bytes is 0", [](Options* o) { o->max_database_capacity_bytes = 0; }},
      {"max_database_capacity_bytes is 65535",
       [](Options* o) { o->max_database_capacity_bytes = 65535; }},
      {"max_database_capacity_bytes",
       [](Options* o) { o->max_database_capacity_bytes = 16 * kGiB + 1; }},
      {"max_database_capacity_bytes",
       [](Options* o) { o->max_database_capacity_bytes = UINT64_MAX; }},
      {"initial_write_ahead_capacity_bytes",
       [](Options* o) { o->initial_write_ahead_capacity_bytes = 0; }},
      {"initial_write_ahead_capacity_bytes",
       [](Options* o) { o->initial_write_ahead_capacity_bytes = UINT64_MAX; }},
      {"max_write_ahead_capacity_bytes", [](Options* o) { o->max_write_ahead_capacity_bytes = 1; }},
      {"max_write_ahead_capacity_bytes",
       [](Options* o) { o->max_write_ahead_capacity_bytes = 4 * kGiB + 1; }},
      {"region_capacity_bytes is 65537", [](Options* o) { o->region_capacity_bytes = 65537; }},
      {"region_capacity_bytes is 65536", [](Options* o) { o->region_capacity_bytes = 65536; }},
      // Room for the metadata, but not for the initial capacities.
      {"region_capacity_bytes is 16777216",
       [](Options* o) { o->region_capacity_bytes = 16 * kMiB; }},
      {"region_capacity_bytes", [](Options* o) { o->region_capacity_bytes = uint64_t{1} << 41; }},
      {"stale_ms is 0", [](Options* o) { o->stale_ms = 0; }},
      {"stale_ms is 86400001", [](Options* o) { o->stale_ms = 86'400'001; }},
      {"on_stale is 9", [](Options* o) { o->on_stale = static_cast<OnStale>(9); }},
      {"memory is 7", [](Options* o) { o->memory = static_cast<MemoryKind>(7); }},
      {"event_capacity is 0", [](Options* o) { o->event_capacity = 0; }},
      {"event_capacity is 32", [](Options* o) { o->event_capacity = 32; }},
      {"event_capacity is 4095", [](Options* o) { o->event_capacity = 4095; }},
      {"event_capacity is 2097152", [](Options* o) { o->event_capacity = 2 << 20; }},
      {"name is \"app\"", [](Options* o) { o->name = "app"; }},
      {"name is \"\"", [](Options* o) { o->memory = MemoryKind::kNamed; }},
      {"name is \"../x\"",
       [](Options* o) {
         o->memory = MemoryKind::kNamed;
         o->name = "../x";
       }},
      {"name is",
       [](Options* o) {
         o->memory = MemoryKind::kNamed;
         o->name = std::string(201, 'a');
       }},
  };
  return bad;
}

TEST(Options, DefaultsAreGood) {
  EXPECT_TRUE(Validate(Options()).ok()) << Validate(Options()).message();
}

TEST(Options, EachBadOneIsNamed) {
  for (const BadOption& bad : BadOptions()) {
    Options options;
    bad.spoil(&options);
    const Status status = Validate(options);
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << bad.named;
    EXPECT_THAT(status.message(), HasSubstr(bad.named));
    EXPECT_EQ(status.message().back(), '.') << status.message();
  }
}

TEST(Options, AllBadOnesAreNamedAtOnce) {
  Options options;
  options.max_database_capacity_bytes = 0;
  options.initial_write_ahead_capacity_bytes = 0;
  options.stale_ms = 0;
  options.event_capacity = 100;
  options.name = "app";
  const std::string message = Validate(options).message();
  for (const char* named : {"max_database_capacity_bytes", "initial_write_ahead_capacity_bytes",
                            "stale_ms", "event_capacity", "name is"}) {
    EXPECT_THAT(message, HasSubstr(named));
  }
}

TEST(Options, AreNamedAsTheirReaderGivesThem) {
  Options options;
  options.max_database_capacity_bytes = 0;
  options.region_capacity_bytes = 65537;
  EXPECT_THAT(Validate(options, OptionLanguage::kUri).message(),
              HasSubstr("max_database_bytes is 0,"));
  EXPECT_THAT(Validate(options, OptionLanguage::kJavaScript).message(),
              HasSubstr("maxDatabaseCapacityBytes is 0,"));
  options.max_database_capacity_bytes = kGiB;
  EXPECT_THAT(Validate(options, OptionLanguage::kUri).message(),
              HasSubstr("region_bytes is 65537,"));
  EXPECT_THAT(Validate(options, OptionLanguage::kJavaScript).message(),
              HasSubstr("capacityBytes is 65537,"));
}

TEST(Options, LimitsThemselvesAreGood) {
  Options options;
  options.memory = MemoryKind::kNamed;
  options.name = "A.b_c-9";
  options.initial_database_capacity_bytes = options.max_database_capacity_bytes = 64 * kKiB;
  options.initial_write_ahead_capacity_bytes = 1;
  options.max_write_ahead_capacity_bytes = 64 * kKiB;
  options.stale_ms = 1;
  options.event_capacity = 64;
  EXPECT_TRUE(Validate(options).ok()) << Validate(options).message();
  options.initial_database_capacity_bytes = options.max_database_capacity_bytes = 16 * kGiB;
  options.max_write_ahead_capacity_bytes = 4 * kGiB;
  options.stale_ms = 86'400'000;
  options.event_capacity = 1 << 20;
  options.on_stale = OnStale::kEvict;
  EXPECT_TRUE(Validate(options).ok()) << Validate(options).message();
  options.region_capacity_bytes = EffectiveRegionCapacity(options);
  EXPECT_TRUE(Validate(options).ok()) << Validate(options).message();
}

TEST(EffectiveRegionCapacity, IsWhatWasAskedFor) {
  Options options;
  options.region_capacity_bytes = 64 * kMiB;
  EXPECT_EQ(EffectiveRegionCapacity(options), 64 * kMiB);
}

TEST(EffectiveRegionCapacity, HoldsTwoDatabasesOneLogAndTheMetadata) {
  for (const uint64_t database : {64 * kKiB, 64 * kKiB + 1, 100 * kMiB, kGiB, 16 * kGiB}) {
    for (const uint64_t log : {64 * kKiB, 512 * kMiB, 4 * kGiB}) {
      for (const uint32_t events : {64u, 4096u, 1u << 20}) {
        Options options;
        options.initial_database_capacity_bytes = options.initial_write_ahead_capacity_bytes = 1;
        options.max_database_capacity_bytes = database;
        options.max_write_ahead_capacity_bytes = log;
        options.event_capacity = events;
        ASSERT_TRUE(Validate(options).ok());
        const uint64_t capacity = EffectiveRegionCapacity(options);
        EXPECT_EQ(capacity % (64 * kKiB), 0u);
        const auto plan = shm::PlanGeometry(capacity, options);
        ASSERT_TRUE(plan.ok());
        const uint64_t data = (plan->segment_count - plan->first_segment) * shm::kSegmentBytes;
        EXPECT_GE(data, 2 * database + log);
        EXPECT_LE(data, 2 * database + log + 128 * kMiB);
        options.region_capacity_bytes = capacity;
        EXPECT_TRUE(Validate(options).ok()) << Validate(options).message();
      }
    }
  }
}

}  // namespace
}  // namespace glasswal
