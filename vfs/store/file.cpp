#include "store/file.h"

#include <algorithm>
#include <cstring>

#include "port/fence.h"
#include "port/point.h"
#include "store/directory.h"
#include "store/words.h"
#include "trace/counters.h"

namespace glasswal::store {
namespace {

using shm::kNoSegment;
using shm::kSegmentBytes;

constexpr uint64_t kOverreadBytes = 256;
constexpr uint64_t kHeadBytes = 100;

/// Copies bytes that others may read or write at the same time.
void CopyHead(std::byte* to, const std::byte* from, uint64_t size_bytes) {
  auto* out = reinterpret_cast<uint8_t*>(to);
  const auto* in = reinterpret_cast<const uint8_t*>(from);
  for (uint64_t i = 0; i < size_bytes; ++i) {
    __atomic_store_n(out + i, __atomic_load_n(in + i, __ATOMIC_RELAXED), __ATOMIC_RELAXED);
  }
}

}  // namespace

shm::SegmentKind SegmentKindFor(shm::FileKind kind) {
  switch (kind) {
    case shm::kFileDatabase:
      return shm::kSegmentDatabase;
    case shm::kFileWal:
      return shm::kSegmentWal;
    default:
      return shm::kSegmentJournal;
  }
}

File::File(ClientContext* self, uint32_t number, shm::ShmIntent* intent, shm::Atomic64* fence)
    : self_(self),
      shm_(self->region->file(number)),
      intent_(intent),
      fence_(fence),
      number_(number) {
  const uint64_t word = shm_->state.load(std::memory_order_acquire);
  segment_kind_ = SegmentKindFor(static_cast<shm::FileKind>(FileKindOf(word)));
}

// A log is read and written under locks only.
bool File::IsHead(uint64_t offset) const {
  return offset < kHeadBytes && segment_kind_ != shm::kSegmentWal;
}

uint32_t File::SegmentAt(uint64_t offset) const {
  const uint64_t index = offset / kSegmentBytes;
  const uint64_t map = index / shm::kMapEntries;
  if (map >= shm::kMapSegments) return kNoSegment;
  const shm::Atomic32* entries = maps_[map];
  if (entries == nullptr) {
    const uint32_t segment = shm_->maps[map].load(std::memory_order_acquire);
    if (!self_->region->IsDataSegment(segment)) return kNoSegment;
    entries = reinterpret_cast<shm::Atomic32*>(self_->region->SegmentAddress(segment));
    maps_[map] = entries;
  }
  const uint32_t segment = entries[index % shm::kMapEntries].load(std::memory_order_acquire);
  return self_->region->IsDataSegment(segment) ? segment : kNoSegment;
}

IoStatus File::Read(uint64_t offset, void* to, uint32_t size_bytes) const {
  const uint64_t end = SizeBytes();
  const uint64_t available = offset < end ? std::min<uint64_t>(size_bytes, end - offset) : 0;
  auto* out = static_cast<std::byte*>(to);
  uint64_t done = 0;
  while (done < available) {
    const uint64_t at = offset + done;
    const uint64_t within = at % kSegmentBytes;
    const uint64_t part = std::min(available - done, kSegmentBytes - within);
    const uint32_t segment = SegmentAt(at);
    if (segment == kNoSegment) {
      std::memset(out + done, 0, part);
    } else if (at + part <= kHeadBytes && IsHead(at)) {
      CopyHead(out + done, self_->region->SegmentAddress(segment) + within, part);
    } else {
      std::memcpy(out + done, self_->region->SegmentAddress(segment) + within, part);
    }
    done += part;
  }
  if (available == size_bytes) return IoStatus::kOk;
  std::memset(out + available, 0, size_bytes - available);
  return IoStatus::kShort;
}

IoStatus File::ReserveOne(uint32_t index) {
  const uint32_t map = index / shm::kMapEntries;
  const MapPlace map_place{shm::kMapMap, number_, map};
  if (maps_[map] == nullptr &&
      LinkSegment(*self_, intent_, map_place, shm::kSegmentMap) == kNoSegment) {
    return IoStatus::kFull;
  }
  const MapPlace place{shm::kMapData, number_, index};
  return LinkSegment(*self_, intent_, place, segment_kind_) == kNoSegment ? IoStatus::kFull
                                                                          : IoStatus::kOk;
}

IoStatus File::ReserveRange(uint64_t offset, uint64_t size_bytes) {
  const uint64_t last = (offset + size_bytes - 1) / kSegmentBytes;
  for (uint64_t index = offset / kSegmentBytes; index <= last; ++index) {
    if (SegmentAt(index * kSegmentBytes) != kNoSegment) continue;
    const IoStatus status = ReserveOne(static_cast<uint32_t>(index));
    if (status != IoStatus::kOk) return status;
  }
  return IoStatus::kOk;
}

IoStatus File::Reserve(uint64_t offset, uint64_t size_bytes) {
  if (size_bytes == 0) return IoStatus::kOk;
  const uint64_t limit = std::min(LimitBytes(), shm::kMaxFileBytes);
  if (offset > limit || size_bytes > limit - offset) return IoStatus::kFull;
  const uint64_t last = (offset + size_bytes - 1) / kSegmentBytes;
  if (offset / kSegmentBytes == last && SegmentAt(offset) != kNoSegment) return IoStatus::kOk;
  if (intent_ != nullptr) return ReserveRange(offset, size_bytes);
  DirectoryLock lock(*self_);
  if (!lock.held()) return IoStatus::kBusy;
  intent_ = &self_->shm_client()->intent;
  const IoStatus status = ReserveRange(offset, size_bytes);
  intent_ = nullptr;
  return status;
}

void File::ZeroGap(uint64_t from, uint64_t to) {
  to = std::min(to, shm::kMaxFileBytes);  // Nothing lies behind it, and sizes are input.
  while (from < to) {
    const uint64_t within = from % kSegmentBytes;
    const uint64_t part = std::min(to - from, kSegmentBytes - within);
    const uint32_t segment = SegmentAt(from);
    if (segment != kNoSegment) {
      std::memset(self_->region->SegmentAddress(segment) + within, 0, part);
    }
    from += part;
  }
}

void File::Publish(uint64_t old_size, uint64_t end) {
  GLASSWAL_POINT("store.write.size");
  if (end > old_size) shm_->size_bytes.store(end, std::memory_order_release);
  // SQLite publishes some of what it wrote by plain stores to the wal-index: those must come after.
  port::PublishFence(fence_);
}

IoStatus File::Write(uint64_t offset, const void* from, uint32_t size_bytes) {
  const IoStatus reserved = Reserve(offset, size_bytes);
  if (reserved != IoStatus::kOk) return reserved;
  const uint64_t old_size = SizeBytes();
  if (offset > old_size) ZeroGap(old_size, offset);
  const auto* in = static_cast<const std::byte*>(from);
  uint64_t done = 0;
  while (done < size_bytes) {
    const uint64_t at = offset + done;
    const uint64_t within = at % kSegmentBytes;
    const uint64_t part = std::min<uint64_t>(size_bytes - done, kSegmentBytes - within);
    const uint32_t segment = SegmentAt(at);
    if (segment == kNoSegment) return IoStatus::kCorrupt;
    GLASSWAL_POINT("store.write.part");
    std::byte* to = self_->region->SegmentAddress(segment) + within;
    const uint64_t head = IsHead(at) ? std::min(part, kHeadBytes - at) : 0;
    CopyHead(to, in + done, head);
    std::memcpy(to + head, in + done + head, part - head);
    done += part;
  }
  Publish(old_size, offset + size_bytes);
  return IoStatus::kOk;
}

std::byte* File::BeginInPlace(uint64_t offset, uint64_t size_bytes, uint64_t* old_size) {
  const uint64_t within = offset % kSegmentBytes;
  *old_size = SizeBytes();
  const uint64_t limit = std::min(LimitBytes(), shm::kMaxFileBytes);
  if (within + size_bytes > kSegmentBytes || offset > *old_size || offset > limit ||
      size_bytes > limit - offset || IsHead(offset)) {
    return nullptr;
  }
  const uint32_t segment = SegmentAt(offset);
  return segment != kNoSegment ? self_->region->SegmentAddress(segment) + within : nullptr;
}

uint32_t File::Truncate(uint64_t size_bytes, uint64_t keep_bytes) {
  const uint64_t old_size = SizeBytes();
  if (size_bytes > old_size) {
    ZeroGap(old_size, size_bytes);
    shm_->size_bytes.store(size_bytes, std::memory_order_release);
    return 0;
  }
  shm_->size_bytes.store(size_bytes, std::memory_order_release);
  GLASSWAL_POINT("store.truncate.sized");
  const uint64_t first = shm::SegmentsFor(std::max(size_bytes, keep_bytes));
  if (intent_ != nullptr) return FreeFrom(first);
  DirectoryLock lock(*self_);
  if (!lock.held()) return 0;  // The next truncation frees it, or the deletion of the file.
  intent_ = &self_->shm_client()->intent;
  const uint32_t freed = FreeFrom(first);
  intent_ = nullptr;
  return freed;
}

uint32_t File::FreeFrom(uint64_t first) {
  uint32_t freed = 0;
  for (uint64_t map = first / shm::kMapEntries; map < shm::kMapSegments; ++map) {
    if (!self_->region->IsDataSegment(shm_->maps[map].load(std::memory_order_acquire))) continue;
    const auto end = static_cast<uint32_t>((map + 1) * shm::kMapEntries);
    auto index = static_cast<uint32_t>(std::max<uint64_t>(first, map * shm::kMapEntries));
    while ((index = NextEntry(*self_->region, number_, index, end)) < end) {
      if (UnlinkSegment(*self_, intent_, {shm::kMapData, number_, index++})) ++freed;
    }
  }
  trace::AddShared(shm_->reclaimed_segments, uint64_t{freed});
  return freed;
}

const std::byte* File::Fetch(uint64_t offset, uint64_t size_bytes) const {
  const uint64_t end = SizeBytes();
  const uint64_t within = offset % kSegmentBytes;
  if (offset > end || size_bytes > end - offset || within + size_bytes > kSegmentBytes) {
    return nullptr;
  }
  const uint32_t segment = SegmentAt(offset);
  if (segment == kNoSegment) return nullptr;
  // A corrupt page makes SQLite read a few bytes beyond it (os_unix.c, nEofBuffer): what is there
  // need not make sense, but it must be memory.
  const uint32_t end_segment =
      std::min(self_->region->header()->committed_segments.load(std::memory_order_relaxed),
               self_->region->geometry().segment_count);
  const bool is_last =
      within + size_bytes + kOverreadBytes > kSegmentBytes && segment + 1 >= end_segment;
  return is_last ? nullptr : self_->region->SegmentAddress(segment) + within;
}

}  // namespace glasswal::store
