// Reading what each page of a database is, out of the region's bytes.
//
// The database is read while others write: what is found is the state of no single moment, and
// every number in it is checked and every walk bounded, as for any foreign bytes.
//
// Thread-safety: pure function of its bytes, which may be live.
#ifndef GLASSWAL_INSPECTOR_MODEL_PAGE_READER_H_
#define GLASSWAL_INSPECTOR_MODEL_PAGE_READER_H_

#include "glasswal/observe.h"
#include "glasswal/snapshot.h"
#include "model/page_map.h"

namespace glasswal::inspector {

/// More pages than that are not looked at.
inline constexpr uint32_t kMostPages = 1 << 18;

PageMap ReadPageMap(const RegionBytes& source, const Snapshot& snapshot, uint32_t file);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_MODEL_PAGE_READER_H_
