// The pages of one database as they lie in the region: in the file, or newer in the log.
//
// Thread-safety: belongs to one thread; the bytes beneath may be live.
#ifndef GLASSWAL_INSPECTOR_MODEL_PAGE_SOURCE_H_
#define GLASSWAL_INSPECTOR_MODEL_PAGE_SOURCE_H_

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "glasswal/observe.h"
#include "glasswal/snapshot.h"
#include "shm/layout.h"

namespace glasswal::inspector {

/// Reads ranges of a file of the region through its maps.
class FileBytes {
 public:
  FileBytes(const RegionBytes& source, uint64_t files_offset, uint32_t file);

  /// False where the file has no such bytes, or the source lacks them.
  bool Read(uint64_t offset, uint32_t size, uint8_t* to);

 private:
  bool Segment(uint64_t index, uint32_t* segment);

  const RegionBytes& source_;
  uint32_t maps_[shm::kMapSegments] = {};
  std::unordered_map<uint32_t, std::vector<uint32_t>> entries_;  // By number of the map.
};

class PageSource {
 public:
  PageSource(const RegionBytes& source, const Snapshot& snapshot, uint64_t files_offset,
             uint32_t file);

  uint32_t page_size() const { return page_size_; }
  /// Pages of the database, at most `most`.
  uint32_t Count(uint32_t most) const { return pages_ < most ? pages_ : most; }
  /// Whether the newest content of the page lies in the log.
  bool InLog(uint32_t page) const { return frames_.contains(page); }
  /// Page 1 is the first.
  bool Read(uint32_t page, std::vector<uint8_t>* content);

 private:
  void ReadHeader(const Snapshot& snapshot, uint32_t file);
  void FindFrames(const WalSnapshot& wal);

  FileBytes database_;
  FileBytes log_;
  uint32_t page_size_ = 0;
  uint32_t pages_ = 0;
  std::unordered_map<uint32_t, uint32_t> frames_;  // Page to its newest frame beyond the backfill.
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_MODEL_PAGE_SOURCE_H_
