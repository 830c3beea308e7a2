// Ending what others run, and following statements, for JavaScript.
//
// Thread-safety: an instance has one thread.
#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "glasswal/runtime.h"
#include "module/exports.h"
#include "module/inside.h"
#include "module/instance.h"

namespace glasswal::wasm {
namespace {

constexpr uint32_t kAllFiles = UINT32_MAX;

}  // namespace

extern "C" void glasswal_set_statements(uint32_t tracking) {
  if (JoinedRuntime() == nullptr) return;
  constexpr auto kLast = static_cast<uint32_t>(StatementTracking::kTimed);
  JoinedRuntime()->SetStatementTracking(static_cast<StatementTracking>(std::min(tracking, kLast)));
}

extern "C" int32_t glasswal_cancel(uint32_t client, uint32_t generation, uint32_t file,
                                   uint32_t connection, double run) {
  if (JoinedRuntime() == nullptr) return GiveNotJoined();
  return GiveStatus(file == kAllFiles
                        ? JoinedRuntime()->Cancel(client, generation)
                        : JoinedRuntime()->CancelConnection(client, generation, file, connection,
                                                            static_cast<uint64_t>(run)));
}

extern "C" double glasswal_running(uint32_t file, uint32_t connection) {
  if (JoinedRuntime() == nullptr || file >= shm::kMaxFiles || connection >= shm::kMaxConnections) {
    return 0;
  }
  const shm::ShmDatabase* database = store::DatabaseOf(RegionOf(*JoinedRuntime()), file);
  if (database == nullptr) return 0;
  const shm::ShmConnection& shm = database->connections[connection];
  const uint64_t running = shm.running.load();
  return store::IsRunning(shm, running) ? static_cast<double>(store::RunOf(running)) : 0;
}

extern "C" uint32_t glasswal_place(sqlite3* database) {
  uint32_t place[2] = {};
  if (ClientContext() == nullptr ||
      sqlite3_file_control(database, "main", GLASSWAL_FCNTL_PLACE, place) != SQLITE_OK) {
    return 0;
  }
  std::string text;
  diag::JsonWriter writer(&text);
  writer.BeginObject();
  writer.Key("client"), writer.Number(ClientContext()->slot);
  writer.Key("generation"), writer.Number(ClientContext()->generation);
  writer.Key("file"), writer.Number(place[0]);
  writer.Key("connection"), writer.Number(place[1]);
  writer.EndObject();
  GiveText(std::move(text));
  return 1;
}

}  // namespace glasswal::wasm
