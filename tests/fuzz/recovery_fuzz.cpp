// Recovery from a dead client, and the maps of a live region, while their bytes are damaged: each
// call ends with a value or an error, whatever changes between two of its looks.
//
// The first byte chooses what the survivor does after it has joined, which recovers from the dead:
// work on the database, make one more, delete, look at the ring. The rest is the damage, see
// damaged_region.h. Then the survivor leaves.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "fuzz/damaged_region.h"
#include "recovery/client.h"
#include "store/connection.h"
#include "store/directory.h"
#include "store/file.h"
#include "store/wal_index.h"
#include "trace/ring.h"

namespace glasswal {
namespace {

constexpr uint32_t kPage = 4096;

/// What the VFS does with one file.
void UseFile(store::ClientContext& self, const store::Connection& connection, uint32_t number) {
  store::File file(&self, number, &connection.shm->intent, &connection.database->fence);
  std::byte page[kPage] = {};
  (void)file.Read(100'000, page, kPage);
  (void)file.Write(0, page, kPage);
  (void)file.Write(300'000, page, kPage);
  (void)file.Write(uint64_t{16'400} * shm::kSegmentBytes, page, kPage);
  if (const std::byte* at = file.Fetch(2 * shm::kSegmentBytes - kPage, kPage)) {
    std::memcpy(page, at, kPage);
  }
  (void)file.Truncate(kPage);
  (void)file.Write(70'000, page, kPage);
}

void UseWalIndex(store::ClientContext& self, const store::Connection& connection) {
  shm::ShmIntent* intent = &connection.shm->intent;
  for (const uint64_t block : {0, 1, 2, 3}) {
    (void)store::ReserveWalIndexBlock(self, intent, connection.file, block);
    std::byte* at = store::WalIndexBlock(*self.region, connection.file, block);
    if (at != nullptr) std::memset(at, 1, shm::kWalIndexBlockBytes);
  }
  (void)store::FreeWalIndex(self, intent, connection.file);
}

void UseDatabase(store::ClientContext& self, const char* path) {
  store::OpenRequest request;
  request.path = path;
  request.kind = shm::kFileDatabase;
  request.create = true;
  Result<store::OpenedFile> opened{Status(StatusCode::kBusy, "not tried")};
  Result<store::Connection> connection{Status(StatusCode::kBusy, "not tried")};
  {
    store::DirectoryLock lock(self);
    if (!lock.held()) return;
    opened = store::OpenFile(self, lock, request);
    if (opened.ok()) connection = store::ClaimConnection(self, lock, opened->number);
  }
  if (connection.ok()) {
    UseFile(self, *connection, opened->number);
    UseFile(self, *connection, 1);
    UseWalIndex(self, *connection);
    (void)store::ReleaseConnection(*self.region, connection->database, connection->slot);
  }
  store::DirectoryLock lock(self);
  if (opened.ok() && lock.held()) store::CloseFile(self, lock, opened->number);
}

void Survive(std::unique_ptr<shm::Region> region, uint8_t choice) {
  Result<std::unique_ptr<recovery::Client>> client =
      recovery::Client::Join(region.get(), {"survivor", shm::kClientProcess});
  if (!client.ok()) {
    if (client.status().message().empty()) std::abort();
    return;
  }
  store::ClientContext& self = (*client)->context();
  if ((choice & 1) != 0) UseDatabase(self, "a");
  if ((choice & 2) != 0) UseDatabase(self, "new");
  if ((choice & 12) == 12) (void)store::DeleteFile(self, "a");
  if ((choice & 48) == 48) (void)store::DeleteFile(self, "new");
  if ((choice & 64) != 0) (void)(*client)->Sweep();
  trace::EventCursor cursor(*region, trace::EventCursor::Start::kOldest);
  Event event;
  for (int i = 0; i < 1000 && cursor.Next(&event); ++i) {
  }
}

}  // namespace
}  // namespace glasswal

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using glasswal::shm::Region;
  using glasswal::test::SoundRegion;
  static const std::vector<uint64_t> sound = glasswal::test::RegionOfTheDead();
  // Of the heap, so that the sanitizer's red zones are beside the region.
  static const std::unique_ptr<void, decltype(&std::free)> block(
      std::aligned_alloc(64, SoundRegion::kBytes), &std::free);
  if (size == 0) return 0;
  std::memcpy(block.get(), sound.data(), SoundRegion::kBytes);
  auto region = Region::Attach(glasswal::port::NewBlockMemory(
      block.get(), SoundRegion::kBytes, glasswal::port::NewLocalLivenessGroup()));
  if (!region.ok()) std::abort();
  const glasswal::test::SleeplessMachine machine;
  const glasswal::test::Damage damage((*region)->geometry(), static_cast<std::byte*>(block.get()),
                                      data + 1, size - 1);
  glasswal::Survive(std::move(*region), data[0]);
  return 0;
}
