// The page map of one database as it was read on request: plain values, filled by source/.
//
// Thread-safety: values.
#ifndef GLASSWAL_INSPECTOR_MODEL_PAGE_MAP_H_
#define GLASSWAL_INSPECTOR_MODEL_PAGE_MAP_H_

#include <cstdint>
#include <string>
#include <vector>

namespace glasswal::inspector {

enum class PageKind : uint8_t {
  kUnknown,  // Reached from nowhere, or not readable.
  kTableInterior,
  kTableLeaf,
  kIndexInterior,
  kIndexLeaf,
  kOverflow,
  kFreeTrunk,
  kFree,
  kPointerMap,
  kLockByte,
  kCount
};
inline constexpr uint32_t kPageKinds = static_cast<uint32_t>(PageKind::kCount);
const char* Name(PageKind kind);

struct PageEntry {
  PageKind kind = PageKind::kUnknown;
  bool in_log = false;  // Its newest content lies in the write-ahead log.
  uint16_t owner = 0;   // Index into PageMap::owners.
};

struct PageMap {
  bool requested = false;
  std::string problem;  // Why there is nothing, or not all; empty: all is well.
  uint32_t file = 0;
  std::string path;
  uint32_t page_size_bytes = 0;
  uint64_t read_at_ns = 0;
  std::vector<PageEntry> pages;     // Page 1 is the first.
  std::vector<std::string> owners;  // Tables and indexes; the first stands for nobody.
};

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_MODEL_PAGE_MAP_H_
