// An EventDrain over a region that no Runtime of this process has: one that is mapped for reading, or
// a test's.
//
// Thread-safety: that of EventDrain.
#ifndef GLASSWAL_VFS_LOG_EVENT_DRAIN_INSIDE_H_
#define GLASSWAL_VFS_LOG_EVENT_DRAIN_INSIDE_H_

#include <memory>

#include "glasswal/spdlog.h"
#include "shm/region.h"

namespace glasswal {

class EventDrainInside {
 public:
  /// REQUIRES: `region` outlives the drain.
  static EventDrain Over(const shm::RegionView& region, std::shared_ptr<spdlog::logger> logger,
                         const EventDrainOptions& options = {});
};

}  // namespace glasswal

#endif  // GLASSWAL_VFS_LOG_EVENT_DRAIN_INSIDE_H_
