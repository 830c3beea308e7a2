// The last steps of a trace: its order, its flows, and its text.
//
// Thread-safety: pure functions of their arguments.
#ifndef GLASSWAL_VFS_DIAG_TRACE_WRITE_H_
#define GLASSWAL_VFS_DIAG_TRACE_WRITE_H_

#include <string>

#include "diag/trace_timeline.h"

namespace glasswal::diag {

/// The trace as JSON. Slices of a track that end after the one that they begin in end with it: of
/// two statements that take turns, and of whatever a damaged event says.
std::string WriteTrace(Timeline* timeline, const Snapshot& last, uint64_t lost_events);

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_TRACE_WRITE_H_
