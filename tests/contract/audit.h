// An audit of a region that nobody uses at the moment: is everything given back, does every segment
// belong to exactly one place, do the counts agree with what they count?
//
// Thread-safety: the region must be quiet.
#ifndef GLASSWAL_TESTS_CONTRACT_AUDIT_H_
#define GLASSWAL_TESTS_CONTRACT_AUDIT_H_

#include <string>

#include "shm/region.h"

namespace glasswal::test {

/// What is wrong with the bookkeeping, a sentence a line; empty if nothing is. Holds at any quiet
/// moment, also while databases are open.
std::string AuditSegments(shm::Region& region);

/// What is still held, open or under way; empty once every connection is closed.
std::string AuditClosed(shm::Region& region);

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_CONTRACT_AUDIT_H_
