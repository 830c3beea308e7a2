// Observing the region that one is a client of. In a file of its own, so that a program which only
// observes (an inspector) links nothing of what it takes to be a client.
#include "glasswal/observe.h"
#include "glasswal/runtime.h"
#include "glasswal/trace.h"

namespace glasswal {

Result<Snapshot> Observe(const Runtime& runtime) {
  return Observe(*NewMappedBytes(runtime.bytes().data(), runtime.bytes().size()));
}

Result<std::string> ExportTrace(const Runtime& runtime, const TraceOptions& options) {
  return ExportTrace(*NewMappedBytes(runtime.bytes().data(), runtime.bytes().size()), options);
}

}  // namespace glasswal
