// One event of the ring, as it lies in the region.
//
// A part of shm/layout.h, which has the rules. See trace/ring.h for the protocol of `state`.
#ifndef GLASSWAL_VFS_SHM_EVENT_RECORD_H_
#define GLASSWAL_VFS_SHM_EVENT_RECORD_H_

#include "shm/words.h"

namespace glasswal::shm {

struct ShmEvent {
  Atomic64 state;    // [CAS] sequence and, below it, kEventTagBits: the writer's slot while it is
                     // written, else complete; 0 never written. See trace/ring.h.
  Atomic64 time_ns;  // [writer] its monotonic clock.
  Atomic64 subject;  // [writer] kind 16 | level 8 | client 8 | client generation 32, from the top.
  Atomic64 place;    // [writer] the connection's transaction 32 | connection slot + 1 16 | file
                     // number + 1 16, from the top.
  Atomic64 arguments[4];  // [writer] see glasswal/event.h.
};
static_assert(sizeof(ShmEvent) == 64);

}  // namespace glasswal::shm

#endif  // GLASSWAL_VFS_SHM_EVENT_RECORD_H_
