// The maps that say which segment holds which part of a file, and how segments get into and out of
// them so that a death at any step leaks nothing and frees nothing twice.
//
// Linking:    intent -> claim (Pending) -> intent names the segment -> map entry -> publish -> done
// Unlinking:  (publish, if its linker has not) -> intent names the segment -> map entry cleared
//             -> segment freed -> done
//
// FinishIntent() is what recovery does with the intent of a dead client: it looks whether the map
// names the segment, which decides between finishing and undoing.
//
// Thread-safety: an intent belongs to one thread at a time; maps may be changed by several clients.
#ifndef GLASSWAL_VFS_STORE_SEGMENT_MAP_H_
#define GLASSWAL_VFS_STORE_SEGMENT_MAP_H_

#include <cstdint>

#include "store/client_context.h"

namespace glasswal::store {

/// One entry of one map.
struct MapPlace {
  shm::MapKind kind = shm::kMapData;
  uint32_t file = 0;
  uint32_t index = 0;
};

// LOOKING ONCE. The maps are bytes that others can change at any moment, and every look at them may
// give something else. So a function looks at a map entry or a control segment once, checks what it
// got, and uses that: an address that was got by a second look was never checked.

/// The entry itself; null when its map segment does not exist or the place is out of range.
const shm::Atomic32* MapEntry(const shm::RegionView& region, const MapPlace& place);
/// The same, for writing.
inline shm::Atomic32* MapEntry(shm::Region& region, const MapPlace& place) {
  return region.Writable(MapEntry(static_cast<const shm::RegionView&>(region), place));
}

/// The segment that `entry` names; kNoSegment for a hole, anything that cannot be a segment, and no
/// entry at all.
uint32_t SegmentIn(const shm::RegionView& region, const shm::Atomic32* entry);

/// The segment at `place`; kNoSegment for a hole or anything that cannot be a segment.
uint32_t MappedSegment(const shm::RegionView& region, const MapPlace& place);

/// The first entry of [from, to) in the data map of `file` that is no hole; `to` if there is none,
/// or no map. REQUIRES: all of them lie in one map segment.
uint32_t NextEntry(const shm::RegionView& region, uint32_t file, uint32_t from, uint32_t to);

/// Makes sure that `place` has a segment, claiming a zeroed one of `segment_kind` if need be, and
/// returns it; kNoSegment when the region is full, or there is no such place.
uint32_t LinkSegment(const ClientContext& self, shm::ShmIntent* intent, const MapPlace& place,
                     shm::SegmentKind segment_kind);

/// Frees the segment at `place`, if any; true if there was one. Others may be linking the same
/// place meanwhile. A segment that the table of segments gives to somebody else leaves the map and
/// is not freed: the map is damaged, and its owner still uses it. REQUIRES: nobody else unlinks it
/// (SQLite's locks, or the directory's, see to that).
bool UnlinkSegment(const ClientContext& self, shm::ShmIntent* intent, const MapPlace& place);

/// Finishes or undoes what the owner of `intent` left half-done; an intent that names no place is
/// dropped. Idempotent.
void FinishIntent(shm::Region& region, shm::ShmIntent* intent);

/// The control segment of a database file; null if it has none.
const shm::ShmDatabase* DatabaseOf(const shm::RegionView& region, uint32_t file);
/// The same, for writing.
inline shm::ShmDatabase* DatabaseOf(shm::Region& region, uint32_t file) {
  return region.Writable(DatabaseOf(static_cast<const shm::RegionView&>(region), file));
}

}  // namespace glasswal::store

#endif  // GLASSWAL_VFS_STORE_SEGMENT_MAP_H_
