// Observing the region that one is a client of. In a file of its own, so that a program which only
// observes (an inspector) links nothing of what it takes to be a client.
#include "glasswal/observe.h"
#include "glasswal/runtime.h"

namespace glasswal {

Result<Snapshot> Observe(const Runtime& runtime) {
  return Observe(*NewMappedBytes(runtime.bytes().data(), runtime.bytes().size()));
}

}  // namespace glasswal
