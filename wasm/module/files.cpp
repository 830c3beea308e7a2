// The files of the region, beyond what SQLite does with them.
//
// Thread-safety: an instance has one thread.
#include <string>
#include <utility>

#include "glasswal/runtime.h"
#include "module/exports.h"
#include "module/host.h"
#include "module/inside.h"
#include "module/instance.h"
#include "module/observe_room.h"

namespace glasswal::wasm {

extern "C" int32_t glasswal_remove_file(const char* path) {
  return GiveStatus(JoinedRuntime()->RemoveFile(path));
}

extern "C" int32_t glasswal_list_files() {
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
