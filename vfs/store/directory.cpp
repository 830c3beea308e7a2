#include "store/directory.h"

#include <array>
#include <bit>
#include <string>

#include "port/assert.h"
#include "port/clock.h"
#include "port/futex.h"
#include "port/option_language.h"
#include "port/point.h"
#include "store/file.h"
#include "store/segment_map.h"
#include "store/super_journal.h"
#include "store/text.h"
#include "store/words.h"
#include "trace/counters.h"

namespace glasswal::store {
namespace {

constexpr uint64_t kDirectoryTimeoutNs = 10'000'000'000;
constexpr int kTriesWithoutWaiting = 20'000;
constexpr uint64_t kMomentNs = 100'000'000;
constexpr uint64_t kMomentLookUs = 200;

uint32_t StateOf(const shm::ShmFile& file) {
  return FileStateOf(file.state.load(std::memory_order_acquire));
}

void SetState(shm::ShmFile* file, shm::FileState state) {
  const uint64_t word = file->state.load(std::memory_order_relaxed);
  file->state.store(
      FileWord(state, static_cast<shm::FileKind>(FileKindOf(word)), GenerationOf(word)),
      std::memory_order_release);
}

uint64_t LimitFor(const shm::RegionView& region, shm::FileKind kind) {
  switch (kind) {
    case shm::kFileDatabase:
      return region.header()->max_database_bytes.load(std::memory_order_relaxed);
    case shm::kFileWal:
      return region.header()->max_wal_bytes.load(std::memory_order_relaxed);
    default:
      return shm::kMaxFileBytes;
  }
}

/// Frees everything that a file without openers has, then its entry. Can be repeated from any step.
uint32_t FreeStorage(ClientContext& self, uint32_t number) {
  shm::Region& region = *self.region;
  shm::ShmFile* file = region.file(number);
  shm::ShmIntent* intent = &self.shm_client()->intent;
  uint32_t freed = 0;
  for (uint32_t map = 0; map < shm::kMapSegments; ++map) {
    const MapPlace map_place{shm::kMapMap, number, map};
    if (MappedSegment(region, map_place) == shm::kNoSegment) continue;
    const uint32_t end = (map + 1) * shm::kMapEntries;
    uint32_t index = map * shm::kMapEntries;
    while ((index = NextEntry(region, number, index, end)) < end) {
      freed += UnlinkSegment(self, intent, {shm::kMapData, number, index++});
    }
    UnlinkSegment(self, intent, map_place);
  }
  if (DatabaseOf(region, number) != nullptr) {
    for (uint32_t i = 0; i < shm::kWalIndexSegments; ++i) {
      UnlinkSegment(self, intent, {shm::kMapWalIndex, number, i});
    }
    UnlinkSegment(self, intent, {shm::kMapControl, number, 0});
  }
  GLASSWAL_POINT("directory.free.entry");
  file->open_clients.store(0, std::memory_order_relaxed);  // Of one that was never finished.
  SetState(file, shm::kFileFree);
  return freed;
}

/// Removes what a client that died with the lock left behind. The lock is held, so nobody else is
/// creating or deleting.
void RemoveOrphans(ClientContext& self) {
  for (uint32_t number = 0; number < self.region->used_files(); ++number) {
    const shm::ShmFile* file = self.region->file(number);
    const uint32_t state = StateOf(*file);
    const bool abandoned =
        state == shm::kFileCreating ||
        (state == shm::kFileUnlinked && file->open_clients.load(std::memory_order_relaxed) == 0);
    if (abandoned) FreeStorage(self, number);
  }
}

/// The creator counts as an opener from the beginning, so that whoever recovers from it finds the
/// file as one of its own also if it dies before it has opened it.
void InitializeEntry(ClientContext& self, shm::ShmFile* file, const OpenRequest& request) {
  const uint32_t generation = GenerationOf(file->state.load(std::memory_order_relaxed)) + 1;
  file->state.store(FileWord(shm::kFileCreating, request.kind, generation),
                    std::memory_order_release);
  GLASSWAL_POINT("directory.create.entry");
  file->size_bytes.store(0, kPublished);
  file->limit_bytes.store(LimitFor(*self.region, request.kind), kPublished);
  file->open_clients.store(lock::SlotBit(self.slot), kPublished);
  file->segments.store(0, kPublished);
  file->peak_segments.store(0, kPublished);
  file->reclaimed_segments.store(0, kPublished);
  file->database.store(request.database_plus_1, kPublished);
  file->wal_default.store(request.kind == shm::kFileDatabase, kPublished);
  StoreText(file->path, request.path);
}

/// The number of an entry that can be used: one that was before, if there is any.
std::optional<uint32_t> FreeEntry(shm::Region& region) {
  const uint32_t used = region.used_files();
  for (uint32_t number = 0; number < used; ++number) {
    if (StateOf(*region.file(number)) == shm::kFileFree) return number;
  }
  if (used == shm::kMaxFiles) return std::nullopt;
  region.header()->used_files.store(used + 1, std::memory_order_release);
  return used;
}

Result<uint32_t> CreateFile(ClientContext& self, const OpenRequest& request) {
  if (request.path.empty() || request.path.size() >= shm::kPathBytes) {
    return Status(StatusCode::kInvalidArgument, "a path must have 1 to 255 bytes; this one has " +
                                                    std::to_string(request.path.size()) +
                                                    ": choose a shorter name");
  }
  shm::Region& region = *self.region;
  const std::optional<uint32_t> number = FreeEntry(region);
  if (!number) {
    return Status(StatusCode::kFull, "all " + std::to_string(shm::kMaxFiles) +
                                         " files of the region are in use: remove one "
                                         "(Runtime::RemoveFile, client.remove) before creating " +
                                         std::string(request.path));
  }
  InitializeEntry(self, region.file(*number), request);
  GLASSWAL_POINT("directory.create.named");
  if (request.kind == shm::kFileDatabase &&
      LinkSegment(self, &self.shm_client()->intent, {shm::kMapControl, *number, 0},
                  shm::kSegmentControl) == shm::kNoSegment) {
    FreeStorage(self, *number);
    return Status(StatusCode::kFull, "the region has no segment left for the control data of " +
                                         std::string(request.path) +
                                         ": remove files, or create a region with a larger " +
                                         port::SayOption(Option::kRegionCapacity));
  }
  GLASSWAL_POINT("directory.create.live");
  SetState(region.file(*number), shm::kFileLive);
  trace::Record(region, EventKind::kFileCreated, self.Subject(0, *number + 1), request.kind);
  return *number;
}

/// Takes the name of a file away, and frees its storage if nobody has it open.
void Unlink(ClientContext& self, uint32_t number) {
  shm::ShmFile* file = self.region->file(number);
  SetState(file, shm::kFileUnlinked);
  self.region->header()->topology.fetch_add(1);
  GLASSWAL_POINT("directory.delete.unlinked");
  uint32_t freed = 0;
  if (file->open_clients.load(std::memory_order_relaxed) == 0) freed = FreeStorage(self, number);
  trace::Record(*self.region, EventKind::kFileDeleted, self.Subject(0, number + 1),
                FileKindOf(file->state.load(std::memory_order_relaxed)), freed);
}

/// Ok when nobody has the file open, else who.
Status CheckClosed(const shm::RegionView& region, uint32_t number, std::string_view path) {
  const uint64_t open = region.file(number)->open_clients.load(std::memory_order_relaxed);
  if (open == 0) return Status::Ok();
  const auto slot = static_cast<uint32_t>(std::countr_zero(open));
  char name[shm::kNameBytes];
  const std::string_view who = slot < shm::kMaxClients ? LoadText(region.client(slot)->name, name)
                                                       : std::string_view("somebody");
  return Status(StatusCode::kBusy, std::string(path) + " cannot be removed while `" +
                                       std::string(who) + "` has it open: close it there first");
}

/// REQUIRES: the caller holds the lock.
void CloseDue(ClientContext& self, const DirectoryLock& lock) {
  GLASSWAL_ASSERT(lock.held(), "the directory changes under its lock only");
  if (self.all_closes_due.load() == 0) return;
  const uint32_t used = self.region->used_files();
  for (uint32_t number = 0; number < used; ++number) {
    for (uint32_t due = self.closes_due[number].exchange(0); due > 0; --due) {
      self.all_closes_due.fetch_sub(1);
      CloseFile(self, lock, number);
    }
  }
}

/// The database that needs the log or journal of that path, if both are there.
std::optional<std::string> DatabaseOfLog(const shm::RegionView& region, std::string_view path) {
  for (const std::string_view ending : {"-wal", "-journal"}) {
    if (!path.ends_with(ending)) continue;
    std::string database(path.substr(0, path.size() - ending.size()));
    if (FindFile(region, path) && FindFile(region, database)) return database;
  }
  return std::nullopt;
}

}  // namespace

DirectoryLock::DirectoryLock(ClientContext& self, Patience patience)
    : self_(self), thread_(self.mutex, std::defer_lock) {
  if (patience == Patience::kTry) {
    Acquire(0, 1);
  } else if (!port::MayWait()) {
    Acquire(0, kTriesWithoutWaiting);
  } else if (patience == Patience::kMoment) {
    AcquireInAMoment();
  } else {
    thread_.lock();
    Acquire(kDirectoryTimeoutNs, 1);
  }
  if (held_) CloseDue(self_, *this);
}

// The thread of this client that waits for the lock has the mutex for as long as it waits, and
// mutexes have no timeout everywhere.
void DirectoryLock::AcquireInAMoment() {
  const uint64_t end_ns = port::NowNs() + kMomentNs;
  for (;;) {
    const uint64_t now_ns = port::NowNs();
    Acquire(now_ns < end_ns ? end_ns - now_ns : 0, 1);
    if (held_ || port::NowNs() >= end_ns || outcome_.result == lock::LockResult::kFenced) return;
    port::SleepUs(kMomentLookUs);
  }
}

bool DirectoryLock::TryAgain() {
  Acquire(0, 1);
  if (held_) CloseDue(self_, *this);
  return held_;
}

void DirectoryLock::Acquire(uint64_t timeout_ns, int tries) {
  shm::ShmLock* lock = &self_.region->header()->directory;
  for (; !held_ && tries > 0; --tries) {
    if (thread_.owns_lock() || thread_.try_lock()) {
      outcome_ = lock::Acquire(lock, self_.slot, lock::LockMode::kExclusive, timeout_ns,
                               lock::Timing::kExact, self_.directory_watch);
      held_ = outcome_.result == lock::LockResult::kAcquired;
    }
    if (!held_ && tries > 1) port::SpinPause();
  }
}

DirectoryLock::~DirectoryLock() {
  if (held_) lock::Release(&self_.region->header()->directory, self_.slot);
}

Status DirectoryLock::status() const {
  GLASSWAL_ASSERT(!held_, "who holds the directory's lock has no reason to be told");
  if (outcome_.result == lock::LockResult::kFenced) {
    return Status(StatusCode::kBusy,
                  "this client was declared dead and recovered from: join the region again");
  }
  const uint64_t holders = lock::Holders(outcome_.blockers) & ~lock::SlotBit(self_.slot);
  std::string who = "another thread of this client waits for";
  if (holders != 0) {
    const auto slot = static_cast<uint32_t>(std::countr_zero(holders));
    char name[shm::kNameBytes];
    who = "`";
    who += LoadText(self_.region->client(slot)->name, name);
    who += "` (client " + std::to_string(slot) + ") has held";
  }
  return Status(StatusCode::kBusy, who +
                                       " the directory of files for too long: wait until it goes "
                                       "on, or evict it");
}

std::string_view PathOf(const shm::ShmFile& file, char* buffer) {
  return LoadText(file.path, buffer);
}

std::optional<uint32_t> FindFile(const shm::RegionView& region, std::string_view path) {
  char buffer[shm::kPathBytes];
  for (uint32_t number = 0; number < region.used_files(); ++number) {
    const shm::ShmFile* file = region.file(number);
    if (StateOf(*file) == shm::kFileLive && PathOf(*file, buffer) == path) return number;
  }
  return std::nullopt;
}

Result<OpenedFile> OpenFile(ClientContext& self, [[maybe_unused]] const DirectoryLock& lock,
                            const OpenRequest& request) {
  GLASSWAL_ASSERT(lock.held(), "the directory changes under its lock only");
  RemoveOrphans(self);
  OpenedFile opened;
  const std::optional<uint32_t> found = FindFile(*self.region, request.path);
  if (found && request.create && request.exclusive) {
    return Status(StatusCode::kAlreadyExists, std::string(request.path) + " exists already");
  }
  if (found) {
    opened.number = *found;
  } else if (!request.create) {
    return Status(StatusCode::kNotFound, "there is no file " + std::string(request.path) +
                                             " in the region: " + port::SayHowToCreate());
  } else {
    Result<uint32_t> created = CreateFile(self, request);
    if (!created.ok()) return created.status();
    opened = {*created, true};
  }
  shm::ShmFile* file = self.region->file(opened.number);
  file->open_clients.fetch_or(lock::SlotBit(self.slot));
  ++self.open_counts[opened.number];
  trace::AddShared(self.shm_client()->handles, uint32_t{1});
  self.region->header()->topology.fetch_add(1);
  GLASSWAL_POINT("directory.open.opened");
  return opened;
}

void CloseFile(ClientContext& self, [[maybe_unused]] const DirectoryLock& lock, uint32_t number) {
  GLASSWAL_ASSERT(lock.held(), "the directory changes under its lock only");
  GLASSWAL_ASSERT(self.open_counts[number] > 0, "a file is closed as often as it was opened");
  shm::ShmFile* file = self.region->file(number);
  trace::SubtractShared(self.shm_client()->handles, uint32_t{1});
  self.region->header()->topology.fetch_add(1);
  if (self.open_counts[number] > 1) {
    --self.open_counts[number];
    return;
  }
  self.open_counts[number] = 0;
  if (IsForgottenSuperJournal(self, number, self.slot)) Unlink(self, number);
  file->open_clients.fetch_and(~lock::SlotBit(self.slot));
  GLASSWAL_POINT("directory.close.closed");
  if (StateOf(*file) == shm::kFileUnlinked &&
      file->open_clients.load(std::memory_order_relaxed) == 0) {
    FreeStorage(self, number);
  }
}

void CloseFileInTime(ClientContext& self, uint32_t number) {
  DirectoryLock lock(self, Patience::kMoment);
  if (lock.held()) return CloseFile(self, lock, number);
  self.closes_due[number].fetch_add(1);
  self.all_closes_due.fetch_add(1);
}

void CloseWhatIsDue(ClientContext& self) {
  if (self.all_closes_due.load() == 0) return;
  const DirectoryLock lock(self, Patience::kTry);  // Which closes them, if it is held.
}

Status DeleteFile(ClientContext& self, std::string_view path) {
  DirectoryLock lock(self);
  return lock.held() ? DeleteFile(self, lock, path) : lock.status();
}

Status DeleteFile(ClientContext& self, [[maybe_unused]] const DirectoryLock& lock,
                  std::string_view path) {
  GLASSWAL_ASSERT(lock.held(), "the directory changes under its lock only");
  RemoveOrphans(self);
  const std::optional<uint32_t> found = FindFile(*self.region, path);
  if (!found) {
    return Status(StatusCode::kNotFound, "there is no file " + std::string(path));
  }
  Unlink(self, *found);
  return Status::Ok();
}

Status RemoveFile(ClientContext& self, std::string_view path) {
  DirectoryLock lock(self);
  if (!lock.held()) return lock.status();
  RemoveOrphans(self);
  const std::optional<std::string> owner = DatabaseOfLog(*self.region, path);
  if (owner) {
    return Status(StatusCode::kInvalidArgument,
                  std::string(path) + " belongs to " + *owner +
                      ", which would lose commits without it: remove " + *owner + " instead");
  }
  // The database goes first: a log or a journal without one, which is what a death on the way
  // leaves, is deleted by SQLite when it creates the database anew, but a database without its log
  // has lost commits.
  std::array<std::optional<uint32_t>, 3> numbers;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const std::string name = std::string(path) + std::array{"", "-wal", "-journal"}[i];
    numbers[i] = FindFile(*self.region, name);
    if (i == 0 && !numbers[i]) return Status(StatusCode::kNotFound, "there is no file " + name);
    const Status closed = numbers[i] ? CheckClosed(*self.region, *numbers[i], name) : Status::Ok();
    if (!closed.ok()) return closed;
  }
  for (const std::optional<uint32_t>& number : numbers) {
    if (number) Unlink(self, *number);
  }
  return Status::Ok();
}

uint32_t CloseFilesOfDead(ClientContext& self, [[maybe_unused]] const DirectoryLock& lock,
                          uint32_t slot) {
  GLASSWAL_ASSERT(lock.held(), "the directory changes under its lock only");
  const uint64_t bit = lock::SlotBit(slot);
  uint32_t closed = 0;
  for (uint32_t number = 0; number < self.region->used_files(); ++number) {
    GLASSWAL_POINT("directory.dead.close");
    // Before its bit goes, or whoever repeats this could not tell whose it was.
    shm::ShmFile* file = self.region->file(number);
    if (IsForgottenSuperJournal(self, number, slot)) SetState(file, shm::kFileUnlinked);
    if ((file->open_clients.fetch_and(~bit) & bit) != 0) ++closed;
  }
  RemoveOrphans(self);
  return closed;
}

}  // namespace glasswal::store
