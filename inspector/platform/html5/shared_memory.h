// The region of a runtime that lives in the memory of another module.
//
// Nothing is mapped here: ranges are copied in through the host, which only ever reads. It takes no
// lock, so a client that is blocked, or dead, makes no difference, and nobody ever waits for it.
//
// Thread-safety: belongs to the page's thread.
#ifndef GLASSWAL_INSPECTOR_PLATFORM_HTML5_SHARED_MEMORY_H_
#define GLASSWAL_INSPECTOR_PLATFORM_HTML5_SHARED_MEMORY_H_

#include <memory>

#include "glasswal/observe.h"

namespace glasswal::inspector {

/// The bytes of the region that the host is attached to.
std::unique_ptr<RegionBytes> NewSharedMemoryBytes();

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_PLATFORM_HTML5_SHARED_MEMORY_H_
