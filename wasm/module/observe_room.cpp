#include "module/observe_room.h"

#include <algorithm>
#include <cstdlib>

#include "module/heap.h"
#include "module/inside.h"
#include "module/instance.h"

namespace glasswal::wasm {
namespace {

// What the copies, the decoded values and the text of a snapshot take at most, by what there is of
// each. Text is counted three times, for a string that grows is there twice for a moment.
constexpr uint64_t kBytesOfRegion = 96 * 1024;
constexpr uint64_t kBytesOfClient = 3 * 1024;
constexpr uint64_t kBytesOfFormerClient = 768;
constexpr uint64_t kBytesOfFile = 4 * 1024;
constexpr uint64_t kBytesOfFreeFile = sizeof(shm::ShmFile);
constexpr uint64_t kBytesOfDatabase = sizeof(shm::ShmDatabase) + 48 * 1024;
constexpr uint64_t kBytesOfConnection = 4 * 1024;
constexpr uint64_t kBytesOfRecovery = 12 * 1024;
constexpr uint64_t kBytesOfSegment = 48;
constexpr uint64_t kBytesOfRun = 256;
constexpr uint64_t kBytesOfEvent = 1536;
// Names and paths are any bytes, of which each may become several characters, twice.
constexpr uint64_t kBytesOfLogText = 20 * 1024;
constexpr uint64_t kBytesOfEvents = 64 * 1024;
// So often what is needed must be free in the region for nobody to look closer.
constexpr uint64_t kPlenty = 4;

uint32_t Committed(const shm::RegionView& region) {
  return std::min(region.header()->committed_segments.load(), region.geometry().segment_count);
}

uint32_t UsedFiles(const shm::RegionView& region) {
  return std::min(region.header()->used_files.load(), shm::kMaxFiles);
}

uint64_t BytesOfSegments(const shm::RegionView& region) {
  const uint32_t committed = Committed(region);
  uint64_t runs = 1;
  for (uint32_t segment = 1; segment < committed; ++segment) {
    // Kind and owner, without the sequence.
    const auto owner_of = [&region](uint32_t number) {
      return region.segment_word(number)->load(std::memory_order_relaxed) >> 32;
    };
    if (owner_of(segment) != owner_of(segment - 1)) ++runs;
  }
  return kBytesOfSegment * committed + kBytesOfRun * runs;
}

uint64_t BytesOfClients(const shm::RegionView& region) {
  uint64_t bytes = 0;
  for (uint32_t slot = 0; slot < shm::kMaxClients; ++slot) {
    const shm::ShmClient& client = *region.client(slot);
    bytes += store::ClientStateOf(client.state.load()) == shm::kClientFree
                 ? kBytesOfFormerClient
                 : kBytesOfClient +
                       kBytesOfConnection * client.connections.load(std::memory_order_relaxed);
  }
  return bytes;
}

uint64_t BytesOfFiles(const shm::RegionView& region) {
  uint64_t bytes = 0;
  const uint32_t files = UsedFiles(region);
  for (uint32_t number = 0; number < files; ++number) {
    const uint64_t state = region.file(number)->state.load();
    if (store::FileStateOf(state) == shm::kFileFree) {
      bytes += kBytesOfFreeFile;
    } else {
      const bool is_database = store::FileKindOf(state) == shm::kFileDatabase;
      bytes += kBytesOfFile + (is_database ? kBytesOfDatabase : 0);
    }
  }
  return bytes;
}

bool HasRoom(const shm::RegionView& region, uint64_t size_bytes) {
  const uint64_t free_bytes =
      uint64_t{region.geometry().segment_count - Committed(region)} * shm::kSegmentBytes;
  if (free_bytes >= kPlenty * size_bytes) return true;
  void* const room = size_bytes <= PTRDIFF_MAX ? Allocate(size_bytes) : nullptr;
  std::free(room);
  return room != nullptr;
}

Status RoomFor(const shm::RegionView& region, uint64_t size_bytes) {
  if (HasRoom(region, size_bytes)) return Status::Ok();
  return Status(
      StatusCode::kFull,
      "The runtime's memory is full, and this client's own has no room for the answer. Remove "
      "databases, VACUUM and checkpoint, or close clients.");
}

}  // namespace

Status RoomForSnapshot() {
  const shm::RegionView& region = *ClientContext()->region;
  const uint64_t recoveries =
      std::min<uint64_t>(region.header()->recoveries.load(), shm::kMaxRecoveries);
  return RoomFor(region, kBytesOfRegion + BytesOfSegments(region) + BytesOfClients(region) +
                             BytesOfFiles(region) + kBytesOfRecovery * recoveries);
}

Status RoomForFiles() {
  const shm::RegionView& region = *ClientContext()->region;
  return RoomFor(region, kBytesOfFile * UsedFiles(region));
}

uint32_t RoomForEvents(uint32_t limit, bool with_text) {
  const shm::RegionView& region = *ClientContext()->region;
  limit = std::min(limit, region.geometry().event_capacity);
  const uint64_t each = kBytesOfEvent + (with_text ? kBytesOfLogText : 0);
  while (limit > 1 && !HasRoom(region, kBytesOfEvents + each * limit)) limit /= 2;
  return limit;
}

}  // namespace glasswal::wasm
