#include "glasswal/observe.h"

namespace glasswal {

void SilenceTracker::Apply(uint64_t now_ns, Snapshot* snapshot) {
  for (ClientSnapshot& client : snapshot->clients) {
    if (client.slot >= seen_.size()) continue;
    Seen& seen = seen_[client.slot];
    const bool moved =
        !seen.known || seen.generation != client.generation || seen.heartbeat != client.heartbeat;
    if (moved) seen = {true, client.generation, client.heartbeat, now_ns};
    client.silent_ns = now_ns > seen.changed_ns ? now_ns - seen.changed_ns : 0;
  }
}

}  // namespace glasswal
