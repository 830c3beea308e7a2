#include "sqlite/open.h"

#include <algorithm>
#include <new>
#include <string_view>

#include "recovery/runtime_inside.h"
#include "sqlite/database_file.h"
#include "sqlite/log_file.h"
#include "sqlite/temp_file.h"
#include "store/directory.h"
#include "store/segment_map.h"

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
  if (!runtime.ok()) return vfs->Refuse(CodeOf(runtime.status()), runtime.status().message());
  recovery::Client& client = ClientOf(**runtime);
  if (client.IsFenced()) {
    return vfs->Refuse(
        SQLITE_CANTOPEN,
        "this process's client of the region was declared dead, or belongs to the parent of this "
        "process, and a region without a name cannot be joined again: create one, with a name if "
        "processes are to share it");
  }
  client.Sweep();
  Result<store::Connection> connection =
      Connect(client.context(), RequestOf(path, shm::kFileDatabase, flags));
  if (!connection.ok()) {
    return vfs->Refuse(CodeOf(connection.status()), connection.status().message());
  }
  auto* file = new (base) DatabaseFile{};
  file->vfs = vfs;
  file->runtime = std::move(*runtime);
  file->self = &client;
  file->shared = &RegionOf(*file->runtime);
  file->connection = *connection;
  file->file = store::File(&client.context(), connection->file, &connection->shm->intent,
                           &connection->database->fence);
  file->watch = std::make_unique<ConnectionWatch>(file);
  file->statements = std::make_unique<StatementWatch>(file);
  file->settings.powersafe_overwrite = sqlite3_uri_boolean(path, "psow", 1);
  base->pMethods = &kDatabaseMethods;
  vfs->databases().Add(path, file);
  file->Record(EventKind::kConnectionOpened, client.context().shm_client()->connections.load());
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

constexpr uint32_t kNoFile = ~uint32_t{0};

/// The number of the database that a log or journal of that name belongs to, or kNoFile.
uint32_t DatabaseOfLog(const shm::RegionView& region, std::string_view path) {
  const size_t dash = path.rfind('-');
  if (dash == std::string_view::npos) return kNoFile;
  return store::FindFile(region, path.substr(0, dash)).value_or(kNoFile);
}

/// A log whose connection a VFS shim has hidden reaches its database by itself.
void OpenPagesOfHidden(LogFile* file, store::ClientContext& self, uint32_t database) {
  shm::ShmDatabase* shm = store::DatabaseOf(*self.region, database);
  shm::Atomic64* fence = shm != nullptr ? &shm->fence : &self.region->header()->fence;
  file->file = store::File(&self, file->file.number(), nullptr, fence);
  file->pages = store::File(&self, database, nullptr, fence);
}

int OpenLog(Vfs* vfs, const char* path, sqlite3_file* base, int flags, int* out_flags) {
  const bool is_super_journal = (flags & SQLITE_OPEN_SUPER_JOURNAL) != 0;
  const bool is_wal = (flags & SQLITE_OPEN_WAL) != 0;
  DatabaseFile* database = is_super_journal ? nullptr : vfs->databases().Find(path);
  std::shared_ptr<Runtime> runtime = database != nullptr ? database->runtime : vfs->RuntimeOf(path);
  if (runtime == nullptr) {
    return vfs->Refuse(SQLITE_CANTOPEN, "no database of the region of " + std::string(path) +
                                            " is open: open its database first");
  }
  store::OpenRequest request = RequestOf(path,
                                         is_wal             ? shm::kFileWal
                                         : is_super_journal ? shm::kFileOther
                                                            : shm::kFileJournal,
                                         flags);
  if (database != nullptr) {
    request.database_plus_1 = database->connection.file + 1;
  } else if (!is_super_journal) {
    request.database_plus_1 = DatabaseOfLog(RegionOf(*runtime), request.path) + 1;
    if (request.database_plus_1 == 0) {
      return vfs->Refuse(SQLITE_CANTOPEN, "there is no database that " + std::string(request.path) +
                                              " is a log or a journal of: open the database first");
    }
  }

  store::ClientContext& self = ClientOf(*runtime).context();
  // The connection waits here as long as it would for a lock: SQLite's own handler is asked, and
  // asked again by SQLite only if it has not said no.
  store::DirectoryLock lock(self, store::Patience::kMoment);
  while (!lock.held() && database != nullptr && database->MayTryAgain()) lock.TryAgain();
  if (!lock.held()) return vfs->Refuse(SQLITE_BUSY, lock.status().message());
  Result<store::OpenedFile> opened = store::OpenFile(self, lock, request);
  if (!opened.ok()) return vfs->Refuse(CodeOf(opened.status()), opened.status().message());

  auto* file = new (base) LogFile{};
  file->vfs = vfs;
  file->runtime = std::move(runtime);
  file->database = database;
  file->is_wal = is_wal;
  if (database != nullptr) {
    file->file = store::File(&self, opened->number, &database->connection.shm->intent,
                             &database->database()->fence);
    // A shim may write other bytes than SQLite gives it (a checksum, a cipher), and others into the
    // log than into the database. Then nothing is copied behind its back.
    const bool is_direct = is_wal && sqlite3_database_file_object(path) == &database->base;
    if (is_direct) database->log = &file->file;
  } else {
    file->file = store::File(&self, opened->number, nullptr, &self.region->header()->fence);
    if (!is_super_journal) OpenPagesOfHidden(file, self, request.database_plus_1 - 1);
  }
  base->pMethods = &kLogMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int SectorSize(sqlite3_file*) { return kSectorBytes; }
int DeviceCharacteristics(sqlite3_file* base) {
  return DatabaseFile::Of(base)->settings.powersafe_overwrite != 0
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
    OpenTempFile(vfs, file);
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
  }
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) return OpenDatabase(vfs, path, file, flags, out_flags);
  return OpenLog(vfs, path, file, flags, out_flags);
}

}  // namespace glasswal::sqlite
