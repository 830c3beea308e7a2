// The check that every kind of memory makes before it commits a range.
#ifndef GLASSWAL_VFS_PORT_COMMIT_RANGE_H_
#define GLASSWAL_VFS_PORT_COMMIT_RANGE_H_

#include <cstdint>
#include <string>

#include "glasswal/status.h"

namespace glasswal::port {

/// Memory is committed in multiples of this.
inline constexpr uint64_t kCommitUnitBytes = 64 * 1024;

/// Ok when [offset, offset + size_bytes) is aligned and within `capacity_bytes`.
inline Status CheckCommitRange(uint64_t offset, uint64_t size_bytes, uint64_t capacity_bytes) {
  const bool aligned = offset % kCommitUnitBytes == 0 && size_bytes % kCommitUnitBytes == 0;
  const bool inside = offset <= capacity_bytes && size_bytes <= capacity_bytes - offset;
  if (aligned && inside) return Status::Ok();
  return Status(StatusCode::kInvalidArgument,
                "Cannot commit " + std::to_string(size_bytes) + " bytes at offset " +
                    std::to_string(offset) + " of a memory of " + std::to_string(capacity_bytes) +
                    " bytes: both must be multiples of 64 KiB and lie within it.");
}

}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_COMMIT_RANGE_H_
