#include "multiprocess/region_audit.h"

#include <map>

#include "lock/lock_word.h"
#include "shm/segments.h"
#include "store/segment_map.h"
#include "store/statements.h"
#include "store/text.h"
#include "store/words.h"

namespace glasswal::test {
namespace {

std::string N(uint64_t value) { return std::to_string(value); }

bool IsThere(uint32_t file_state) {
  return file_state == shm::kFileLive || file_state == shm::kFileUnlinked;
}

std::string PathOf(shm::Region& region, uint32_t file) {
  char buffer[shm::kPathBytes];
  return std::string(store::LoadText(region.file(file)->path, buffer));
}

/// Goes through everything once and collects who owns which segment.
class Auditor {
 public:
  Auditor(shm::Region& region, uint64_t kills) : region_(region), kills_(kills) {}

  std::string Run() {
    for (uint32_t slot = 0; slot < shm::kMaxClients; ++slot) CheckClient(slot);
    CheckLock(region_.header()->directory, LiveClients(), "the directory's lock");
    for (uint32_t file = 0; file < shm::kMaxFiles; ++file) CheckFile(file);
    CheckSegments();
    return problems_;
  }

 private:
  void Problem(const std::string& what) {
    if (problems_.size() < 4000) problems_ += what + "\n";
  }

  uint64_t LiveClients() const {
    uint64_t live = 0;
    for (uint32_t slot = 0; slot < shm::kMaxClients; ++slot) {
      const uint64_t word = region_.client(slot)->state.load();
      if (store::ClientStateOf(word) == shm::kClientLive) live |= lock::SlotBit(slot);
    }
    return live;
  }

  void CheckClient(uint32_t slot) {
    const shm::ShmClient* client = region_.client(slot);
    const uint64_t word = client->state.load();
    if (store::ClientStateOf(word) == shm::kClientRecovering) {
      Problem("client " + N(slot) + " is still being recovered from by " +
              N(store::ClientRecovererOf(word)));
    }
    if (client->intent.target.load() != 0) Problem("client " + N(slot) + " has an open intent");
  }

  void CheckLock(const shm::ShmLock& lock, uint64_t may_name, const std::string& what) {
    const uint64_t word = lock.word.load();
    if (!lock::IsValid(word)) Problem(what + " is in no state of a lock");
    if ((lock::Holders(word) & ~may_name) != 0) Problem(what + " names somebody who is gone");
    if ((lock.waiters.load() & ~may_name) != 0) Problem(what + " has waiters who are gone");
    if ((lock.turn.load() & 0xff) != 0) Problem(what + " has a turn although nobody waits");
    if (!lock::IsExclusive(word) && lock.since_ns.load() != 0) {
      Problem(what + " has a time of holding but no exclusive holder");
    }
  }

  uint64_t CheckConnections(uint32_t file, const shm::ShmDatabase& database) {
    uint64_t open = 0;
    const uint64_t openers = region_.file(file)->open_clients.load();
    for (uint32_t slot = 0; slot < shm::kMaxConnections; ++slot) {
      const shm::ShmConnection& connection = database.connections[slot];
      const uint64_t word = connection.state.load();
      if (connection.intent.target.load() != 0) {
        Problem("connection " + N(slot) + " of " + PathOf(region_, file) + " has an open intent");
      }
      if (word == 0) continue;
      open |= lock::SlotBit(slot);
      const uint32_t client = store::ConnectionClientOf(word);
      const uint64_t owner = region_.client(client)->state.load();
      if (store::ClientStateOf(owner) != shm::kClientLive ||
          store::GenerationOf(owner) != store::GenerationOf(word)) {
        Problem("connection " + N(slot) + " of " + PathOf(region_, file) + " belongs to client " +
                N(client) + " that is gone");
      }
      if ((openers & lock::SlotBit(client)) == 0) {
        Problem("client " + N(client) + " has a connection to " + PathOf(region_, file) +
                " but not the file");
      }
    }
    return open;
  }

  void CheckFile(uint32_t number) {
    const shm::ShmFile* file = region_.file(number);
    const uint64_t word = file->state.load();
    const uint32_t state = store::FileStateOf(word);
    if (!IsThere(state)) {
      if (file->open_clients.load() != 0) Problem("free file " + N(number) + " is open");
      if (file->control_segment.load() != 0)
        Problem("free file " + N(number) + " has control data");
      for (const auto& map : file->maps) {
        if (map.load() != 0) Problem("free file " + N(number) + " has a map");
      }
      if (state != shm::kFileFree) Problem("file " + N(number) + " is half created");
      return;
    }
    if ((file->open_clients.load() & ~LiveClients()) != 0) {
      Problem(PathOf(region_, number) + " is open for somebody who is gone");
    }
    if (state == shm::kFileUnlinked && file->open_clients.load() == 0) {
      Problem("deleted file " + N(number) + " has storage although nobody has it open");
    }
    const uint32_t owner = shm::FileOwner(number, store::GenerationOf(word));
    ClaimMaps(number, owner, static_cast<shm::FileKind>(store::FileKindOf(word)));
    const shm::ShmDatabase* database = store::DatabaseOf(region_, number);
    if (database == nullptr) return;
    Claim(file->control_segment.load(), shm::kSegmentControl, owner, PathOf(region_, number));
    for (const auto& entry : database->wal_index) {
      if (entry.load() != 0)
        Claim(entry.load(), shm::kSegmentWalIndex, owner, PathOf(region_, number));
    }
    const uint64_t open = CheckConnections(number, *database);
    for (uint32_t i = 0; i < shm::kLockCount; ++i) {
      CheckLock(database->locks[i], open, "lock " + N(i) + " of " + PathOf(region_, number));
    }
  }

  void ClaimMaps(uint32_t number, uint32_t owner, shm::FileKind kind) {
    static constexpr shm::SegmentKind kKinds[] = {shm::kSegmentDatabase, shm::kSegmentWal,
                                                  shm::kSegmentJournal, shm::kSegmentJournal};
    const shm::ShmFile* file = region_.file(number);
    uint32_t linked = 0;
    for (uint32_t map = 0; map < shm::kMapSegments; ++map) {
      const uint32_t segment = file->maps[map].load();
      if (segment == 0) continue;
      if (!Claim(segment, shm::kSegmentMap, owner, PathOf(region_, number))) continue;
      const auto* entries = reinterpret_cast<const shm::Atomic32*>(region_.SegmentAddress(segment));
      for (uint32_t i = 0; i < shm::kMapEntries; ++i) {
        if (entries[i].load(std::memory_order_relaxed) == 0) continue;
        Claim(entries[i].load(), kKinds[kind & 3], owner, PathOf(region_, number));
        ++linked;
      }
    }
    const uint32_t counted = file->segments.load();
    if (Distance(counted, linked) > kills_) {
      Problem(PathOf(region_, number) + " has " + N(linked) + " segments and counts " + N(counted));
    }
  }

  bool Claim(uint32_t segment, shm::SegmentKind kind, uint32_t owner, const std::string& by) {
    if (!region_.IsDataSegment(segment)) {
      Problem(by + " names segment " + N(segment) + ", which cannot be one");
      return false;
    }
    const uint64_t word = region_.segment_word(segment)->load();
    if (!claimed_.emplace(segment, by).second) {
      Problem("segment " + N(segment) + " belongs to " + by + " and to " + claimed_[segment]);
    }
    if (shm::SegmentKindOf(word) != kind || shm::SegmentOwnerOf(word) != owner) {
      Problem("segment " + N(segment) + " of " + by + " is of kind " + N(shm::SegmentKindOf(word)) +
              " and owner " + N(shm::SegmentOwnerOf(word)) + ", not " + N(kind) + " and " +
              N(owner));
    }
    return true;
  }

  void CheckSegments() {
    const uint32_t committed = region_.header()->committed_segments.load();
    uint64_t free = 0;
    for (uint32_t i = region_.geometry().first_segment; i < region_.geometry().segment_count; ++i) {
      const uint64_t word = region_.segment_word(i)->load();
      const shm::SegmentKind kind = shm::SegmentKindOf(word);
      const bool is_free = kind == shm::kSegmentFree || kind == shm::kSegmentReusable;
      if (i >= committed && kind != shm::kSegmentFree) {
        Problem("segment " + N(i) + " is in use and was never committed");
      }
      if (is_free && i < committed) ++free;
      if (!is_free && !claimed_.contains(i)) {
        Problem("segment " + N(i) + " is lost: kind " + N(kind) + ", owner " +
                N(shm::SegmentOwnerOf(word)));
      }
    }
    const uint64_t counted = region_.header()->free_segments.load();
    // A client that dies between a word and its counter is off by one claim, or by one step of
    // growth.
    if (Distance(counted, free) > kills_ * (1 + committed / 4)) {
      Problem(N(free) + " segments are free and " + N(counted) + " are counted");
    }
  }

  static uint64_t Distance(uint64_t a, uint64_t b) { return a > b ? a - b : b - a; }

  shm::Region& region_;
  const uint64_t kills_;
  std::map<uint32_t, std::string> claimed_;
  std::string problems_;
};

std::string AuditDeadInDatabase(shm::Region& region, uint32_t file, uint32_t slot,
                                uint32_t generation) {
  const shm::ShmDatabase* database = store::DatabaseOf(region, file);
  if (database == nullptr) return "";
  const uint64_t dead = store::ConnectionWord(shm::kConnectionOpen, slot, generation);
  for (uint32_t i = 0; i < shm::kMaxConnections; ++i) {
    if (database->connections[i].state.load() == dead) {
      return "connection " + N(i) + " of " + PathOf(region, file) + " still belongs to the dead\n";
    }
  }
  return "";
}

}  // namespace

std::string AuditDead(shm::Region& region, uint32_t slot, uint32_t generation) {
  std::string problems;
  const uint64_t word = region.client(slot)->state.load();
  // Somebody else may come into the slot at any moment: what was seen is the dead client's only if
  // that has not happened yet.
  const auto is_reused = [&] {
    return store::GenerationOf(region.client(slot)->state.load()) != generation;
  };
  if (store::GenerationOf(word) == generation && store::ClientStateOf(word) != shm::kClientFree) {
    problems += "the dead client's slot " + N(slot) + " is not free\n";
  }
  for (uint32_t other = 0; other < shm::kMaxClients; ++other) {
    const uint64_t state = region.client(other)->state.load();
    if (store::ClientStateOf(state) == shm::kClientRecovering &&
        store::ClientRecovererOf(state) == slot + 1 && !is_reused()) {
      problems += "client " + N(other) + " waits for the dead client's recovery of it\n";
    }
  }
  for (uint32_t file = 0; file < shm::kMaxFiles; ++file) {
    if (!IsThere(store::FileStateOf(region.file(file)->state.load()))) continue;
    problems += AuditDeadInDatabase(region, file, slot, generation);
    if ((region.file(file)->open_clients.load() & lock::SlotBit(slot)) != 0 && !is_reused()) {
      problems += PathOf(region, file) + " is still open for the dead\n";
    }
  }
  if (lock::Holds(region.header()->directory.word.load(), slot) && !is_reused()) {
    problems += "the directory is still locked by the dead\n";
  }
  for (uint32_t row = 0; row < region.used_statements(); ++row) {
    const uint64_t state = region.statement(row)->state.load();
    if (store::StatementStateOf(state) == shm::kStatementClaiming &&
        store::StatementClaimerOf(state) == slot && !is_reused()) {
      problems += "row " + N(row) + " of the statements is still being claimed by the dead\n";
    }
  }
  for (uint32_t i = region.geometry().first_segment; i < region.geometry().segment_count; ++i) {
    const uint64_t segment = region.segment_word(i)->load();
    const shm::SegmentKind kind = shm::SegmentKindOf(segment);
    if ((kind == shm::kSegmentPending || kind == shm::kSegmentPrivate) &&
        shm::SegmentOwnerOf(segment) == shm::ClientOwner(slot, generation)) {
      problems += "segment " + N(i) + " still belongs to the dead\n";
    }
  }
  return problems;
}

std::string AuditQuiescent(shm::Region& region, uint64_t kills) {
  return Auditor(region, kills).Run();
}

}  // namespace glasswal::test
