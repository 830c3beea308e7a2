#include "model/lock_spans.h"

#include <algorithm>

#include "shm/lock_names.h"

namespace glasswal::inspector {
namespace {

constexpr size_t kMostLanes = 256;
constexpr size_t kMergeLooksBack = 16;  // Clients and locks that take turns.

uint64_t Before(uint64_t time_ns, uint64_t duration_ns) {
  return time_ns > duration_ns ? time_ns - duration_ns : 0;
}

std::string PathOf(const Snapshot& snapshot, uint32_t file_plus_1) {
  for (const FileSnapshot& file : snapshot.files) {
    if (file.number + 1 == file_plus_1) return file.path;
  }
  return "";
}

/// When the connection that waits began to; now if it is not known.
uint64_t WaitingSince(const Snapshot& snapshot, const LockSnapshot& lock,
                      const LockHolder& waiter) {
  for (const ConnectionSnapshot& connection : snapshot.connections) {
    if (lock.file == connection.file && waiter.connection == connection.slot &&
        connection.waiting) {
      return Before(snapshot.observed_ns, connection.waiting->waited_ns);
    }
  }
  return snapshot.observed_ns;
}

}  // namespace

uint32_t LockTimeline::Lane(uint32_t file, const std::string& database, const std::string& name) {
  for (uint32_t i = 0; i < lanes_.size(); ++i) {
    if (lanes_[i].file == file && lanes_[i].name == name) return i;
  }
  // More lanes than any screen has: what comes later shares the last one.
  if (lanes_.size() >= kMostLanes) return static_cast<uint32_t>(lanes_.size() - 1);
  lanes_.push_back({file, database, name});
  return static_cast<uint32_t>(lanes_.size() - 1);
}

uint32_t LockTimeline::LaneOfEvent(const Snapshot& snapshot, uint32_t file, uint32_t lock) {
  const auto known = event_lanes_.find({file, lock});
  if (known != event_lanes_.end()) return known->second;
  const uint32_t lane = Lane(file, PathOf(snapshot, file), shm::LockName(lock));
  // Damaged events may name any number of files.
  if (event_lanes_.size() < kMostLanes) event_lanes_[{file, lock}] = lane;
  return lane;
}

/// Makes `span` part of one of the last, where together they are too short to be told apart.
bool LockTimeline::Merge(const LockSpan& span) {
  const size_t looked_at = std::min(spans_.size(), kMergeLooksBack);
  for (auto before = spans_.rbegin(); before != spans_.rbegin() + looked_at; ++before) {
    if (!before->told || before->lane != span.lane || before->client != span.client ||
        before->kind != span.kind || span.begin_ns < before->begin_ns ||
        span.end_ns - before->begin_ns >= kMergedSpanNs) {
      continue;
    }
    before->end_ns = std::max(before->end_ns, span.end_ns);
    before->taken_ns += span.taken_ns;
    ++before->times;
    return true;
  }
  return false;
}

uint64_t LockTimeline::Push(const LockSpan& span) {
  spans_.push_back(span);
  if (spans_.size() > kMostLockSpans) {
    spans_.pop_front();
    ++first_serial_;
  }
  return first_serial_ + spans_.size() - 1;
}

void LockTimeline::See(uint32_t lane, uint32_t client, LockSpan::Kind kind, uint64_t begin_ns,
                       uint64_t now_ns, std::vector<Open>* seen) {
  const auto same = std::find_if(open_.begin(), open_.end(), [&](const Open& open) {
    // A hold that began later than the one that was seen before is another one.
    return open.lane == lane && open.client == client && open.kind == kind &&
           (kind != LockSpan::Kind::kHeld || begin_ns <= open.begin_ns + 1'000'000);
  });
  if (same == open_.end() || same->serial < first_serial_) {
    const uint64_t serial =
        Push({kind, lane, client, begin_ns, now_ns, false, 1, now_ns - begin_ns});
    seen->push_back({lane, client, kind, begin_ns, serial});
    return;
  }
  LockSpan& span = spans_[same->serial - first_serial_];
  span.end_ns = std::max(now_ns, span.begin_ns);
  span.taken_ns = span.end_ns - span.begin_ns;
  seen->push_back(*same);
}

void LockTimeline::AddEvent(const Snapshot& snapshot, const Event& event) {
  LockSpan span;
  span.told = true;
  uint64_t lock = shm::kLockWalWrite;
  uint64_t duration_ns = 0;
  switch (event.kind) {
    case EventKind::kCommit:
      duration_ns = event.arguments[3];
      break;
    case EventKind::kLockReleased:
      lock = event.arguments[0];
      duration_ns = event.arguments[2];
      if (event.arguments[1] == 0) span.kind = LockSpan::Kind::kShared;
      break;
    case EventKind::kLockWaitDone:
      lock = event.arguments[0];
      duration_ns = event.arguments[2];
      span.kind = LockSpan::Kind::kWaited;
      break;
    case EventKind::kLockRefused:
      lock = event.arguments[0];
      duration_ns = event.arguments[3];
      span.kind = LockSpan::Kind::kRefused;
      break;
    default:
      return;
  }
  if (lock >= shm::kLockCount || event.file == 0) return;
  span.lane = LaneOfEvent(snapshot, event.file, static_cast<uint32_t>(lock));
  span.client = event.client;
  span.begin_ns = Before(event.time_ns, duration_ns);
  span.end_ns = event.time_ns;
  span.taken_ns = span.end_ns - span.begin_ns;
  if (!Merge(span)) Push(span);
}

void LockTimeline::Add(const Snapshot& snapshot, const EventBatch& events) {
  const uint64_t now = snapshot.observed_ns;
  std::vector<Open> seen;
  for (const LockSnapshot& lock : snapshot.locks) {
    if (lock.holders.empty() && lock.waiters.empty()) continue;
    const uint32_t lane = Lane(lock.file ? *lock.file + 1 : 0, lock.database, lock.name);
    for (const LockHolder& holder : lock.holders) {
      if (!holder.client) continue;
      See(lane, *holder.client, lock.exclusive ? LockSpan::Kind::kHeld : LockSpan::Kind::kShared,
          Before(now, lock.exclusive ? lock.held_ns : 0), now, &seen);
    }
    for (const LockHolder& waiter : lock.waiters) {
      if (!waiter.client) continue;
      See(lane, *waiter.client, LockSpan::Kind::kWaited, WaitingSince(snapshot, lock, waiter), now,
          &seen);
    }
  }
  open_ = std::move(seen);
  for (const Event& event : events.events) AddEvent(snapshot, event);
}

}  // namespace glasswal::inspector
