// The files of the region, beyond what SQLite does with them.
//
// Thread-safety: an instance has one thread.
#include <sqlite3.h>

#include <string>
#include <utility>

#include "diag/json_writer.h"
#include "glasswal/runtime.h"
#include "module/host.h"
#include "module/instance.h"
#include "module/observe_room.h"

namespace glasswal::wasm {
namespace {

/// The name that a database opened by `path` has in the region; empty if it can have none.
std::string NameOf(const char* path) {
  constexpr int kFullPathBytes = 512;
  sqlite3_vfs* vfs = sqlite3_vfs_find("glasswal");
  sqlite3_filename name = sqlite3_create_filename(path, "", "", 0, nullptr);
  char full[kFullPathBytes] = "";
  const bool named = vfs != nullptr && name != nullptr &&
                     vfs->xFullPathname(vfs, name, kFullPathBytes, full) == SQLITE_OK;
  sqlite3_free_filename(name);
  return named ? full : "";
}

}  // namespace

/// Runtime::RemoveFile for a path as JavaScript opens databases by it; returns a StatusCode.
GLASSWAL_EXPORT(glasswal_remove_file)
int32_t RemoveFile(const char* path) {
  const std::string name = NameOf(path);
  if (name.empty()) {
    return GiveStatus(Status(StatusCode::kInvalidArgument,
                             "the path names no file, or is too long: it may have 240 bytes"));
  }
  return GiveStatus(JoinedRuntime()->RemoveFile(name));
}

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
