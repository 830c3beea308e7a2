#include "glasswal/observe.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "diag/populated_region.h"

namespace glasswal {
namespace {

using testing::PopulatedRegion;
using testing::TestRegion;

Snapshot ObserveOk(const TestRegion& region) {
  const auto bytes = NewMappedBytes(region.bytes(), region.size_bytes());
  Result<Snapshot> snapshot = Observe(*bytes);
  EXPECT_TRUE(snapshot.ok()) << snapshot.status().message();
  return snapshot.ok() ? *snapshot : Snapshot{};
}

const LockSnapshot& LockNamed(const Snapshot& snapshot, std::string_view name) {
  for (const LockSnapshot& lock : snapshot.locks) {
    if (lock.name == name) return lock;
  }
  static const LockSnapshot none;
  ADD_FAILURE() << "there is no lock " << name;
  return none;
}

/// Bytes of which a part is missing, or which change at each look.
class StrangeBytes : public RegionBytes {
 public:
  explicit StrangeBytes(const TestRegion& region)
      : mapped_(NewMappedBytes(region.bytes(), region.size_bytes())), region_(region) {}

  uint64_t size_bytes() const override { return mapped_->size_bytes(); }
  uint64_t NowNs() const override { return 1; }
  bool Copy(uint64_t offset, uint64_t size_bytes, void* to) const override {
    if (offset >= missing_from) return false;
    if (restless) region_->header()->topology.fetch_add(1);
    return mapped_->Copy(offset, size_bytes, to);
  }

  uint64_t missing_from = UINT64_MAX;
  bool restless = false;

 private:
  const std::unique_ptr<RegionBytes> mapped_;
  const TestRegion& region_;
};

TEST(ObserveTest, TheRegionAsAWhole) {
  PopulatedRegion populated;
  const Snapshot snapshot = ObserveOk(populated.region());
  EXPECT_TRUE(snapshot.consistent);
  EXPECT_EQ(snapshot.attempts, 1u);
  const RegionSnapshot& region = snapshot.region;
  EXPECT_EQ(region.id.size(), 32u);
  EXPECT_EQ(region.id.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(region.layout_version, shm::kLayoutVersion);
  EXPECT_EQ(region.capacity_bytes, 64 * shm::kSegmentBytes);
  EXPECT_EQ(region.committed_bytes, region.committed_segments * shm::kSegmentBytes);
  EXPECT_EQ(region.high_water_bytes, (region.metadata_segments + 2) * shm::kSegmentBytes);
  EXPECT_EQ(region.recovered_locks, 2u);
  EXPECT_EQ(region.recovered_handles, 3u);
  EXPECT_EQ(region.client_count, 2u);
  EXPECT_EQ(region.connection_count, 2u);
  EXPECT_EQ(region.open_handle_count, 4u);
  EXPECT_EQ(region.options.event_capacity, 64u);
  EXPECT_EQ(region.options.stale_ms, 30'000u);
  EXPECT_EQ(region.options.max_database_capacity_bytes, 1 * kGiB);
  EXPECT_EQ(snapshot.totals.commits, 100u + 7 + 8);
  EXPECT_EQ(snapshot.events.level, EventLevel::kInfo);
  EXPECT_EQ(snapshot.events.capacity, 64u);
}

TEST(ObserveTest, ClientsWithTheSumOfTheirHeartbeats) {
  PopulatedRegion populated;
  const Snapshot snapshot = ObserveOk(populated.region());
  ASSERT_EQ(snapshot.former_clients.size(), 1u) << "slots that nobody ever had are not told of";
  EXPECT_EQ(snapshot.former_clients[0].slot, 6u);
  EXPECT_EQ(snapshot.former_clients[0].generation, 9u);
  EXPECT_EQ(snapshot.former_clients[0].name, "importer");
  ASSERT_EQ(snapshot.clients.size(), 2u);
  const ClientSnapshot& client = snapshot.clients[0];
  EXPECT_EQ(client.slot, 2u);
  EXPECT_EQ(client.name, "ingest");
  EXPECT_EQ(client.kind, ClientKind::kProcess);
  EXPECT_EQ(client.state, ClientState::kLive);
  EXPECT_EQ(client.generation, 5u);
  EXPECT_EQ(client.own_heartbeat, 100u);
  EXPECT_EQ(client.heartbeat, 110u);
  EXPECT_EQ(client.process_id, 1002u);
  EXPECT_EQ(client.held_locks, 1u);
  EXPECT_EQ(client.private_bytes, 3 * shm::kSegmentBytes);
  EXPECT_GE(client.age_ns, 1'000'000u);
  EXPECT_FALSE(client.silent_ns.has_value());
  EXPECT_FALSE(client.recoverer.has_value());
}

TEST(ObserveTest, ConnectionsWithWhatTheyHoldAndWaitFor) {
  PopulatedRegion populated;
  const Snapshot snapshot = ObserveOk(populated.region());
  ASSERT_EQ(snapshot.connections.size(), 2u);
  const ConnectionSnapshot& writer = snapshot.connections[0];
  EXPECT_EQ(writer.database, "/app.sqlite");
  EXPECT_EQ(writer.client, 2u);
  EXPECT_EQ(writer.last_operation, "commit");
  EXPECT_EQ(writer.last_operation_argument, 9u);
  EXPECT_FALSE(writer.read_mark.has_value());
  ASSERT_EQ(writer.held_locks.size(), 1u);
  EXPECT_EQ(writer.held_locks[0].name, "WRITE");
  EXPECT_EQ(writer.held_locks[0].mode, LockMode::kExclusive);
  const ConnectionSnapshot& reader = snapshot.connections[1];
  EXPECT_EQ(reader.client_name, "report \"7\"");
  EXPECT_EQ(reader.read_mark, 1u);
  EXPECT_EQ(reader.snapshot_frame, 4u);
  EXPECT_GE(reader.transaction_ns, 250'000u);
  EXPECT_EQ(reader.counters.commits, 8u);
  ASSERT_TRUE(reader.waiting.has_value());
  EXPECT_EQ(reader.waiting->name, "WRITE");
  EXPECT_EQ(reader.waiting->mode, LockMode::kExclusive);
  EXPECT_GE(reader.waiting->waited_ns, 50'000u);
  EXPECT_GT(reader.waiting->remaining_ns, 0u);
}

TEST(ObserveTest, LocksOfTheDirectoryAndOfEachDatabase) {
  PopulatedRegion populated;
  populated.region()->header()->directory.word.store(lock::SlotBit(4) | lock::kExclusiveBit);
  const Snapshot snapshot = ObserveOk(populated.region());
  ASSERT_EQ(snapshot.locks.size(), 1 + shm::kLockCount);
  const LockSnapshot& directory = LockNamed(snapshot, "DIRECTORY");
  EXPECT_FALSE(directory.file.has_value());
  ASSERT_EQ(directory.holders.size(), 1u);
  EXPECT_EQ(directory.holders[0].client, 4u);
  EXPECT_FALSE(directory.holders[0].connection.has_value());
  const LockSnapshot& write = LockNamed(snapshot, "WRITE");
  EXPECT_TRUE(write.valid);
  EXPECT_TRUE(write.exclusive);
  ASSERT_EQ(write.holders.size(), 1u);
  EXPECT_EQ(write.holders[0].client_name, "ingest");
  EXPECT_EQ(write.holders[0].connection, 0u);
  ASSERT_EQ(write.waiters.size(), 1u);
  EXPECT_EQ(write.waiters[0].client, 4u);
  ASSERT_TRUE(write.turn.has_value());
  EXPECT_EQ(write.turn->connection, 1u);
  EXPECT_GE(write.held_ns, 100'000u);
  EXPECT_EQ(write.acquired, 11u);
  EXPECT_EQ(write.wait_times.count, 3u);
  EXPECT_FALSE(LockNamed(snapshot, "READ1").exclusive);
}

TEST(ObserveTest, FilesWithTheirSizesAndLockOwner) {
  PopulatedRegion populated;
  const Snapshot snapshot = ObserveOk(populated.region());
  ASSERT_EQ(snapshot.files.size(), 2u);
  const FileSnapshot& database = snapshot.files[0];
  EXPECT_EQ(database.path, "/app.sqlite");
  EXPECT_EQ(database.kind, FileKind::kDatabase);
  EXPECT_EQ(database.state, FileState::kLive);
  EXPECT_EQ(database.logical_size_bytes, 40'960u);
  EXPECT_EQ(database.max_capacity_bytes, 1u << 20);
  EXPECT_EQ(database.allocated_bytes, shm::kSegmentBytes);
  EXPECT_EQ(database.peak_bytes, 6 * shm::kSegmentBytes);
  EXPECT_EQ(database.reclaimed_bytes, 5 * shm::kSegmentBytes);
  EXPECT_EQ(database.openers, (std::vector<uint32_t>{2, 4}));
  EXPECT_EQ(database.lock_state, FileLockState::kReserved);
  ASSERT_TRUE(database.lock_owner.has_value());
  EXPECT_EQ(database.lock_owner->client_name, "ingest");
  EXPECT_EQ(snapshot.files[1].database, 0u);
  EXPECT_FALSE(snapshot.files[0].database.has_value());
}

TEST(ObserveTest, TheWriteAheadState) {
  PopulatedRegion populated;
  const Snapshot snapshot = ObserveOk(populated.region());
  ASSERT_EQ(snapshot.wals.size(), 1u);
  const WalSnapshot& wal = snapshot.wals[0];
  EXPECT_EQ(wal.wal_path, "/app.sqlite-wal");
  EXPECT_EQ(wal.size_bytes, 37'112u);
  EXPECT_TRUE(wal.header_valid);
  EXPECT_EQ(wal.page_size_bytes, 4096u);
  EXPECT_EQ(wal.frames, 9u);
  EXPECT_EQ(wal.backfilled, 2u);
  EXPECT_EQ(wal.backfill_attempted, 3u);
  EXPECT_EQ(wal.salts[1], 0xfeedface);
  ASSERT_EQ(wal.read_marks.size(), 5u);
  EXPECT_EQ(wal.read_marks[1].frame, 4u);
  ASSERT_EQ(wal.read_marks[1].holders.size(), 1u);
  EXPECT_FALSE(wal.read_marks[2].frame.has_value());
  ASSERT_TRUE(wal.writer.has_value());
  EXPECT_EQ(wal.writer->client, 2u);
  ASSERT_TRUE(wal.oldest_reader.has_value());
  EXPECT_EQ(wal.oldest_reader->holder.connection, 1u);
  EXPECT_GE(wal.oldest_reader->duration_ns, 250'000u);
  ASSERT_TRUE(wal.held_back_by.has_value());
  EXPECT_EQ(wal.held_back_by->holder.client, 4u);
  EXPECT_GE(wal.held_back_by->duration_ns, 80'000u);
  EXPECT_EQ(wal.wal_index_segments, 1u);
}

TEST(ObserveTest, AReaderAtTheEndHoldsNothingBack) {
  PopulatedRegion populated;
  populated.wal_index()[25 + 1] = 9;
  EXPECT_FALSE(ObserveOk(populated.region()).wals[0].oldest_reader.has_value());
}

TEST(ObserveTest, ASpoiledWalIndexSaysSo) {
  PopulatedRegion populated;
  populated.wal_index()[11] ^= 1;
  EXPECT_FALSE(ObserveOk(populated.region()).wals[0].header_valid);
}

TEST(ObserveTest, RecoveriesWithTheirBlackBoxes) {
  PopulatedRegion populated;
  const Snapshot snapshot = ObserveOk(populated.region());
  ASSERT_EQ(snapshot.recoveries.size(), 1u);
  const RecoverySnapshot& recovery = snapshot.recoveries[0];
  EXPECT_EQ(recovery.number, 1u);
  EXPECT_FALSE(recovery.running);
  EXPECT_EQ(recovery.duration_ns, 10'000u);
  EXPECT_EQ(recovery.client, 3u);
  EXPECT_EQ(recovery.client_name, "gone");
  EXPECT_EQ(recovery.client_generation, 8u);
  EXPECT_EQ(recovery.client_kind, ClientKind::kWorker);
  EXPECT_TRUE(recovery.evicted);
  EXPECT_EQ(recovery.recoverer, 2u);
  EXPECT_EQ(recovery.silent_ns, 123u);
  ASSERT_EQ(recovery.held_locks.size(), 2u);
  EXPECT_EQ(recovery.held_locks[0].name, "CHECKPOINT");
  EXPECT_EQ(recovery.held_locks[0].path, "/app.sqlite");
  EXPECT_EQ(recovery.held_locks[0].connection, 6u);
  EXPECT_EQ(recovery.held_locks[1].name, "DIRECTORY");
  EXPECT_TRUE(recovery.held_locks[1].waiting);
  ASSERT_EQ(recovery.last_events.size(), 1u);
  EXPECT_EQ(recovery.last_events[0].arguments[3], 51'200u);
}

TEST(ObserveTest, TheSegmentMapAndItsCounts) {
  PopulatedRegion populated;
  const shm::ClaimedSegment pending =
      shm::ClaimSegment(*populated.region(), shm::ClientOwner(2, 5));
  const Snapshot snapshot = ObserveOk(populated.region());
  ASSERT_EQ(snapshot.segments.size(), snapshot.region.committed_segments);
  EXPECT_EQ(snapshot.segments[0].kind, SegmentKind::kMetadata);
  EXPECT_EQ(snapshot.segments[pending.segment].kind, SegmentKind::kPending);
  EXPECT_EQ(snapshot.segments[pending.segment].owner, 2u);
  EXPECT_EQ(snapshot.clients[0].pending_segments, 1u);
  uint64_t sum = 0;
  for (const uint32_t count : snapshot.segment_counts) sum += count;
  EXPECT_EQ(sum, snapshot.segments.size());
  EXPECT_EQ(snapshot.segment_counts[static_cast<size_t>(SegmentKind::kControl)], 1u);
  uint64_t in_runs = 0;
  for (const SegmentRun& run : SegmentRuns(snapshot.segments)) {
    EXPECT_EQ(run.first, in_runs);
    in_runs += run.count;
  }
  EXPECT_EQ(in_runs, snapshot.segments.size());
}

TEST(ObserveTest, WritesNothing) {
  PopulatedRegion populated;
  const TestRegion& region = populated.region();
  const std::vector<std::byte> before(region.bytes(), region.bytes() + region.size_bytes());
  ObserveOk(region);
  const auto bytes = NewMappedBytes(region.bytes(), region.size_bytes());
  EXPECT_TRUE(ObserveEvents(*bytes, 0, 100).ok());
  EXPECT_EQ(std::memcmp(before.data(), region.bytes(), before.size()), 0);
}

TEST(ObserveTest, ARegionThatNeverHoldsStillIsMarkedInconsistent) {
  PopulatedRegion populated;
  StrangeBytes bytes(populated.region());
  bytes.restless = true;
  const Result<Snapshot> snapshot = Observe(bytes);
  ASSERT_TRUE(snapshot.ok());
  EXPECT_FALSE(snapshot->consistent);
  EXPECT_EQ(snapshot->attempts, kObserveAttempts);
  EXPECT_EQ(snapshot->clients.size(), 2u);
}

TEST(ObserveTest, MetadataAloneGivesWhatItCan) {
  PopulatedRegion populated;
  StrangeBytes bytes(populated.region());
  bytes.missing_from = populated.region()->geometry().first_segment * shm::kSegmentBytes;
  const Result<Snapshot> snapshot = Observe(bytes);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status().message();
  EXPECT_EQ(snapshot->files.size(), 2u);
  EXPECT_TRUE(snapshot->databases.empty());
  for (uint64_t from = 0; from < bytes.missing_from; from += 64) {
    StrangeBytes less(populated.region());
    less.missing_from = from;
    (void)Observe(less);
  }
}

TEST(ObserveTest, WhatIsNoRegionIsAClearError) {
  std::vector<uint64_t> zeros(1 << 16);
  const uint64_t size_bytes = zeros.size() * sizeof(uint64_t);
  EXPECT_EQ(Observe(*NewMappedBytes(zeros.data(), size_bytes)).status().code(),
            StatusCode::kNotReady);
  EXPECT_EQ(Observe(*NewMappedBytes(zeros.data(), 16)).status().code(), StatusCode::kCorrupt);
  zeros[0] = 12345;
  EXPECT_EQ(Observe(*NewMappedBytes(zeros.data(), size_bytes)).status().code(),
            StatusCode::kCorrupt);
  PopulatedRegion populated;
  populated.region()->header()->version.store(99);
  const auto bytes = NewMappedBytes(populated.region().bytes(), populated.region().size_bytes());
  EXPECT_EQ(Observe(*bytes).status().code(), StatusCode::kVersionMismatch);
}

TEST(ObserveTest, ArbitraryBytesNeitherCrashNorHang) {
  PopulatedRegion populated;
  TestRegion& region = populated.region();
  const std::vector<std::byte> good(region.bytes(), region.bytes() + region.size_bytes());
  const auto bytes = NewMappedBytes(region.bytes(), region.size_bytes());
  // The metadata and the segments behind it that are in use.
  const size_t words = (region->geometry().first_segment + 3) * shm::kSegmentBytes / 8;
  for (uint32_t seed = 0; seed < 150; ++seed) {
    std::mt19937_64 random(seed);
    std::memcpy(region.bytes(), good.data(), good.size());
    const uint64_t changes = uint64_t{1} << random() % 17;
    for (uint64_t i = 0; i < changes; ++i) {
      const uint64_t value = random() % 3 == 0 ? UINT64_MAX : random() >> random() % 64;
      std::memcpy(region.bytes() + random() % words * 8, &value, sizeof(value));
    }
    // Most of the time the header stays whole, for the rest to be reached.
    if (seed % 4 != 0) std::memcpy(region.bytes(), good.data(), 192);
    const Result<Snapshot> snapshot = Observe(*bytes);
    if (snapshot.ok()) {
      EXPECT_FALSE(ToJson(*snapshot).empty());
    }
    (void)ObserveEvents(*bytes, random() >> random() % 64, 1000);
  }
}

TEST(ObserveTest, OfALiveRegionFromManyThreads) {
  PopulatedRegion populated;
  TestRegion& region = populated.region();
  std::atomic<bool> done{false};
  std::thread client([&] {
    for (uint32_t i = 0; !done.load(); ++i) {
      region->client(2)->heartbeat.fetch_add(1, std::memory_order_relaxed);
      populated.database().locks[shm::kLockWalWrite].word.store(
          i % 2 == 0 ? lock::SlotBit(0) | lock::kExclusiveBit : 0);
      if (i % 64 == 0) region->header()->topology.fetch_add(1);
      trace::Record(*region, EventKind::kCommit, {.client = 2, .client_generation = 5}, i);
      const shm::ClaimedSegment claim = shm::ClaimSegment(*region, shm::ClientOwner(2, 5));
      shm::ReleaseSegment(*region, claim.segment, claim.word);
    }
  });
  std::thread observer([&] {
    for (int i = 0; i < 100; ++i) ObserveOk(region);
  });
  for (int i = 0; i < 100; ++i) ObserveOk(region);
  observer.join();
  done.store(true);
  client.join();
}

TEST(SilenceTrackerTest, MeasuresByTheCallersClock) {
  PopulatedRegion populated;
  SilenceTracker tracker;
  Snapshot snapshot = ObserveOk(populated.region());
  tracker.Apply(1000, &snapshot);
  EXPECT_EQ(snapshot.clients[0].silent_ns, 0u);
  tracker.Apply(5000, &snapshot);
  EXPECT_EQ(snapshot.clients[0].silent_ns, 4000u);
  populated.database().connections[0].heartbeat.fetch_add(1);
  snapshot = ObserveOk(populated.region());
  tracker.Apply(6000, &snapshot);
  EXPECT_EQ(snapshot.clients[0].silent_ns, 0u);
  EXPECT_EQ(snapshot.clients[1].silent_ns, 5000u);
}

}  // namespace
}  // namespace glasswal
