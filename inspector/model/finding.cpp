#include "model/finding.h"

#include <algorithm>

#include "glasswal/option_names.h"
#include "model/format.h"
#include "shm/layout.h"

namespace glasswal::inspector {
namespace {

using Severity = Finding::Severity;
using Kind = Selection::Kind;

constexpr uint64_t kSlotsWarningPercent = 90;

bool Nearly(uint64_t part, uint64_t whole, uint64_t percent = kNearlyFullPercent) {
  return whole > 0 && part >= whole / 100 * percent + whole % 100 * percent / 100;
}

/// What whoever made the region calls one of its options: only JavaScript has workers and pages.
std::string OptionOf(const Snapshot& s, Option option) {
  const bool javascript =
      std::any_of(s.clients.begin(), s.clients.end(), [](const ClientSnapshot& client) {
        return client.kind == ClientKind::kWorker || client.kind == ClientKind::kPage;
      });
  return NameOf(option, javascript ? OptionLanguage::kJavaScript : OptionLanguage::kCpp);
}

std::string Quoted(const std::string& name) { return "`" + name + "`"; }

void LongHolds(const Snapshot& s, std::vector<Finding>* out) {
  for (size_t i = 0; i < s.locks.size(); ++i) {
    const LockSnapshot& lock = s.locks[i];
    if (!lock.exclusive || lock.held_ns < kLongHoldNs || lock.holders.empty()) continue;
    const std::string where = lock.database.empty() ? "" : " of " + lock.database;
    std::string sentence = Quoted(lock.holders[0].client_name) + " has held " + lock.name + where +
                           " for " + FormatDuration(lock.held_ns);
    if (!lock.waiters.empty()) {
      sentence += "; " + FormatCounted(lock.waiters.size(), "connection waits", "connections wait");
    }
    out->push_back({lock.waiters.empty() ? Severity::kWarning : Severity::kProblem,
                    "long-held lock",
                    sentence + ".",
                    "A write transaction keeps every other writer out: commit sooner, or in "
                    "smaller pieces.",
                    PanelId::kLocks,
                    {Kind::kLock, i}});
  }
}

/// Locks that stand in somebody's way. Each open connection shares SHARED all the time.
uint32_t HeldInTheWay(const Snapshot& s, uint32_t client) {
  uint32_t held = 0;
  for (const ConnectionSnapshot& connection : s.connections) {
    if (connection.client != client) continue;
    for (const HeldLock& lock : connection.held_locks) {
      held += lock.name != "SHARED" || lock.mode == LockMode::kExclusive ? 1 : 0;
    }
  }
  return held;
}

void SilentHolders(const Snapshot& s, std::vector<Finding>* out) {
  for (const ClientSnapshot& client : s.clients) {
    if (!client.silent_ns || *client.silent_ns < kSilentHolderNs) continue;
    const uint32_t held = HeldInTheWay(s, client.slot);
    if (held == 0) continue;
    const bool reported = *client.silent_ns / 1000000 >= s.region.options.stale_ms;
    out->push_back({reported ? Severity::kProblem : Severity::kWarning,
                    "silent holder",
                    Quoted(client.name) + " holds " + FormatCounted(held, "lock", "locks") +
                        " and has made no call for " + FormatDuration(*client.silent_ns) + ".",
                    "It may be stopped, in a debugger, or busy outside of SQLite within a "
                    "transaction. Nothing is taken from it before it is proved dead.",
                    PanelId::kClients,
                    {Kind::kClient, client.slot}});
  }
}

void HeldBackCheckpoints(const Snapshot& s, std::vector<Finding>* out) {
  for (const WalSnapshot& wal : s.wals) {
    const std::optional<CheckpointHolder>& by =
        wal.held_back_by ? wal.held_back_by : wal.oldest_reader;
    if (!by || wal.backfilled >= wal.frames || by->duration_ns < kLongReaderNs) continue;
    Selection selection{Kind::kFile, wal.file};
    if (by->holder.client) selection = {Kind::kClient, *by->holder.client};
    // Of a holder is known since when checkpoints fall short; of a reader, how long it has read.
    const std::string since = FormatDuration(by->duration_ns);
    out->push_back({Severity::kWarning, "checkpoint held back",
                    Quoted(by->holder.client_name) + " keeps the checkpoint of " + wal.database +
                        " back" +
                        (wal.held_back_by ? "; checkpoints have fallen short for " + since
                                          : " with a read transaction of " + since) +
                        ": " + FormatCounted(wal.frames - wal.backfilled, "frame", "frames") +
                        " cannot be copied or reused.",
                    "Finish the read (reset the statement): until then the log only grows.",
                    PanelId::kWal, selection});
  }
}

/// What the frames take. A log keeps its size when it starts over, so its size alone says little.
uint64_t UsedBytes(const WalSnapshot& wal) {
  constexpr uint64_t kLogHeaderBytes = 32;
  constexpr uint64_t kFrameHeaderBytes = 24;
  if (!wal.header_valid) return wal.size_bytes;
  return kLogHeaderBytes + uint64_t{wal.frames} * (wal.page_size_bytes + kFrameHeaderBytes);
}

void FullLogs(const Snapshot& s, std::vector<Finding>* out) {
  for (const WalSnapshot& wal : s.wals) {
    if (!Nearly(UsedBytes(wal), wal.max_capacity_bytes)) continue;
    out->push_back({Severity::kProblem,
                    "log nearly full",
                    "The write-ahead log of " + wal.database + " is at " +
                        FormatPercent(UsedBytes(wal), wal.max_capacity_bytes) + " of its " +
                        FormatBytes(wal.max_capacity_bytes) + ".",
                    "Beyond it commits fail with SQLITE_FULL. Let a checkpoint finish, or raise " +
                        OptionOf(s, Option::kMaxWriteAheadCapacity) + ".",
                    PanelId::kWal,
                    {Kind::kFile, wal.wal_file.value_or(wal.file)}});
  }
}

void FullFiles(const Snapshot& s, std::vector<Finding>* out) {
  for (const FileSnapshot& file : s.files) {
    if (file.kind == FileKind::kWal || !Nearly(file.logical_size_bytes, file.max_capacity_bytes)) {
      continue;
    }
    out->push_back({Severity::kWarning,
                    "file nearly full",
                    file.path + " is at " +
                        FormatPercent(file.logical_size_bytes, file.max_capacity_bytes) +
                        " of its " + FormatBytes(file.max_capacity_bytes) + ".",
                    "Beyond it statements fail with SQLITE_FULL. Delete rows, or raise " +
                        OptionOf(s, Option::kMaxDatabaseCapacity) + ".",
                    PanelId::kFiles,
                    {Kind::kFile, file.number}});
  }
}

void FullRegion(const Snapshot& s, std::vector<Finding>* out) {
  const uint64_t free = s.region.free_segments + s.region.segment_count -
                        std::min(s.region.segment_count, s.region.committed_segments);
  const uint64_t used = s.region.segment_count - std::min<uint64_t>(free, s.region.segment_count);
  if (Nearly(used, s.region.segment_count)) {
    out->push_back({Severity::kProblem,
                    "region nearly full",
                    FormatPercent(used, s.region.segment_count) + " of the region's " +
                        FormatBytes(s.region.capacity_bytes) + " are in use.",
                    "Whoever needs another segment gets SQLITE_FULL: delete, checkpoint with "
                    "TRUNCATE, or create a region with a larger " +
                        OptionOf(s, Option::kRegionCapacity) + ".",
                    PanelId::kSegments,
                    {}});
  }
  if (s.region.full > 0) {
    out->push_back({Severity::kNote,
                    "was full",
                    FormatCounted(s.region.full, "claim of memory has", "claims of memory have") +
                        " failed for want of room so far.",
                    "Each was an SQLITE_FULL for somebody.",
                    PanelId::kSegments,
                    {}});
  }
}

void LostEvents(const Snapshot& s, uint64_t lost, std::vector<Finding>* out) {
  if (lost == 0 && s.events.dropped == 0) return;
  out->push_back({Severity::kNote,
                  "events lost",
                  FormatCounted(lost, "event was", "events were") +
                      " overwritten before the inspector read them, and " +
                      FormatCount(s.events.dropped) + " were dropped by their writers.",
                  "Raise " + OptionOf(s, Option::kEventCapacity) +
                      " or lower the event level if each one counts.",
                  PanelId::kEvents,
                  {}});
}

void Recoveries(const Snapshot& s, std::vector<Finding>* out) {
  for (const RecoverySnapshot& recovery : s.recoveries) {
    const bool old = recovery.age_ns > uint64_t{60} * 1'000'000'000;
    const char* how = recovery.evicted ? " was evicted and" : " died and";
    const bool held = recovery.locks > 0;
    out->push_back({recovery.running ? Severity::kProblem
                    : old            ? Severity::kNote
                                     : Severity::kWarning,
                    "stale recovery",
                    Quoted(recovery.client_name) + how + (recovery.running ? " is being" : " was") +
                        " recovered from" +
                        (recovery.running ? "" : " " + FormatDuration(recovery.age_ns) + " ago") +
                        ": " + FormatCounted(recovery.locks, "lock", "locks") + ", " +
                        FormatCounted(recovery.handles, "handle", "handles") + " and " +
                        FormatCounted(recovery.segments, "segment", "segments") + " taken back.",
                    held ? "It held a lock when it died; its unfinished transaction is gone, each "
                           "commit is there."
                         : "It held no lock when it died.",
                    PanelId::kRecoveries,
                    {Kind::kRecovery, recovery.number}});
    if (out->size() > 64) return;
  }
}

void FullTables(const Snapshot& s, std::vector<Finding>* out) {
  if (Nearly(s.clients.size(), shm::kMaxClients, kSlotsWarningPercent)) {
    out->push_back({Severity::kWarning,
                    "client slots nearly used up",
                    FormatCount(s.clients.size()) + " of " + FormatCount(shm::kMaxClients) +
                        " client slots are taken.",
                    "The next to join may be refused.",
                    PanelId::kClients,
                    {}});
  }
  if (Nearly(s.files.size(), shm::kMaxFiles, kSlotsWarningPercent)) {
    out->push_back({Severity::kWarning,
                    "file slots nearly used up",
                    FormatCount(s.files.size()) + " of " + FormatCount(shm::kMaxFiles) +
                        " places for files are taken.",
                    "The next file may not be created.",
                    PanelId::kFiles,
                    {}});
  }
  for (const DatabaseSnapshot& database : s.databases) {
    if (!Nearly(database.connections, shm::kMaxConnections, kSlotsWarningPercent)) continue;
    out->push_back({Severity::kWarning,
                    "connection slots nearly used up",
                    database.path + " has " + FormatCount(database.connections) + " of " +
                        FormatCount(shm::kMaxConnections) + " connections open.",
                    "The next to open it may be refused.",
                    PanelId::kFiles,
                    {Kind::kFile, database.file}});
  }
}

void BadLocks(const Snapshot& s, std::vector<Finding>* out) {
  for (size_t i = 0; i < s.locks.size(); ++i) {
    if (s.locks[i].valid) continue;
    out->push_back({Severity::kProblem,
                    "impossible lock",
                    "The word of " + s.locks[i].name + " of " + s.locks[i].database +
                        " is no possible state of a lock.",
                    "The region's memory was damaged.",
                    PanelId::kLocks,
                    {Kind::kLock, i}});
  }
}

void Refusals(const Snapshot& s, std::vector<Finding>* out) {
  for (size_t i = 0; i < s.locks.size(); ++i) {
    const LockSnapshot& lock = s.locks[i];
    if (lock.refused == 0 || lock.name != "WRITE") continue;
    out->push_back({Severity::kNote,
                    "refused writers",
                    lock.name + " of " + lock.database + " was refused " +
                        FormatCounted(lock.refused, "time", "times") + " so far; it was met held " +
                        FormatCounted(lock.contended, "time", "times") + ".",
                    "Each was an SQLITE_BUSY: a longer busy timeout waits for the release.",
                    PanelId::kLocks,
                    {Kind::kLock, i}});
  }
}

}  // namespace

const char* Name(Severity severity) {
  switch (severity) {
    case Severity::kProblem:
      return "problem";
    case Severity::kWarning:
      return "warning";
    default:
      return "note";
  }
}

std::vector<Finding> Findings(const Snapshot& snapshot, uint64_t events_lost) {
  std::vector<Finding> findings;
  BadLocks(snapshot, &findings);
  LongHolds(snapshot, &findings);
  SilentHolders(snapshot, &findings);
  FullLogs(snapshot, &findings);
  FullRegion(snapshot, &findings);
  HeldBackCheckpoints(snapshot, &findings);
  FullFiles(snapshot, &findings);
  FullTables(snapshot, &findings);
  Refusals(snapshot, &findings);
  LostEvents(snapshot, events_lost, &findings);
  Recoveries(snapshot, &findings);
  std::stable_sort(findings.begin(), findings.end(),
                   [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
  return findings;
}

}  // namespace glasswal::inspector
