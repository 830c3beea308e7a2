#include "recovery/black_box.h"

#include <algorithm>

#include "lock/lock_word.h"
#include "port/clock.h"
#include "recovery/client.h"
#include "shm/lock_names.h"
#include "store/segment_map.h"
#include "store/statements.h"
#include "store/text.h"
#include "store/words.h"
#include "trace/ring.h"

namespace glasswal::recovery {

using store::kPublished;

BlackBox::BlackBox(shm::Region& region, const store::ClientContext& recoverer, const Casualty& dead)
    : region_(region), now_ns_(port::NowNs()), is_resumed_(Resume(dead)) {
  if (is_resumed_) return;
  number_ = region.header()->recoveries.fetch_add(1) + 1;
  record_ = region.recovery(static_cast<uint32_t>(number_ % shm::kMaxRecoveries));
  record_->state.store(number_ * 2 + 1, std::memory_order_release);
  record_->paused.store(0, std::memory_order_relaxed);
  // A snapshot that has met the recovery before in this record starts again.
  region.header()->topology.fetch_add(1);
  RecordIdentity(recoverer, dead);
  RecordLocks(dead);
  RecordEvents(dead);
}

bool BlackBox::Resume(const Casualty& dead) {
  for (uint32_t i = 0; i < shm::kMaxRecoveries; ++i) {
    shm::ShmRecovery* record = region_.recovery(i);
    const uint64_t state = record->state.load(std::memory_order_acquire);
    const uint64_t subject = record->subject.load(std::memory_order_relaxed);
    if ((state & 1) == 0 || record->paused.load(std::memory_order_relaxed) == 0 ||
        subject >> 56 != dead.slot || store::GenerationOf(subject) != dead.generation) {
      continue;
    }
    record_ = record;
    number_ = state / 2;
    return true;
  }
  return false;
}

void BlackBox::RecordIdentity(const store::ClientContext& recoverer, const Casualty& dead) {
  const shm::ShmClient* client = region_.client(dead.slot);
  const uint64_t subject =
      uint64_t{dead.slot} << 56 | uint64_t{recoverer.slot} << 48 | uint64_t{dead.evicted} << 40 |
      uint64_t{client->kind.load(std::memory_order_relaxed) & 0xff} << 32 | dead.generation;
  record_->began_ns.store(now_ns_, kPublished);
  record_->ended_ns.store(0, kPublished);
  record_->running_ns.store(0, kPublished);
  store::StoreText(record_->statement, {});
  record_->subject.store(subject, kPublished);
  record_->process_id.store(client->process_id.load(std::memory_order_relaxed), kPublished);
  record_->silent_ns.store(dead.silent_ns, kPublished);
  record_->heartbeat.store(HeartbeatOf(region_, dead.slot), kPublished);
  for (size_t i = 0; i < std::size(record_->name); ++i) {
    record_->name[i].store(client->name[i].load(std::memory_order_relaxed), kPublished);
  }
}

void BlackBox::AddLock(uint32_t file, uint32_t lock, uint32_t slot, bool exclusive, bool waiting,
                       uint64_t since_ns) {
  if (box_locks_ >= shm::kBlackBoxLocks) return;
  const uint64_t mode = exclusive ? 1 : 0;
  shm::ShmBlackBoxLock& entry = record_->box[box_locks_++];
  entry.place.store(uint64_t{file} << 48 | uint64_t{lock} << 40 | uint64_t{slot} << 32 |
                        mode << 24 | uint64_t{waiting} << 16,
                    kPublished);
  entry.held_ns.store(since_ns != 0 && now_ns_ > since_ns ? now_ns_ - since_ns : 0, kPublished);
}

void BlackBox::RecordConnection(uint32_t file, const shm::ShmDatabase& database, uint32_t slot) {
  const shm::ShmConnection& connection = database.connections[slot];
  for (uint32_t i = 0; i < shm::kLockCount; ++i) {
    const shm::ShmLock& lock = database.locks[i];
    const uint64_t word = lock.word.load();
    if (!lock::Holds(word, slot)) continue;
    const uint64_t own = lock.since_ns.load(std::memory_order_relaxed);
    const uint64_t since =
        own != 0 ? own : connection.transaction_ns.load(std::memory_order_relaxed);
    AddLock(file, i, slot, lock::IsExclusive(word), /*waiting=*/false, since);
  }
  const uint64_t waiting = connection.waiting.load(std::memory_order_relaxed) >> 56;
  if (waiting != 0 && waiting <= shm::kLockCount) {
    const auto lock = static_cast<uint32_t>(waiting - 1);
    AddLock(file, lock, slot, lock::IsExclusive(database.locks[lock].word.load()),
            /*waiting=*/true, connection.waiting_since_ns.load(std::memory_order_relaxed));
  }
}

/// The statement of the connection that had WRITE is told of before any other that ran, and one that
/// ran before the last one of a connection that ran none.
void BlackBox::RecordStatement(uint32_t file, const shm::ShmDatabase& database, uint32_t slot) {
  const store::StatementSight sight =
      store::LookAtStatement(region_, file, slot, database.connections[slot], now_ns_);
  if (sight.text.empty()) return;
  const bool wrote = lock::Holds(database.locks[shm::kLockWalWrite].word.load(), slot);
  const uint32_t weight = 1 + (sight.running ? 1 : 0) + (wrote ? 2 : 0);
  if (weight <= statement_weight_) return;
  statement_weight_ = weight;
  record_->running_ns.store(sight.running ? std::max<uint64_t>(sight.for_ns, 1) : 0, kPublished);
  store::StoreText(record_->statement, sight.text);
}

void BlackBox::RecordLocks(const Casualty& dead) {
  for (uint32_t file = 0; file < region_.used_files(); ++file) {
    shm::ShmDatabase* database = store::DatabaseOf(region_, file);
    if (database == nullptr) continue;
    for (uint32_t slot = 0; slot < shm::kMaxConnections; ++slot) {
      const uint64_t word = database->connections[slot].state.load(std::memory_order_acquire);
      if (store::ConnectionStateOf(word) == shm::kConnectionOpen &&
          store::ConnectionClientOf(word) == dead.slot &&
          store::GenerationOf(word) == dead.generation) {
        RecordConnection(file, *database, slot);
        RecordStatement(file, *database, slot);
      }
    }
  }
  const shm::ShmLock& directory = region_.header()->directory;
  if (lock::Holds(directory.word.load(), dead.slot)) {
    AddLock(0, shm::kDirectoryLock, dead.slot, /*exclusive=*/true, /*waiting=*/false,
            directory.since_ns.load());
  }
  record_->box_locks.store(box_locks_, kPublished);
}

void BlackBox::RecordEvents(const Casualty& dead) {
  Event events[shm::kBlackBoxEvents];
  const uint32_t count =
      trace::LastEventsOf(region_, dead.slot, dead.generation, events, shm::kBlackBoxEvents);
  for (uint32_t i = 0; i < count; ++i) trace::EncodeEvent(events[i], &record_->events[i]);
  record_->box_events.store(count, kPublished);
}

void BlackBox::WriteReport(RecoveryReport* report) {
  const auto add = [this](shm::Atomic32& recorded, uint32_t* amount) {
    if (is_resumed_) *amount += recorded.load(std::memory_order_relaxed);
    recorded.store(*amount, std::memory_order_relaxed);
  };
  add(record_->locks, &report->locks);
  add(record_->connections, &report->connections);
  add(record_->handles, &report->handles);
  add(record_->segments, &report->segments);
  add(record_->wal_index_spoiled, &report->wal_indexes_spoiled);
}

void BlackBox::Pause(RecoveryReport* report) {
  WriteReport(report);
  record_->paused.store(1, std::memory_order_release);
}

void BlackBox::Close(RecoveryReport* report) {
  WriteReport(report);
  record_->paused.store(0, std::memory_order_relaxed);
  record_->ended_ns.store(port::NowNs(), std::memory_order_relaxed);
  record_->state.store(number_ * 2, std::memory_order_release);
}

}  // namespace glasswal::recovery
