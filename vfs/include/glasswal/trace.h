// A region's recent past as a trace that Perfetto and chrome://tracing open.
//
//   auto trace = glasswal::ExportTrace(*runtime);
//   if (trace.ok()) Save("app.trace.json", *trace);
//
// Each client is a process of the trace, and each of its connections a thread: what it did lies
// there in slices, transactions with their statements, statements with their waits and checkpoints.
// The locks that a connection has held have tracks of their own below it, for they begin and end
// in the middle of statements. A flow leads from whoever had a lock to who waited for it. Commits,
// refusals, recoveries and whatever else was recorded are instants; commits, reads and frames of
// the log are counters.
//
// What there is depends on what was recorded: from the level kDebug on transactions, statements and
// waits, from kTrace on all locks. What has not ended yet comes from a snapshot, and what a dead
// client had not ended from its black box.
//
// Thread-safety: pure functions of their bytes, which may be live.
#ifndef GLASSWAL_TRACE_H_
#define GLASSWAL_TRACE_H_

#include <cstdint>
#include <string>

#include "glasswal/capture.h"
#include "glasswal/observe.h"
#include "glasswal/recorder.h"
#include "glasswal/status.h"

namespace glasswal {

class Runtime;

/// What goes into a trace.
struct TraceOptions {
  const Recorder* recorder = nullptr;  // Of the same region; what it has seen is in the trace, too.
  uint32_t most_events = 1'000'000;    // The newest of those in the ring.
};

/// Chrome's trace-event format, as JSON: an object with "traceEvents" in the order of their time.
/// Times are microseconds since the first of them, which "otherData" tells. Fails as Observe() does.
/// @{
Result<std::string> ExportTrace(const RegionBytes& source, const TraceOptions& options = {});
Result<std::string> ExportTrace(const Runtime& runtime, const TraceOptions& options = {});
/// Of a capture with all that was recorded for it, whose looks are gone through.
Result<std::string> ExportTrace(const Capture& capture);
/// @}

}  // namespace glasswal

#endif  // GLASSWAL_TRACE_H_
