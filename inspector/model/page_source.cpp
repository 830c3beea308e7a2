#include "model/page_source.h"

#include <algorithm>
#include <cstring>

#include "shm/layout.h"

namespace glasswal::inspector {
namespace {

constexpr uint32_t kNoFile = shm::kMaxFiles;
constexpr uint32_t kMostFrames = 1 << 20;
constexpr uint32_t kLogHeaderBytes = 32;    // Of a write-ahead log.
constexpr uint32_t kFrameHeaderBytes = 24;  // Of each frame; it begins with the page's number.

uint32_t BigEndian(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

bool IsPageSize(uint32_t size) { return size >= 512 && size <= 65536 && (size & (size - 1)) == 0; }

const WalSnapshot* LogOf(const Snapshot& snapshot, uint32_t file) {
  for (const WalSnapshot& wal : snapshot.wals) {
    if (wal.file == file) return &wal;
  }
  return nullptr;
}

uint32_t LogFileOf(const Snapshot& snapshot, uint32_t file) {
  const WalSnapshot* wal = LogOf(snapshot, file);
  return wal != nullptr && wal->wal_file ? *wal->wal_file : kNoFile;
}

}  // namespace

FileBytes::FileBytes(const RegionBytes& source, uint64_t files_offset, uint32_t file)
    : source_(source) {
  if (file >= shm::kMaxFiles) return;
  const uint64_t at =
      files_offset + uint64_t{file} * sizeof(shm::ShmFile) + offsetof(shm::ShmFile, maps);
  if (!source_.Copy(at, sizeof(maps_), maps_)) std::memset(maps_, 0, sizeof(maps_));
}

bool FileBytes::Segment(uint64_t index, uint32_t* segment) {
  const uint64_t map = index / shm::kMapEntries;
  if (map >= shm::kMapSegments || maps_[map] == shm::kNoSegment) return false;
  std::vector<uint32_t>& entries = entries_[static_cast<uint32_t>(map)];
  if (entries.empty()) {
    entries.resize(shm::kMapEntries);
    if (!source_.Copy(uint64_t{maps_[map]} * shm::kSegmentBytes, shm::kSegmentBytes,
                      entries.data())) {
      std::fill(entries.begin(), entries.end(), shm::kNoSegment);
    }
  }
  *segment = entries[index % shm::kMapEntries];
  return *segment != shm::kNoSegment;
}

bool FileBytes::Read(uint64_t offset, uint32_t size, uint8_t* to) {
  while (size > 0) {
    const uint64_t skip = offset % shm::kSegmentBytes;
    const auto step = static_cast<uint32_t>(std::min<uint64_t>(size, shm::kSegmentBytes - skip));
    uint32_t segment = 0;
    if (!Segment(offset / shm::kSegmentBytes, &segment)) return false;
    if (!source_.Copy(uint64_t{segment} * shm::kSegmentBytes + skip, step, to)) return false;
    offset += step;
    to += step;
    size -= step;
  }
  return true;
}

PageSource::PageSource(const RegionBytes& source, const Snapshot& snapshot, uint64_t files_offset,
                       uint32_t file)
    : database_(source, files_offset, file), log_(source, files_offset, LogFileOf(snapshot, file)) {
  ReadHeader(snapshot, file);
  const WalSnapshot* wal = LogOf(snapshot, file);
  if (wal != nullptr && page_size_ != 0) FindFrames(*wal);
}

void PageSource::ReadHeader(const Snapshot& snapshot, uint32_t file) {
  uint8_t header[32] = {};
  const WalSnapshot* wal = LogOf(snapshot, file);
  if (database_.Read(0, sizeof(header), header)) {
    // Two bytes, in which 1 stands for 65,536.
    const uint32_t size = uint32_t{header[16]} << 8 | header[17];
    page_size_ = size == 1 ? 65536 : size;
    pages_ = BigEndian(header + 28);
  }
  if (wal != nullptr && wal->header_valid && IsPageSize(wal->page_size_bytes)) {
    page_size_ = wal->page_size_bytes;
    if (wal->database_pages > 0) pages_ = wal->database_pages;
  }
  if (!IsPageSize(page_size_)) page_size_ = 0;
  if (page_size_ == 0) pages_ = 0;
}

void PageSource::FindFrames(const WalSnapshot& wal) {
  const uint32_t end = std::min(wal.frames, kMostFrames);
  for (uint32_t frame = wal.backfilled; frame < end; ++frame) {
    uint8_t number[4];
    const uint64_t at =
        kLogHeaderBytes + uint64_t{frame} * (uint64_t{page_size_} + kFrameHeaderBytes);
    if (!log_.Read(at, sizeof(number), number)) return;
    frames_[BigEndian(number)] = frame;
  }
}

bool PageSource::Read(uint32_t page, std::vector<uint8_t>* content) {
  if (page == 0 || page_size_ == 0) return false;
  content->resize(page_size_);
  const auto frame = frames_.find(page);
  if (frame != frames_.end()) {
    const uint64_t at = kLogHeaderBytes + kFrameHeaderBytes +
                        uint64_t{frame->second} * (uint64_t{page_size_} + kFrameHeaderBytes);
    return log_.Read(at, page_size_, content->data());
  }
  return database_.Read(uint64_t{page - 1} * page_size_, page_size_, content->data());
}

}  // namespace glasswal::inspector
