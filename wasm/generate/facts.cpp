// wasm/ts/generated/facts.ts: where things lie in the memory.
#include <cstddef>
#include <cstdio>

#include "generate/print.h"
#include "module/bootstrap.h"
#include "shm/layout.h"

namespace glasswal::generate {
namespace {

void Memory() {
  Number("segmentBytes", shm::kSegmentBytes);
  Number("pageBytes", wasm::kPageBytes);
  Number("bootstrapVersion", wasm::kBootstrapVersion);
  Number("versionOffset", wasm::kBootstrapOffset + offsetof(wasm::ShmBootstrap, version));
  Number("founderOffset", wasm::kBootstrapOffset + offsetof(wasm::ShmBootstrap, founder));
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
  GLASSWAL_FIELD("recoveries", recoveries);
  GLASSWAL_FIELD("eventHead", event_head);
  GLASSWAL_FIELD("commitSequence", commit_sequence);
  GLASSWAL_FIELD("commitWaiters", commit_waiters);
  GLASSWAL_FIELD("statementTracking", statement_tracking);
#undef GLASSWAL_FIELD
  std::printf("} as const;\n");
}

void Clients() {
  std::printf("\nexport const clientState = { free: %u, live: %u, recovering: %u } as const;\n",
              shm::kClientFree, shm::kClientLive, shm::kClientRecovering);
  std::printf("export const clientKind = { worker: %u, page: %u, waSqlite: %u } as const;\n",
              shm::kClientWorker, shm::kClientPage, shm::kClientWaSqlite);
}

}  // namespace

void PrintFacts() {
  std::printf("/** The version of this package. */\nexport const packageVersion = '%s';\n\n",
              GLASSWAL_VERSION);
  Memory();
  Header();
  Clients();
}

}  // namespace glasswal::generate
