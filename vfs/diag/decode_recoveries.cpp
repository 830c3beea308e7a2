#include <algorithm>

#include "diag/decode.h"
#include "shm/lock_names.h"
#include "trace/ring.h"

namespace glasswal::diag {
namespace {

BlackBoxLock DecodeBoxLock(const RegionImage& image, const shm::ShmBlackBoxLock& from) {
  const uint64_t place = Get(from.place);
  const auto file = static_cast<uint32_t>(place >> 48);
  const auto id = static_cast<uint32_t>(place >> 40 & 0xff);
  const uint64_t mode = place >> 24 & 0xff;
  BlackBoxLock lock;
  lock.name = shm::LockName(id);
  if (id != shm::kDirectoryLock) {
    lock.file = file;
    lock.path = PathOf(image, file);
    lock.connection = static_cast<uint32_t>(place >> 32 & 0xff);
  }
  lock.mode = mode > 1 ? LockMode::kUnknown : static_cast<LockMode>(mode);
  lock.waiting = (place >> 16 & 0xff) != 0;
  lock.held_ns = Get(from.held_ns);
  return lock;
}

void DecodeSubject(uint64_t subject, RecoverySnapshot* recovery) {
  recovery->client = static_cast<uint32_t>(subject >> 56);
  recovery->recoverer = static_cast<uint32_t>(subject >> 48 & 0xff);
  recovery->evicted = (subject >> 40 & 0xff) != 0;
  recovery->client_kind = ClientKindOf(subject >> 32 & 0xff);
  recovery->client_generation = static_cast<uint32_t>(subject);
}

void DecodeBlackBox(const RegionImage& image, const shm::ShmRecovery& from,
                    RecoverySnapshot* recovery) {
  const uint32_t locks = std::min(Get(from.box_locks), shm::kBlackBoxLocks);
  for (uint32_t i = 0; i < locks; ++i) {
    recovery->held_locks.push_back(DecodeBoxLock(image, from.box[i]));
  }
  const uint32_t events = std::min(Get(from.box_events), shm::kBlackBoxEvents);
  for (uint32_t i = 0; i < events; ++i) {
    Event event;
    if (trace::DecodeEvent(from.events[i], &event)) recovery->last_events.push_back(event);
  }
}

RecoverySnapshot DecodeRecovery(const RegionImage& image, const shm::ShmRecovery& from) {
  const uint64_t state = Get(from.state);
  RecoverySnapshot recovery;
  recovery.number = state / 2;
  recovery.running = state % 2 != 0;
  recovery.age_ns = AgeNs(image.now_ns, Get(from.began_ns));
  recovery.duration_ns = recovery.running ? 0 : AgeNs(Get(from.ended_ns), Get(from.began_ns));
  DecodeSubject(Get(from.subject), &recovery);
  recovery.client_name = TextOf(from.name, shm::kNameBytes);
  recovery.process_id = Get(from.process_id);
  recovery.silent_ns = Get(from.silent_ns);
  recovery.heartbeat = Get(from.heartbeat);
  recovery.locks = Get(from.locks);
  recovery.connections = Get(from.connections);
  recovery.handles = Get(from.handles);
  recovery.segments = Get(from.segments);
  recovery.wal_indexes_spoiled = Get(from.wal_index_spoiled);
  recovery.statement = TextOf(from.statement, shm::kStatementTextBytes);
  recovery.running_ns = Get(from.running_ns);
  DecodeBlackBox(image, from, &recovery);
  return recovery;
}

}  // namespace

std::vector<RecoverySnapshot> DecodeRecoveries(const RegionImage& image) {
  std::vector<RecoverySnapshot> recoveries;
  for (const shm::ShmRecovery& from : image.recoveries) {
    if (Get(from.state) != 0) recoveries.push_back(DecodeRecovery(image, from));
  }
  std::sort(recoveries.begin(), recoveries.end(),
            [](const auto& a, const auto& b) { return a.number > b.number; });
  return recoveries;
}

}  // namespace glasswal::diag
