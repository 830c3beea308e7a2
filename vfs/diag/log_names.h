// The names of what an event has as numbers, from the region that it was read from.
//
// Thread-safety: NamesOf reads a region that others change, and takes no lock.
#ifndef GLASSWAL_VFS_DIAG_LOG_NAMES_H_
#define GLASSWAL_VFS_DIAG_LOG_NAMES_H_

#include "glasswal/log_record.h"
#include "shm/region.h"

namespace glasswal::diag {

/// What is known now: a slot or a file number may be another's since, which is told where it can
/// be.
LogNames NamesOf(const shm::RegionView& region, const Event& event);

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_LOG_NAMES_H_
