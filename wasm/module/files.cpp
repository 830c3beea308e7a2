// The files of the region, beyond what SQLite does with them.
//
// Thread-safety: an instance has one thread.
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
  GiveText(ToJson(JoinedRuntime()->ListFiles()));
  return 0;
}

}  // namespace glasswal::wasm
