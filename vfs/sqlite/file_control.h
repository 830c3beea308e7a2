// What main databases and temporary files answer alike when they are asked by sqlite3_file_control.
//
// Thread-safety: functions without state; as for the file whose settings they are given.
#ifndef GLASSWAL_VFS_SQLITE_FILE_CONTROL_H_
#define GLASSWAL_VFS_SQLITE_FILE_CONTROL_H_

#include <cstdint>

#include "shm/layout.h"
#include "sqlite/vfs.h"

namespace glasswal::sqlite {

/// Where the versions of a database's tables are, for sqlite/table_watch.h. Answered by a main
/// database; what it gives stays while the file is open. Argument: VersionsPlace*.
inline constexpr int kFcntlVersions = 0x676c0005;
struct VersionsPlace {
  const shm::ShmDatabase* database = nullptr;
  shm::ShmHeader* header = nullptr;
};

/// What is set and asked for by file controls and has no other effect than being told back, or one
/// that its file looks after.
struct FileSettings {
  int64_t mmap_limit = 0;
  uint32_t lock_timeout_ms = 0;   // SQLITE_FCNTL_LOCK_TIMEOUT.
  bool block_on_connect = false;  // SQLITE_FCNTL_BLOCK_ON_CONNECT.
  int persist_wal = 0;
  int powersafe_overwrite = 1;
};

/// Answers the controls that need nothing but the settings and the VFS; SQLITE_NOTFOUND for all
/// others. `may_remap`: nobody uses a page in place, so that the limit of mapping may change.
int ControlSettings(Vfs* vfs, FileSettings* settings, bool may_remap, int operation,
                    void* argument);

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_FILE_CONTROL_H_
