// One registered VFS: the sqlite3_vfs that SQLite knows and what is behind it.
//
// A VFS serves the files of one runtime, and those of any other region that a database's URI names
// (region=NAME). Full path names carry the name of such a region, "/@NAME/app.sqlite", because
// SQLite deletes and looks for journals by path alone, and two regions may have files of the same
// name. Files keep their runtime alive.
//
// A runtime that is fenced (this process is a fork() of the one that joined, or its client was
// declared dead) serves only to refuse what was opened with it. Whatever is opened from then on
// gets a runtime of its own: it joins the region as a new client.
//
// Thread-safety: immutable after registration, except for the last error and the table of regions,
// which have a mutex.
#ifndef GLASSWAL_VFS_SQLITE_VFS_H_
#define GLASSWAL_VFS_SQLITE_VFS_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "glasswal/runtime.h"
#include "sqlite/open_databases.h"
#include "sqlite/sqlite_api.h"

namespace glasswal::sqlite {

class Vfs {
 public:
  /// `runtime` may be null (the loadable extension): databases that name no region then share one
  /// that is private to the process.
  Vfs(std::string name, std::shared_ptr<Runtime> runtime);

  /// Makes SQLite know it. Returns an SQLite result code.
  int Register(bool make_default);

  sqlite3_vfs* base() { return &base_; }
  const std::string& name() const { return name_; }
  bool has_runtime() const { return runtime_ != nullptr; }
  /// The operating system's VFS, for loading extensions; may be null.
  sqlite3_vfs* host() const { return host_; }

  /// The runtime for a database that is being opened. `path` is the one that SQLite passed to
  /// xOpen, so that its URI parameters can be asked for.
  Result<std::shared_ptr<Runtime>> RuntimeToOpen(const char* path);
  /// The runtime of a file whose region is in use already; null if it is not.
  std::shared_ptr<Runtime> RuntimeOf(const char* path);

  /// The open main databases, by the names of their logs.
  OpenDatabases& databases() { return databases_; }

  /// The most that SQLite was built to use in place (SQLITE_MAX_MMAP_SIZE); what is asked for
  /// beyond it counts as this much, as with SQLite's own VFS.
  int64_t most_mmap_bytes() const { return most_mmap_bytes_; }

  /// Remembers `message` for xGetLastError and returns `code`.
  int Fail(int code, const std::string& message);
  /// The same for what SQLite reports by its code alone, such as "unable to open database file":
  /// the sentence also goes to SQLite's log (SQLITE_CONFIG_LOG).
  int Refuse(int code, const std::string& message);
  std::string LastError();
  /// What the last failure said if its code was this one and nobody has taken it yet; otherwise
  /// nothing.
  std::string TakeError(int code);

  static Vfs* Of(sqlite3_vfs* base) { return static_cast<Vfs*>(base->pAppData); }

 private:
  /// The VFS's own runtime, or the one that this process has in its place.
  Result<std::shared_ptr<Runtime>> OwnRuntime();
  /// The runtime that this process has of a region; null if it has none that works.
  std::shared_ptr<Runtime> KnownRuntime(const std::string& region);

  sqlite3_vfs base_{};
  std::string name_;
  std::shared_ptr<Runtime> runtime_;
  sqlite3_vfs* host_ = nullptr;
  int64_t most_mmap_bytes_ = 0;
  OpenDatabases databases_;
  // Whoever joins a region may wait for others, and nobody is to wait for that who has joined: so
  // this one is held meanwhile, and mutex_, which comes after it, only to look and to write down.
  std::mutex join_mutex_;
  std::mutex mutex_;
  std::string last_error_;
  int last_code_ = SQLITE_OK;
  // Regions opened by URI; they live for as long as a file of theirs is open. The one without a
  // name that belongs to the process lives as long as the VFS, or closing its last database would
  // empty it. Where the VFS has a runtime, the empty name leads to the one in its place, if any.
  std::map<std::string, std::weak_ptr<Runtime>> regions_;
  std::shared_ptr<Runtime> unnamed_;
};

/// The two parts of a full path name.
struct SplitPath {
  std::string_view region;  // Empty: the VFS's own.
  std::string_view file;    // The path inside the region.
};
SplitPath Split(const char* path);

}  // namespace glasswal::sqlite

#endif  // GLASSWAL_VFS_SQLITE_VFS_H_
