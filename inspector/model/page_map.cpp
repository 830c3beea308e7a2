#include "model/page_map.h"

namespace glasswal::inspector {

const char* Name(PageKind kind) {
  static constexpr const char* kNames[kPageKinds] = {
      "unknown",  "table interior",  "table leaf", "index interior", "index leaf",
      "overflow", "free list trunk", "free",       "pointer map",    "lock byte"};
  return kNames[static_cast<uint32_t>(kind) < kPageKinds ? static_cast<uint32_t>(kind) : 0];
}

}  // namespace glasswal::inspector
