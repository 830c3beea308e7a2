#include "contract/audit.h"

#include <vector>

#include "lock/lock.h"
#include "shm/segments.h"
#include "store/file.h"
#include "store/segment_map.h"
#include "store/words.h"

namespace glasswal::test {
namespace {

using store::MapPlace;

class Audit {
 public:
  explicit Audit(shm::Region& region)
      : region_(region), references_(region.geometry().segment_count, 0) {}

  void Complain(const std::string& sentence) { complaints_ += sentence + "\n"; }
  std::string Complaints() const { return complaints_; }

  /// Notes that `place` may name a segment, which must then be of `kind` and belong to the file.
  bool Refer(const MapPlace& place, shm::SegmentKind kind) {
    const uint32_t segment = store::MappedSegment(region_, place);
    if (segment == shm::kNoSegment) return false;
    ++references_[segment];
    const uint64_t word = region_.segment_word(segment)->load();
    const uint32_t generation =
        store::GenerationOf(region_.file(place.file)->state.load()) & 0xffff;
    if (shm::SegmentKindOf(word) != kind ||
        shm::SegmentOwnerOf(word) != shm::FileOwner(place.file, generation)) {
      Complain("segment " + std::to_string(segment) + " of file " + std::to_string(place.file) +
               " has the word " + std::to_string(word));
    }
    return true;
  }

  void LookAtFile(uint32_t number) {
    const shm::ShmFile* file = region_.file(number);
    const uint64_t state = file->state.load();
    const auto kind = static_cast<shm::FileKind>(store::FileKindOf(state));
    uint32_t segments = 0;
    for (uint32_t map = 0; map < shm::kMapSegments; ++map) {
      if (!Refer({shm::kMapMap, number, map}, shm::kSegmentMap)) continue;
      for (uint32_t i = 0; i < shm::kMapEntries; ++i) {
        segments +=
            Refer({shm::kMapData, number, map * shm::kMapEntries + i}, store::SegmentKindFor(kind));
      }
    }
    if (Refer({shm::kMapControl, number, 0}, shm::kSegmentControl)) {
      for (uint32_t i = 0; i < shm::kWalIndexSegments; ++i) {
        Refer({shm::kMapWalIndex, number, i}, shm::kSegmentWalIndex);
      }
    }
    if (store::FileStateOf(state) != shm::kFileFree && segments != file->segments.load()) {
      Complain("file " + std::to_string(number) + " has " + std::to_string(segments) +
               " segments and counts " + std::to_string(file->segments.load()));
    }
  }

  void LookAtSegments() {
    const uint32_t committed = region_.header()->committed_segments.load();
    uint64_t free = 0;
    for (uint32_t segment = region_.geometry().first_segment; segment < committed; ++segment) {
      const shm::SegmentKind kind = shm::SegmentKindOf(region_.segment_word(segment)->load());
      const bool is_free = kind == shm::kSegmentFree || kind == shm::kSegmentReusable;
      free += is_free;
      const uint32_t wanted = is_free || kind == shm::kSegmentPrivate ? 0 : 1;
      if (references_[segment] != wanted) {
        Complain("segment " + std::to_string(segment) + " of kind " + std::to_string(kind) +
                 " is named by " + std::to_string(references_[segment]) + " maps");
      }
    }
    if (free != region_.header()->free_segments.load()) {
      Complain("there are " + std::to_string(free) + " free segments, counted as " +
               std::to_string(region_.header()->free_segments.load()));
    }
  }

  void LookAtDatabase(uint32_t number, const shm::ShmDatabase& database) {
    const std::string name = "database " + std::to_string(number) + ": ";
    for (uint32_t i = 0; i < shm::kLockCount; ++i) {
      if (database.locks[i].word.load() != 0 || database.locks[i].waiters.load() != 0) {
        Complain(name + "lock " + std::to_string(i) + " is held or waited for");
      }
    }
    for (uint32_t i = 0; i < shm::kMaxConnections; ++i) {
      if (database.connections[i].state.load() != 0) {
        Complain(name + "connection " + std::to_string(i) + " is open");
      }
      if (database.connections[i].intent.target.load() != 0) {
        Complain(name + "connection " + std::to_string(i) + " has an intent");
      }
    }
  }

 private:
  shm::Region& region_;
  std::vector<uint32_t> references_;
  std::string complaints_;
};

}  // namespace

std::string AuditSegments(shm::Region& region) {
  Audit audit(region);
  for (uint32_t number = 0; number < shm::kMaxFiles; ++number) audit.LookAtFile(number);
  audit.LookAtSegments();
  return audit.Complaints();
}

std::string AuditClosed(shm::Region& region) {
  Audit audit(region);
  for (uint32_t number = 0; number < shm::kMaxFiles; ++number) {
    const shm::ShmFile* file = region.file(number);
    const uint32_t state = store::FileStateOf(file->state.load());
    if (state == shm::kFileFree) continue;
    if (state != shm::kFileLive || file->open_clients.load() != 0) {
      audit.Complain("file " + std::to_string(number) + " has state " + std::to_string(state) +
                     " and openers " + std::to_string(file->open_clients.load()));
    }
    const shm::ShmDatabase* database = store::DatabaseOf(region, number);
    if (database != nullptr) audit.LookAtDatabase(number, *database);
  }
  if (region.header()->directory.word.load() != 0) audit.Complain("the directory is locked");
  for (uint32_t slot = 0; slot < shm::kMaxClients; ++slot) {
    const shm::ShmClient* client = region.client(slot);
    if (store::ClientStateOf(client->state.load()) == shm::kClientFree) continue;
    if (client->connections.load() != 0 || client->handles.load() != 0 ||
        client->intent.target.load() != 0) {
      audit.Complain("client " + std::to_string(slot) + " has " +
                     std::to_string(client->connections.load()) + " connections and " +
                     std::to_string(client->handles.load()) + " handles");
    }
  }
  return audit.Complaints();
}

}  // namespace glasswal::test
