// Foreign text of a snapshot made fit to be drawn: names and paths are any bytes.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_INSPECTOR_MODEL_CLEAN_H_
#define GLASSWAL_INSPECTOR_MODEL_CLEAN_H_

#include "glasswal/snapshot.h"

namespace glasswal::inspector {

/// Every text of it becomes valid UTF-8 without control characters.
void CleanSnapshot(Snapshot* snapshot);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_MODEL_CLEAN_H_
