#include "diag/trace_timeline.h"

#include <algorithm>

#include "lock/lock_word.h"
#include "shm/lock_names.h"

namespace glasswal::diag {
namespace {

uint64_t Before(uint64_t time_ns, uint64_t duration_ns) {
  return time_ns > duration_ns ? time_ns - duration_ns : 0;
}

/// kLockCount: it is none of a database's.
uint32_t LockNumber(std::string_view name) {
  uint32_t id = 0;
  while (id < shm::kLockCount && name != shm::LockName(id)) ++id;
  return id;
}

/// What is not an instant of its own: it is told by slices and counters, or happens too often.
bool IsQuiet(EventKind kind) {
  switch (kind) {
    case EventKind::kCheckpointBegan:
    case EventKind::kLockWaitBegan:
    case EventKind::kLockWaitDone:
    case EventKind::kLockAcquired:
    case EventKind::kLockReleased:
    case EventKind::kRead:
    case EventKind::kWrite:
    case EventKind::kSync:
    case EventKind::kCheckpointDone:
    case EventKind::kStatement:
    case EventKind::kTransactionEnded:
      return true;
    default:
      return false;
  }
}

}  // namespace

// The region itself, whose counters are there: the first process.
Timeline::Timeline() { TrackOf({Track::kRegion, 0, 0, 0, 0}); }

uint32_t Timeline::TrackOf(const Track::Key& key) {
  const auto known = track_of_.find(key);
  if (known != track_of_.end()) return known->second;
  const uint32_t process =
      key[0] > Track::kClient ? TrackOf({Track::kClient, 0, 0, key[3], key[4]}) : 0;
  const auto track = static_cast<uint32_t>(tracks_.size());
  track_of_[key] = track;
  tracks_.emplace_back();
  tracks_[track].key = key;
  tracks_[track].process = key[0] > Track::kClient ? process : track;
  return track;
}

uint32_t Timeline::TrackOfEvent(const Event& event) {
  if (event.connection == 0 || event.file == 0) {
    return TrackOf({Track::kClient, 0, 0, event.client, event.client_generation});
  }
  return TrackOf(
      {Track::kConnection, event.file, event.connection, event.client, event.client_generation});
}

uint32_t Timeline::LockTrack(uint32_t connection_track, uint64_t lock) {
  Track::Key key = tracks_[connection_track].key;
  key[0] = Track::kLocks + static_cast<uint32_t>(lock);
  return TrackOf(key);
}

std::vector<uint32_t> Timeline::Find(uint32_t kind, uint32_t file_plus_1,
                                     uint32_t connection_plus_1) const {
  std::vector<uint32_t> found;
  for (auto at = track_of_.lower_bound({kind, file_plus_1, connection_plus_1, 0, 0});
       at != track_of_.end() && at->first[0] == kind && at->first[1] == file_plus_1 &&
       at->first[2] == connection_plus_1;
       ++at) {
    found.push_back(at->second);
  }
  return found;
}

std::vector<uint32_t> Timeline::FindLock(uint32_t lock, uint32_t file_plus_1) const {
  const uint32_t kind = Track::kLocks + lock;
  std::vector<uint32_t> found;
  for (auto at = track_of_.lower_bound({kind, file_plus_1, 0, 0, 0});
       at != track_of_.end() && at->first[0] == kind && at->first[1] == file_plus_1; ++at) {
    found.push_back(at->second);
  }
  return found;
}

const Mark* Timeline::Within(const std::vector<uint32_t>& marks, uint64_t from_ns,
                             uint64_t to_ns) const {
  const auto first = std::partition_point(
      marks.begin(), marks.end(), [&](uint32_t mark) { return marks_[mark].end_ns <= from_ns; });
  return first != marks.end() && marks_[*first].begin_ns < to_ns ? &marks_[*first] : nullptr;
}

uint32_t Timeline::Add(MarkKind kind, uint32_t track, uint64_t begin_ns, uint64_t end_ns,
                       std::string name, const Event* event) {
  Mark mark;
  mark.kind = kind;
  mark.track = track;
  mark.begin_ns = begin_ns;
  mark.end_ns = end_ns;
  mark.name = std::move(name);
  mark.event = event;
  marks_.push_back(std::move(mark));
  return static_cast<uint32_t>(marks_.size() - 1);
}

void Timeline::AddClient(uint32_t slot, uint32_t generation, const std::string& name) {
  for (const Client& client : clients_) {
    if (client.slot == slot && client.generation == generation) return;
  }
  clients_.push_back({slot, generation, name});
}

std::string Timeline::ClientName(const Track& track) const {
  const std::string number = "client " + std::to_string(track.key[3]);
  for (const Client& client : clients_) {
    if (client.slot != track.key[3] || client.generation != track.key[4]) continue;
    if (!client.name.empty()) return client.name + " (" + number + ")";
  }
  return number;
}

std::string Timeline::Path(uint32_t file_plus_1) const {
  for (const auto& [file, path] : paths_) {
    if (file == file_plus_1) return path;
  }
  return "file " + std::to_string(file_plus_1 - 1);
}

std::string Timeline::StatementText(uint64_t handle) const {
  for (const auto& [known, text] : statements_) {
    if (known == handle && !text.empty()) return text;
  }
  return "statement";
}

void Timeline::AddCounter(uint64_t time_ns, std::string name, std::array<const char*, 2> series,
                          std::array<uint64_t, 2> values) {
  Mark& mark = marks_[Add(MarkKind::kCounter, 0, time_ns, time_ns, std::move(name), nullptr)];
  mark.series = series;
  mark.values = values;
}

void Timeline::AddLogFrames(const Event& event, uint64_t frames, uint64_t backfilled) {
  AddCounter(event.time_ns, "log of " + Path(event.file), {"frames", "backfilled"},
             {frames, backfilled});
}

void Timeline::AddLook(const Snapshot& snapshot) {
  for (const ClientSnapshot& client : snapshot.clients) {
    AddClient(client.slot, client.generation, client.name);
  }
  for (const FormerClient& client : snapshot.former_clients) {
    AddClient(client.slot, client.generation, client.name);
  }
  for (const FileSnapshot& file : snapshot.files) {
    const uint32_t number = file.number + 1;
    const auto is_it = [number](const auto& path) { return path.first == number; };
    if (std::none_of(paths_.begin(), paths_.end(), is_it)) paths_.emplace_back(number, file.path);
  }
  for (const StatementTotals& statement : snapshot.statements) {
    const uint64_t handle = uint64_t{statement.generation} << 16 | (statement.row + 1);
    const auto is_it = [handle](const auto& known) { return known.first == handle; };
    if (std::none_of(statements_.begin(), statements_.end(), is_it)) {
      statements_.emplace_back(handle, statement.text);
    }
  }
  for (const WalSnapshot& wal : snapshot.wals) {
    AddCounter(snapshot.observed_ns, "log of " + wal.database, {"frames", "backfilled"},
               {wal.frames, wal.backfilled});
  }
  AddCounter(snapshot.observed_ns, "reads", {"copied", "in place"},
             {snapshot.totals.reads, snapshot.totals.fetches});
}

void Timeline::AddEvents(const std::vector<Event>& events) {
  for (const Event& event : events) AddEvent(event);
}

void Timeline::AddEvent(const Event& event) {
  const uint32_t track = TrackOfEvent(event);
  const auto& arguments = event.arguments;
  if (!IsQuiet(event.kind)) {
    Add(MarkKind::kInstant, track, event.time_ns, event.time_ns, Describe(event.kind).name, &event);
  }
  if (event.kind == EventKind::kCommit) AddCommit(track, event);
  if (event.kind == EventKind::kRecoveryBegan) recoveries_.push_back(&event);
  if (tracks_[track].key[0] != Track::kConnection) return;
  switch (event.kind) {
    case EventKind::kTransactionEnded:
      return AddTransaction(track, Before(event.time_ns, arguments[0]), event.time_ns,
                            event.transaction, &event);
    case EventKind::kStatement:
    case EventKind::kStatementSlow:
    case EventKind::kStatementInterrupted:
    case EventKind::kBusySnapshot:
    case EventKind::kProtocol:
      return AddStatementEvent(track, event);
    case EventKind::kCheckpointDone:
      Add(MarkKind::kCheckpoint, track, Before(event.time_ns, arguments[3]), event.time_ns,
          "checkpoint", &event);
      return AddLogFrames(event, arguments[0], arguments[1]);
    case EventKind::kCheckpointBegan:
      return AddLogFrames(event, arguments[0], arguments[1]);
    case EventKind::kWalRestarted:
      return AddLogFrames(event, 0, 0);
    case EventKind::kLockWaitBegan:
      tracks_[track].begun = &event;
      return;
    case EventKind::kLockWaitDone:
    case EventKind::kLockRefused:
      return AddWait(track, event);
    case EventKind::kLockAcquired:
    case EventKind::kLockReleased:
      if (arguments[0] < shm::kLockCount) AddRelease(LockTrack(track, arguments[0]), event);
      return;
    default:
      return;
  }
}

void Timeline::AddTransaction(uint32_t track, uint64_t begin_ns, uint64_t end_ns, uint32_t number,
                              const Event* event) {
  const Mark* first = Within(tracks_[track].marks, begin_ns, begin_ns);
  if (first != nullptr && first->end_ns < end_ns) begin_ns = first->begin_ns;
  tracks_[track].transactions.push_back(Add(MarkKind::kTransaction, track, begin_ns, end_ns,
                                            "transaction " + std::to_string(number), event));
}

// One that was slow, or failed, is told of more than once.
void Timeline::AddStatementEvent(uint32_t track, const Event& event) {
  const uint64_t begin_ns = Before(event.time_ns, event.arguments[1]);
  const std::vector<uint32_t>& statements = tracks_[track].marks;
  Mark* const last = statements.empty() ? nullptr : &marks_[statements.back()];
  const bool is_same = last != nullptr && last->event != nullptr &&
                       last->event->kind != EventKind::kStatement &&
                       std::equal(event.arguments, event.arguments + 3, last->event->arguments) &&
                       begin_ns < last->end_ns;
  if (!is_same) {
    return AddStatement(track, begin_ns, event.time_ns, StatementText(event.arguments[0]), &event);
  }
  last->event = &event;
  last->begin_ns = begin_ns;
  last->end_ns = event.time_ns;
}

void Timeline::AddStatement(uint32_t track, uint64_t begin_ns, uint64_t end_ns, std::string text,
                            const Event* event) {
  const Mark* before = Within(tracks_[track].transactions, begin_ns, begin_ns);
  if (before != nullptr && before->end_ns < end_ns) {
    marks_[static_cast<size_t>(before - marks_.data())].end_ns = end_ns;
  }
  tracks_[track].marks.push_back(
      Add(MarkKind::kStatement, track, begin_ns, end_ns, std::move(text), event));
}

// Who was refused has waited before, which an event of its own has told unless nobody wanted it.
void Timeline::AddWait(uint32_t track, const Event& event) {
  const bool is_refusal = event.kind == EventKind::kLockRefused;
  const uint64_t lock = event.arguments[0];
  const uint64_t waited_ns = event.arguments[is_refusal ? 3 : 2];
  const uint64_t begin_ns = Before(event.time_ns, waited_ns);
  const Event* began = std::exchange(tracks_[track].begun, nullptr);
  if (lock >= shm::kLockCount || waited_ns == 0) return;
  if (is_refusal && begin_ns < tracks_[track].waited_until_ns) return;
  tracks_[track].waited_until_ns = event.time_ns;
  TraceWait wait;
  wait.lock = static_cast<uint32_t>(lock);
  wait.has_client = is_refusal;
  if (is_refusal) {
    wait.client = static_cast<uint32_t>(event.arguments[1]);
  } else if (began != nullptr && began->arguments[0] == lock) {
    wait.holders = lock::Holders(began->arguments[2]);
  }
  wait.mark = Add(MarkKind::kWait, track, begin_ns, event.time_ns,
                  std::string("wait for ") + shm::LockName(wait.lock), &event);
  waits_.push_back(wait);
}

// How long a lock was had exclusively is told at its end, of others when they were acquired.
void Timeline::AddRelease(uint32_t track, const Event& event) {
  if (event.kind == EventKind::kLockAcquired) {
    if (tracks_[track].begun == nullptr) tracks_[track].begun = &event;
    return;
  }
  const Event* acquired = std::exchange(tracks_[track].begun, nullptr);
  if (event.arguments[2] != 0) {
    AddHold(track, Before(event.time_ns, event.arguments[2]), event.time_ns, &event);
  } else if (acquired != nullptr && acquired->time_ns <= event.time_ns) {
    AddHold(track, acquired->time_ns, event.time_ns, &event);
  }
}

void Timeline::AddHold(uint32_t track, uint64_t begin_ns, uint64_t end_ns, const Event* event) {
  const char* name = shm::LockName(tracks_[track].key[0] - Track::kLocks);
  tracks_[track].marks.push_back(Add(MarkKind::kHold, track, begin_ns, end_ns, name, event));
}

// Where locks are recorded its release has told of the hold right before.
void Timeline::AddCommit(uint32_t track, const Event& event) {
  AddCounter(event.time_ns, "commits", {"commits", ""}, {});
  commits_.push_back(static_cast<uint32_t>(marks_.size() - 1));
  const uint64_t held_ns = event.arguments[3];
  if (held_ns == 0 || tracks_[track].key[0] != Track::kConnection) return;
  const uint32_t lock_track = LockTrack(track, shm::kLockWalWrite);
  const std::vector<uint32_t>& holds = tracks_[lock_track].marks;
  if (!holds.empty() && marks_[holds.back()].end_ns >= event.time_ns) return;
  AddHold(lock_track, Before(event.time_ns, held_ns), event.time_ns, &event);
}

void Timeline::AddOpenConnection(const ConnectionSnapshot& connection, const Snapshot& snapshot) {
  const uint64_t now_ns = snapshot.observed_ns;
  const uint32_t track = TrackOf({Track::kConnection, connection.file + 1, connection.slot + 1,
                                  *connection.client, connection.client_generation});
  if (connection.transaction_ns != 0) {
    AddTransaction(track, Before(now_ns, connection.transaction_ns), now_ns, connection.transaction,
                   nullptr);
  }
  if (connection.statement && connection.statement->running) {
    AddStatement(track, Before(now_ns, connection.statement->age_ns), now_ns,
                 connection.statement->text, nullptr);
  }
  for (const LockSnapshot& lock : snapshot.locks) {
    if (lock.file != connection.file) continue;
    const uint32_t id = LockNumber(lock.name);
    if (id == shm::kLockCount) continue;
    uint64_t holders = 0;
    for (const LockHolder& holder : lock.holders) {
      if (holder.connection && *holder.connection < lock::kLockSlots) {
        holders |= lock::SlotBit(*holder.connection);
      }
    }
    if (lock::Holds(holders, connection.slot)) {
      const uint32_t lock_track = LockTrack(track, id);
      const Event* acquired = tracks_[lock_track].begun;
      if (lock.exclusive && lock.held_ns != 0) {
        AddHold(lock_track, Before(now_ns, lock.held_ns), now_ns, nullptr);
      } else if (acquired != nullptr && acquired->time_ns <= now_ns) {
        AddHold(lock_track, acquired->time_ns, now_ns, nullptr);
      }
    }
    if (connection.waiting && connection.waiting->name == lock.name) {
      TraceWait wait;
      wait.mark = Add(MarkKind::kWait, track, Before(now_ns, connection.waiting->waited_ns), now_ns,
                      "wait for " + lock.name, nullptr);
      wait.lock = id;
      wait.holders = holders;
      waits_.push_back(wait);
    }
  }
}

// No event tells of what a dead client had not ended: its black box does.
void Timeline::AddDead(const RecoverySnapshot& recovery) {
  const auto is_it = [&recovery](const Event* event) {
    return event->arguments[0] == recovery.client &&
           event->arguments[1] == recovery.client_generation;
  };
  const auto began = std::find_if(recoveries_.begin(), recoveries_.end(), is_it);
  if (began == recoveries_.end()) return;
  AddClient(recovery.client, recovery.client_generation, recovery.client_name);
  const uint64_t end_ns = (*began)->time_ns;
  bool has_statement = recovery.running_ns == 0;
  for (const BlackBoxLock& lock : recovery.held_locks) {
    const uint32_t id = LockNumber(lock.name);
    if (!lock.file || !lock.connection || lock.waiting || lock.held_ns == 0) continue;
    if (id == shm::kLockCount) continue;
    const uint32_t track = TrackOf({Track::kConnection, *lock.file + 1, *lock.connection + 1,
                                    recovery.client, recovery.client_generation});
    AddHold(LockTrack(track, id), Before(end_ns, lock.held_ns), end_ns, *began);
    if (std::exchange(has_statement, true)) continue;
    AddStatement(track, Before(end_ns, recovery.running_ns), end_ns, recovery.statement, *began);
  }
}

void Timeline::End(const Snapshot& snapshot) {
  for (const RecoverySnapshot& recovery : snapshot.recoveries) AddDead(recovery);
  for (const ConnectionSnapshot& connection : snapshot.connections) {
    if (connection.client && connection.slot < lock::kLockSlots) {
      AddOpenConnection(connection, snapshot);
    }
  }
  // Those that the events tell of are the last ones.
  std::sort(commits_.begin(), commits_.end(), [this](uint32_t a, uint32_t b) {
    return std::pair(marks_[a].begin_ns, a) < std::pair(marks_[b].begin_ns, b);
  });
  uint64_t count = Before(snapshot.totals.commits, commits_.size());
  for (const uint32_t mark : commits_) marks_[mark].values[0] = ++count;
  // Clocks of others may be ahead.
  const uint64_t last_ns = commits_.empty() ? 0 : marks_[commits_.back()].begin_ns;
  AddCounter(std::max(snapshot.observed_ns, last_ns), "commits", {"commits", ""},
             {std::max(snapshot.totals.commits, count), 0});
}

}  // namespace glasswal::diag
