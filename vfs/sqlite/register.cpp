// Runtime::RegisterVfs and UnregisterVfs: the only members of Runtime that know SQLite.
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "glasswal/runtime.h"
#include "glasswal/sqlite.h"
#include "sqlite/sqlite_api.h"
#include "sqlite/tables.h"
#include "sqlite/vfs.h"

namespace glasswal {
namespace {

// SQLite 3.51.3 repaired the WAL-reset bug, which needs exactly this workload to corrupt a
// database.
constexpr int kOldestSqlite = 3051003;

std::mutex registered_mutex;
std::vector<std::unique_ptr<sqlite::Vfs>> registered;

/// What SQLite takes any function for that it is to call for each connection.
void (*AsExtension(decltype(sqlite::AddTablesTo)* function))() {
  return reinterpret_cast<void (*)()>(function);
}

}  // namespace

std::string LastError(const std::string& vfs_name) {
  sqlite3_vfs* vfs = sqlite3_vfs_find(vfs_name.empty() ? nullptr : vfs_name.c_str());
  char message[1024] = "";
  if (vfs != nullptr && vfs->xGetLastError != nullptr) {
    (void)vfs->xGetLastError(vfs, sizeof(message), message);
  }
  return message;
}

Status Runtime::RegisterVfs(const std::string& vfs_name, bool make_default) {
  if (sqlite3_libversion_number() < kOldestSqlite) {
    return Status(
        StatusCode::kVersionMismatch,
        std::string("SQLite ") + sqlite3_libversion() +
            " can corrupt a database that several clients write in WAL mode: link 3.51.3 or "
            "later");
  }
  if (vfs_name.empty()) {
    return Status(StatusCode::kInvalidArgument, "a VFS needs a name");
  }
  if (sqlite3_vfs_find(vfs_name.c_str()) != nullptr) {
    return Status(StatusCode::kAlreadyExists, "there is a VFS named " + vfs_name +
                                                  " already: unregister it or choose another name");
  }
  auto vfs = std::make_unique<sqlite::Vfs>(vfs_name, shared_from_this());
  const int result = vfs->Register(make_default);
  if (result != SQLITE_OK) {
    return Status(StatusCode::kSystem,
                  std::string("sqlite3_vfs_register failed: ") + sqlite3_errstr(result));
  }
  const std::lock_guard<std::mutex> guard(registered_mutex);
  registered.push_back(std::move(vfs));
  (void)sqlite3_auto_extension(
      AsExtension(sqlite::AddTablesTo));  // Once, however often it is asked.
  return Status::Ok();
}

Status Runtime::UnregisterVfs(const std::string& vfs_name) {
  const std::lock_guard<std::mutex> guard(registered_mutex);
  for (auto it = registered.begin(); it != registered.end(); ++it) {
    if ((*it)->name() != vfs_name) continue;
    if ((*it)->databases().AreAny()) {
      return Status(StatusCode::kBusy,
                    "the VFS " + vfs_name + " has open databases: close them before it goes");
    }
    sqlite3_vfs_unregister((*it)->base());
    registered.erase(it);
    if (registered.empty()) (void)sqlite3_cancel_auto_extension(AsExtension(sqlite::AddTablesTo));
    return Status::Ok();
  }
  return Status(StatusCode::kNotFound, "glasswal has not registered a VFS named " + vfs_name);
}

}  // namespace glasswal
