// What differs between two snapshots, for people.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_INSPECTOR_MODEL_COMPARE_H_
#define GLASSWAL_INSPECTOR_MODEL_COMPARE_H_

#include <string>
#include <vector>

#include "glasswal/snapshot.h"

namespace glasswal::inspector {

struct Difference {
  std::string group;  // "region", "counters", a client's name, a file's path.
  std::string what;
  std::string before;  // Empty: it was not there.
  std::string after;   // Empty: it is gone.
};

/// In the order of the snapshot. Clients are the same by slot and generation, files by number and
/// generation, locks by database and name.
std::vector<Difference> Compare(const Snapshot& before, const Snapshot& after);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_MODEL_COMPARE_H_
