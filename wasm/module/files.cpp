// The files of the region, beyond what SQLite does with them.
//
// Thread-safety: an instance has one thread.
#include <sqlite3.h>

#include <string>

#include "glasswal/runtime.h"
#include "module/host.h"
#include "module/instance.h"

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

}  // namespace glasswal::wasm
