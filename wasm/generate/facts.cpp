// wasm/ts/generated/facts.ts: where things lie in the memory, the events.
#include <cstddef>
#include <cstdio>

#include "generate/print.h"
#include "glasswal/event.h"
#include "module/bootstrap.h"
#include "shm/layout.h"

namespace glasswal::generate {
namespace {

void Memory() {
  Number("segmentBytes", shm::kSegmentBytes);
  Number("pageBytes", wasm::kPageBytes);
  Number("bootstrapOffset", wasm::kBootstrapOffset);
  Number("bootstrapVersion", wasm::kBootstrapVersion);
  Number("workersOffset", wasm::kBootstrapOffset + offsetof(wasm::ShmBootstrap, workers));
  Number("workerBytes", sizeof(wasm::ShmWorker));
  Number("regionOffset", wasm::kRegionOffset);
  Number("maxClients", shm::kMaxClients);
  Number("headerBytes", sizeof(shm::ShmHeader));
  Number("clientBytes", sizeof(shm::ShmClient));
  Number("layoutHash", shm::kLayoutHash);
}

void Header() {
  std::printf("\n/** Byte offsets within the region's header. */\nexport const header = {\n");
#define GLASSWAL_FIELD(name, field) \
  std::printf("  " name ": %zu,\n", offsetof(shm::ShmHeader, field))
  GLASSWAL_FIELD("runtimeId", runtime_id);
  GLASSWAL_FIELD("capacityBytes", capacity_bytes);
  GLASSWAL_FIELD("clientsOffset", clients_offset);
  GLASSWAL_FIELD("staleNs", stale_ns);
  GLASSWAL_FIELD("evictStale", evict_stale);
  GLASSWAL_FIELD("eventLevel", event_level);
  GLASSWAL_FIELD("recoveries", recoveries);
  GLASSWAL_FIELD("eventHead", event_head);
  GLASSWAL_FIELD("commitSequence", commit_sequence);
  GLASSWAL_FIELD("commitWaiters", commit_waiters);
#undef GLASSWAL_FIELD
  std::printf("} as const;\n");
}

void ClientStates() {
  std::printf("\nexport const clientState = { free: %u, live: %u, recovering: %u } as const;\n",
              shm::kClientFree, shm::kClientLive, shm::kClientRecovering);
}

void Events() {
  std::printf(
      "\n/** The kinds of events, by name, with their levels and arguments. */\nexport const "
      "events = {\n");
#define GLASSWAL_EVENT_LINE(kind, name, level, a, b, c, d)                                      \
  std::printf("  '" name "': { kind: %u, level: %u, arguments: ['" a "', '" b "', '" c "', '" d \
              "'] },\n",                                                                        \
              static_cast<unsigned>(EventKind::kind), static_cast<unsigned>(EventLevel::level));
  GLASSWAL_EVENTS(GLASSWAL_EVENT_LINE)
#undef GLASSWAL_EVENT_LINE
  std::printf("} as const;\n");
}

}  // namespace

void PrintFacts() {
  std::printf("/** The version of this package. */\nexport const packageVersion = '%s';\n\n",
              GLASSWAL_VERSION);
  Memory();
  Header();
  ClientStates();
  Events();
}

}  // namespace glasswal::generate
