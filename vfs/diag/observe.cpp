#include "glasswal/observe.h"

#include <cstddef>

#include "diag/decode.h"
#include "port/futex.h"

namespace glasswal {
namespace {

using diag::RegionImage;

/// The count of changes of clients, files and connections as it is now; 0 if it cannot be read.
uint64_t ReadTopology(const RegionBytes& source) {
  uint64_t topology = 0;
  (void)source.Copy(offsetof(shm::ShmHeader, topology), sizeof(topology), &topology);
  return topology;
}

/// What is counted over several tables.
void AddTotals(Snapshot* snapshot) {
  snapshot->region.client_count = static_cast<uint32_t>(snapshot->clients.size());
  snapshot->region.connection_count = static_cast<uint32_t>(snapshot->connections.size());
  for (const ClientSnapshot& client : snapshot->clients) {
    const uint64_t handles = uint64_t{snapshot->region.open_handle_count} + client.handles;
    snapshot->region.open_handle_count =
        handles > UINT32_MAX ? UINT32_MAX : static_cast<uint32_t>(handles);
  }
  for (const DatabaseSnapshot& database : snapshot->databases) {
    diag::AddCounters(database.totals, &snapshot->totals);
  }
  for (const SegmentSnapshot& segment : snapshot->segments) {
    ++snapshot->segment_counts[static_cast<size_t>(segment.kind)];
  }
}

Snapshot Decode(const RegionImage& image) {
  Snapshot snapshot;
  snapshot.observed_ns = image.now_ns;
  snapshot.region = diag::DecodeRegion(image);
  snapshot.events = diag::DecodeEventRing(image);
  snapshot.clients = diag::DecodeClients(image);
  snapshot.former_clients = diag::DecodeFormerClients(image);
  snapshot.files = diag::DecodeFiles(image);
  snapshot.databases = diag::DecodeDatabases(image);
  snapshot.connections = diag::DecodeConnections(image);
  snapshot.locks = diag::DecodeLocks(image);
  snapshot.wals = diag::DecodeWals(image);
  snapshot.recoveries = diag::DecodeRecoveries(image);
  snapshot.statements = diag::DecodeStatements(image);
  snapshot.segments = diag::DecodeSegments(image);
  AddTotals(&snapshot);
  return snapshot;
}

}  // namespace

Result<Snapshot> Observe(const RegionBytes& source) {
  for (uint32_t attempt = 1;; ++attempt) {
    Result<std::unique_ptr<RegionImage>> image = diag::LoadRegion(source);
    if (!image.ok()) return image.status();
    // The header was copied before the tables, so its count is the one before.
    const uint64_t before = diag::Get((*image)->header.topology);
    const bool consistent = ReadTopology(source) == before;
    if (!consistent && attempt < kObserveAttempts) {
      port::SpinPause();
      continue;
    }
    Snapshot snapshot = Decode(**image);
    snapshot.consistent = consistent;
    snapshot.attempts = attempt;
    return snapshot;
  }
}

}  // namespace glasswal
