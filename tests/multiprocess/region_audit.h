// Looks into a region, past all interfaces, for what should not be there: anything that names the
// dead, and segments, lock bits or counts that do not add up.
//
// Thread-safety: reads shared memory. AuditQuiescent() is meant for a moment at which no client is
// inside the VFS; the others may be called at any time.
#ifndef GLASSWAL_TESTS_MULTIPROCESS_REGION_AUDIT_H_
#define GLASSWAL_TESTS_MULTIPROCESS_REGION_AUDIT_H_

#include <cstdint>
#include <string>

#include "shm/region.h"

namespace glasswal::test {

/// Whatever still names the dead client `slot` of `generation`, as a sentence; empty: nothing does.
std::string AuditDead(shm::Region& region, uint32_t slot, uint32_t generation);

/// Whatever does not add up in a region that nobody is changing; empty: everything does.
/// `kills` says by how much the counters, which follow the words they count, may be off.
std::string AuditQuiescent(shm::Region& region, uint64_t kills);

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_MULTIPROCESS_REGION_AUDIT_H_
