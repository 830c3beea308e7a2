// The files of the region, beyond what SQLite does with them.
//
// Thread-safety: an instance has one thread.
#include <string>
#include <utility>

#include "diag/json_writer.h"
#include "glasswal/runtime.h"
#include "module/host.h"
#include "module/instance.h"
#include "module/observe_room.h"

namespace glasswal::wasm {

/// Runtime::RemoveFile for a path as JavaScript opens databases by it; returns a StatusCode.
GLASSWAL_EXPORT(glasswal_remove_file)
int32_t RemoveFile(const char* path) { return GiveStatus(JoinedRuntime()->RemoveFile(path)); }

/// Runtime::ListFiles as [{"path", "sizeBytes", "openClients"}] at glasswal_text.
GLASSWAL_EXPORT(glasswal_list_files)
int32_t ListFiles() {
  const Status room = RoomForFiles();
  if (!room.ok()) return GiveStatus(room);
  std::string text;
  diag::JsonWriter writer(&text);
  writer.BeginArray();
  for (const FileEntry& file : JoinedRuntime()->ListFiles()) {
    writer.BeginObject();
    writer.Key("path"), writer.String(file.path);
    writer.Key("sizeBytes"), writer.Number(file.size_bytes);
    writer.Key("openClients"), writer.Number(file.open_clients);
    writer.EndObject();
  }
  writer.EndArray();
  GiveText(std::move(text));
  return 0;
}

}  // namespace glasswal::wasm
