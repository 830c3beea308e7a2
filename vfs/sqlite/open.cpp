#include "sqlite/open.h"

#include <algorithm>
#include <new>
#include <string_view>

#include "sqlite/database_file.h"
#include "sqlite/log_file.h"
#include "sqlite/temp_file.h"
#include "store/directory.h"

namespace glasswal::sqlite {
namespace {

constexpr int kTemporary = SQLITE_OPEN_TEMP_DB | SQLITE_OPEN_TEMP_JOURNAL |
                           SQLITE_OPEN_TRANSIENT_DB | SQLITE_OPEN_SUBJOURNAL;

int CodeOf(const Status& status) {
  switch (status.code()) {
    case StatusCode::kFull:
      return SQLITE_FULL;
    case StatusCode::kBusy:
      return SQLITE_BUSY;
    case StatusCode::kCorrupt:
      return SQLITE_IOERR_CORRUPTFS;
    default:
      return SQLITE_CANTOPEN;
  }
}

store::OpenRequest RequestOf(const char* path, shm::FileKind kind, int flags) {
  store::OpenRequest request;
  request.path = Split(path).file;
  request.kind = kind;
  request.create = (flags & SQLITE_OPEN_CREATE) != 0;
  request.exclusive = (flags & SQLITE_OPEN_EXCLUSIVE) != 0;
  return request;
}

/// Opens the file and claims a connection, both or neither.
Result<store::Connection> Connect(store::ClientContext& self, const store::OpenRequest& request) {
  store::DirectoryLock lock(self);
  if (!lock.held()) return lock.status();
  Result<store::OpenedFile> opened = store::OpenFile(self, lock, request);
  if (!opened.ok()) return opened.status();
  Result<store::Connection> connection = store::ClaimConnection(self, lock, opened->number);
  if (!connection.ok()) store::CloseFile(self, lock, opened->number);
  return connection;
}

int OpenDatabase(Vfs* vfs, const char* path, sqlite3_file* base, int flags, int* out_flags) {
  Result<std::shared_ptr<Runtime>> runtime = vfs->RuntimeToOpen(path);
  if (!runtime.ok()) return vfs->Fail(CodeOf(runtime.status()), runtime.status().message());
  recovery::Client& client = (*runtime)->client();
  if (client.IsFenced()) {
    return vfs->Fail(SQLITE_CANTOPEN,
                     "this process's client of the region was declared dead, or "
                     "belongs to the parent of this process: open the region anew");
  }
  client.Sweep();
  Result<store::Connection> connection =
      Connect(client.context(), RequestOf(path, shm::kFileDatabase, flags));
  if (!connection.ok()) {
    return vfs->Fail(CodeOf(connection.status()), connection.status().message());
  }
  auto* file = new (base) DatabaseFile{};
  file->vfs = vfs;
  file->runtime = std::move(*runtime);
  file->self = &client;
  file->shared = &file->runtime->region();
  file->connection = *connection;
  file->file = store::File(&client.context(), connection->file, &connection->shm->intent,
                           &connection->database->fence);
  file->watch = std::make_unique<ConnectionWatch>(&client, &file->connection);
  file->powersafe_overwrite = sqlite3_uri_boolean(path, "psow", 1);
  base->pMethods = &kDatabaseMethods;
  file->Record(EventKind::kConnectionOpened, client.context().shm_client()->connections.load());
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int OpenLog(Vfs* vfs, const char* path, sqlite3_file* base, int flags, int* out_flags) {
  const bool is_super_journal = (flags & SQLITE_OPEN_SUPER_JOURNAL) != 0;
  DatabaseFile* database = nullptr;
  std::shared_ptr<Runtime> runtime;
  if (is_super_journal) {
    runtime = vfs->RuntimeOf(path);
  } else {
    database = DatabaseFile::Of(sqlite3_database_file_object(path));
    runtime = database->runtime;
  }
  if (runtime == nullptr) return vfs->Fail(SQLITE_CANTOPEN, "no region for a super-journal");
  const bool is_wal = (flags & SQLITE_OPEN_WAL) != 0;
  store::OpenRequest request = RequestOf(path,
                                         is_wal             ? shm::kFileWal
                                         : is_super_journal ? shm::kFileOther
                                                            : shm::kFileJournal,
                                         flags);
  if (database != nullptr) request.database_plus_1 = database->connection.file + 1;

  store::ClientContext& self = runtime->client().context();
  store::DirectoryLock lock(self);
  if (!lock.held()) return vfs->Fail(SQLITE_BUSY, lock.status().message());
  Result<store::OpenedFile> opened = store::OpenFile(self, lock, request);
  if (!opened.ok()) return vfs->Fail(CodeOf(opened.status()), opened.status().message());

  auto* file = new (base) LogFile{};
  file->vfs = vfs;
  file->runtime = std::move(runtime);
  file->database = database;
  file->is_wal = is_wal;
  file->file = store::File(
      &self, opened->number, database != nullptr ? &database->connection.shm->intent : nullptr,
      database != nullptr ? &database->database()->fence : &self.region->header()->fence);
  base->pMethods = &kLogMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int SectorSize(sqlite3_file*) { return kSectorBytes; }
int DeviceCharacteristics(sqlite3_file* base) {
  return DatabaseFile::Of(base)->powersafe_overwrite != 0
             ? kDeviceCharacteristics
             : kDeviceCharacteristics & ~SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

}  // namespace

const sqlite3_io_methods kDatabaseMethods = {3,
                                             DatabaseClose,
                                             DatabaseRead,
                                             DatabaseWrite,
                                             DatabaseTruncate,
                                             DatabaseSync,
                                             DatabaseFileSize,
                                             DatabaseLock,
                                             DatabaseUnlock,
                                             DatabaseCheckReservedLock,
                                             DatabaseFileControl,
                                             SectorSize,
                                             DeviceCharacteristics,
                                             DatabaseShmMap,
                                             DatabaseShmLock,
                                             DatabaseShmBarrier,
                                             DatabaseShmUnmap,
                                             DatabaseFetch,
                                             DatabaseUnfetch};

int FileObjectBytes() {
  return static_cast<int>(std::max({sizeof(DatabaseFile), sizeof(LogFile), sizeof(TempFile)}));
}

int OpenFileForSqlite(Vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  if (path == nullptr || (flags & kTemporary) != 0) {
    OpenTempFile(file);
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
  }
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) return OpenDatabase(vfs, path, file, flags, out_flags);
  return OpenLog(vfs, path, file, flags, out_flags);
}

}  // namespace glasswal::sqlite
