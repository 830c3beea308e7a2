// A region in which one of everything was put by hand: what an observer is to find.
//
//   clients       2 "ingest" (generation 5, live), 4 "report \"7\"" (generation 1, live)
//   files         0 /app.sqlite (database), 1 /app.sqlite-wal
//   connections   0 of client 2: holds WRITE exclusively; 1 of client 4: reads by mark 1, frame 4
//   wal-index     9 frames of 4096-byte pages, 2 backfilled
//   recoveries    1: client 3 "gone"
#ifndef GLASSWAL_TESTS_DIAG_POPULATED_REGION_H_
#define GLASSWAL_TESTS_DIAG_POPULATED_REGION_H_

#include <gtest/gtest.h>

#include <algorithm>

#include "diag/wal_header.h"
#include "lock/lock_word.h"
#include "port/clock.h"
#include "shm/lock_names.h"
#include "shm/segments.h"
#include "store/words.h"
#include "trace/ring.h"
#include "trace/test_region.h"

namespace glasswal::testing {

class PopulatedRegion {
 public:
  PopulatedRegion() : region_(64) {
    now_ns_ = port::NowNs();
    AddClient(2, 5, "ingest", /*heartbeat=*/100);
    AddClient(4, 1, "report \"7\"", /*heartbeat=*/200);
    AddClient(6, 9, "importer", 0);
    region_->client(6)->state.store(store::ClientWord(shm::kClientFree, 0, 9));
    AddFile(0, shm::kFileDatabase, "/app.sqlite", 40'960);
    AddFile(1, shm::kFileWal, "/app.sqlite-wal", 37'112);
    region_->file(1)->database.store(1);
    AddDatabase();
    AddWalIndex();
    AddRecovery();
    region_->header()->recovered_locks.store(2);
    region_->header()->recovered_handles.store(3);
  }

  TestRegion& region() { return region_; }
  shm::ShmDatabase& database() { return *database_; }
  uint32_t* wal_index() { return wal_index_; }

  /// Gives both copies of the wal-index header their checksum.
  void SealWalIndex() {
    const auto sum = diag::WalChecksum(wal_index_, 10);
    wal_index_[10] = sum[0];
    wal_index_[11] = sum[1];
    std::copy(wal_index_, wal_index_ + 12, wal_index_ + 12);
  }

 private:
  void AddClient(uint32_t slot, uint32_t generation, std::string_view name, uint64_t heartbeat) {
    shm::ShmClient* client = region_->client(slot);
    client->heartbeat.store(heartbeat);
    client->process_id.store(1000 + slot);
    client->joined_ns.store(now_ns_ - 1'000'000);
    client->connections.store(1);
    client->handles.store(2);
    client->private_segments.store(3);
    SetText(client->name, name);
    client->state.store(store::ClientWord(shm::kClientLive, 0, generation));
  }

  void AddFile(uint32_t number, shm::FileKind kind, std::string_view path, uint64_t size_bytes) {
    shm::ShmFile* file = region_->file(number);
    region_->header()->used_files.store(std::max(region_->used_files(), number + 1));
    file->size_bytes.store(size_bytes);
    file->limit_bytes.store(1 << 20);
    file->open_clients.store(1 << 2 | 1 << 4);
    file->segments.store(1);
    file->peak_segments.store(6);
    file->reclaimed_segments.store(5);
    SetText(file->path, path);
    file->state.store(store::FileWord(shm::kFileLive, kind, 1));
  }

  uint32_t Claim(shm::SegmentKind kind) {
    const shm::ClaimedSegment claim = shm::ClaimSegment(*region_, shm::ClientOwner(2, 5));
    EXPECT_NE(claim.segment, shm::kNoSegment);
    shm::PublishSegment(*region_, claim.segment, claim.word, kind, shm::FileOwner(0, 1));
    return claim.segment;
  }

  void AddConnection(uint32_t slot, uint32_t client, uint32_t generation) {
    shm::ShmConnection& connection = database_->connections[slot];
    connection.heartbeat.store(10 + slot);
    connection.opened_ns.store(now_ns_ - 500'000);
    connection.transaction_ns.store(now_ns_ - 250'000);
    connection.counters[shm::kCounterCommits].store(7 + slot);
    connection.last_operation.store(uint64_t{static_cast<uint16_t>(EventKind::kCommit)} << 48 | 9);
    connection.state.store(store::ConnectionWord(shm::kConnectionOpen, client, generation));
  }

  void AddDatabase() {
    const uint32_t control = Claim(shm::kSegmentControl);
    region_->file(0)->control_segment.store(control);
    database_ = reinterpret_cast<shm::ShmDatabase*>(region_->SegmentAddress(control));
    AddConnection(0, 2, 5);
    AddConnection(1, 4, 1);
    database_->closed_counters[shm::kCounterCommits].store(100);
    shm::ShmLock& write = database_->locks[shm::kLockWalWrite];
    write.word.store(lock::SlotBit(0) | lock::kExclusiveBit);
    write.since_ns.store(now_ns_ - 100'000);
    write.waiters.store(lock::SlotBit(1));
    write.turn.store(5 << 8 | 2);
    write.acquired.store(11);
    write.wait_histogram[4].store(3);
    database_->locks[shm::kLockWalRead0 + 1].word.store(lock::SlotBit(1));
    shm::ShmConnection& waiter = database_->connections[1];
    waiter.waiting.store(uint64_t{shm::kLockWalWrite + 1} << 56 | uint64_t{1} << 48);
    waiter.waiting_since_ns.store(now_ns_ - 50'000);
    waiter.waiting_until_ns.store(now_ns_ + 60'000'000'000);
    database_->checkpoint_held_back_by.store(2);
    database_->checkpoint_held_since_ns.store(now_ns_ - 80'000);
    database_->last_checkpoint_ns.store(now_ns_ - 90'000);
  }

  void AddWalIndex() {
    const uint32_t segment = Claim(shm::kSegmentWalIndex);
    database_->wal_index[0].store(segment);
    wal_index_ = reinterpret_cast<uint32_t*>(region_->SegmentAddress(segment));
    wal_index_[0] = 3007000;
    wal_index_[2] = 17;               // Change counter.
    wal_index_[3] = 4096u << 16 | 1;  // Page size, isInit.
    wal_index_[4] = 9;                // mxFrame.
    wal_index_[5] = 10;               // Pages.
    wal_index_[8] = 0xdeadbeef;       // Salts.
    wal_index_[9] = 0xfeedface;
    wal_index_[24] = 2;  // nBackfill.
    const uint32_t marks[] = {0, 4, diag::kReadMarkNotUsed, diag::kReadMarkNotUsed, 9};
    std::copy(std::begin(marks), std::end(marks), wal_index_ + 25);
    wal_index_[32] = 3;  // nBackfillAttempted.
    SealWalIndex();
  }

  void AddRecovery() {
    region_->header()->recoveries.store(1);
    shm::ShmRecovery* recovery = region_->recovery(1);
    recovery->began_ns.store(now_ns_ - 70'000);
    recovery->ended_ns.store(now_ns_ - 60'000);
    recovery->subject.store(uint64_t{3} << 56 | uint64_t{2} << 48 | uint64_t{1} << 40 |
                            uint64_t{shm::kClientWorker} << 32 | 8);
    recovery->silent_ns.store(123);
    recovery->locks.store(2);
    recovery->box_locks.store(2);
    recovery->box[0].place.store(uint64_t{shm::kLockWalCheckpoint} << 40 | uint64_t{6} << 32 |
                                 uint64_t{1} << 24);
    recovery->box[1].place.store(uint64_t{shm::kDirectoryLock} << 40 | uint64_t{1} << 24 |
                                 uint64_t{1} << 16);
    const Event event{.sequence = 5,
                      .kind = EventKind::kCommit,
                      .level = EventLevel::kInfo,
                      .client = 3,
                      .client_generation = 8,
                      .connection = 7,
                      .file = 1,
                      .arguments = {2, 10, 17, 51'200}};
    recovery->box_events.store(1);
    trace::EncodeEvent(event, &recovery->events[0]);
    SetText(recovery->name, "gone");
    recovery->state.store(1 * 2);
  }

  TestRegion region_;
  uint64_t now_ns_ = 0;
  shm::ShmDatabase* database_ = nullptr;
  uint32_t* wal_index_ = nullptr;
};

}  // namespace glasswal::testing

#endif  // GLASSWAL_TESTS_DIAG_POPULATED_REGION_H_
