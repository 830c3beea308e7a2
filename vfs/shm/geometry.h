// Where the tables of a region lie.
#ifndef GLASSWAL_VFS_SHM_GEOMETRY_H_
#define GLASSWAL_VFS_SHM_GEOMETRY_H_

#include <cstdint>

#include "shm/layout.h"

namespace glasswal::shm {

/// What the tables are aligned to, and the region itself.
inline constexpr uint64_t kTableAlignment = 64;

/// How many segments hold `bytes`.
constexpr uint64_t SegmentsFor(uint64_t bytes) {
  return bytes / kSegmentBytes + (bytes % kSegmentBytes != 0 ? 1 : 0);
}

/// Where the tables of a region lie. That of a Region is checked against its size.
struct RegionGeometry {
  uint64_t capacity_bytes = 0;
  uint32_t segment_count = 0;
  uint32_t first_segment = 0;
  uint64_t clients_offset = 0;
  uint64_t files_offset = 0;
  uint64_t recoveries_offset = 0;
  uint64_t events_offset = 0;
  uint64_t statements_offset = 0;
  uint64_t segments_offset = 0;
  uint32_t event_capacity = 0;
  uint32_t statement_capacity = 0;
};

/// How many records the tables have whose size is chosen.
struct TableCapacities {
  uint32_t events = 0;
  uint32_t statements = 0;
};

/// Where the tables of a region of `segment_count` segments go, one behind the other. Whether that
/// leaves room for anything else is for the caller to see.
constexpr RegionGeometry LayTables(uint32_t segment_count, TableCapacities capacities) {
  uint64_t end = 0;
  const auto lay = [&end](uint64_t size_bytes) {
    const uint64_t offset = (end + kTableAlignment - 1) / kTableAlignment * kTableAlignment;
    end = offset + size_bytes;
    return offset;
  };
  RegionGeometry geometry;
  geometry.capacity_bytes = segment_count * kSegmentBytes;
  geometry.segment_count = segment_count;
  geometry.event_capacity = capacities.events;
  geometry.statement_capacity = capacities.statements;
  lay(sizeof(ShmHeader));
  geometry.clients_offset = lay(sizeof(ShmClient) * kMaxClients);
  geometry.files_offset = lay(sizeof(ShmFile) * kMaxFiles);
  geometry.recoveries_offset = lay(sizeof(ShmRecovery) * kMaxRecoveries);
  geometry.events_offset = lay(sizeof(ShmEvent) * uint64_t{capacities.events});
  geometry.statements_offset = lay(sizeof(ShmStatement) * uint64_t{capacities.statements});
  geometry.segments_offset = lay(sizeof(Atomic64) * uint64_t{segment_count});
  geometry.first_segment = static_cast<uint32_t>(SegmentsFor(end));
  return geometry;
}

}  // namespace glasswal::shm

#endif  // GLASSWAL_VFS_SHM_GEOMETRY_H_
