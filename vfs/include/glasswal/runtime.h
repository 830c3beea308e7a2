// A runtime: one region, and this process's place in it.
//
//   auto runtime =
//       glasswal::Runtime::Create({.memory = glasswal::MemoryKind::kNamed, .name = "app"});
//   if (!runtime.ok()) return Complain(runtime.status().message());
//   glasswal::Status status = (*runtime)->RegisterVfs("glasswal", /*make_default=*/false);
//   sqlite3_open_v2("/app.sqlite", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "glasswal");
//
// The region is ephemeral: when the last client leaves, a named region is removed. When the last
// client is killed instead, the name stays until somebody opens or removes it.
//
// Thread-safety: all functions may be called from any thread. After fork() the child must not use a
// runtime or a connection of its parent: calls are refused with an error; open the region anew.
#ifndef GLASSWAL_RUNTIME_H_
#define GLASSWAL_RUNTIME_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "glasswal/event.h"
#include "glasswal/options.h"
#include "glasswal/status.h"

namespace glasswal {

class RuntimeInside;

/// A file of a region, as Runtime::ListFiles() finds it.
struct FileEntry {
  std::string path;           // As sqlite3_open_v2() is given it.
  uint64_t size_bytes = 0;    // As SQLite sees it.
  uint32_t open_clients = 0;  // So many clients have it open.
};

/// The files as JSON: [{path, sizeBytes, openClients}, ...].
std::string ToJson(const std::vector<FileEntry>& files);

/// One region, and this process's place in it. It leaves when the last pointer to it goes, and when
/// the last client has left, a named region is removed.
class Runtime : public std::enable_shared_from_this<Runtime> {
 public:
  /// Creates a region and joins it. kAlreadyExists if a named region of that name is there.
  /// `client_name` is what diagnostics and refusals call this process; empty: the program's name.
  static Result<std::shared_ptr<Runtime>> Create(const Options& options,
                                                 const std::string& client_name = "");

  /// Joins an existing named region. kNotFound, kNotReady (half written by a creator that died),
  /// kVersionMismatch, kCorrupt, or kFull when all client slots belong to the living.
  static Result<std::shared_ptr<Runtime>> Open(const std::string& name,
                                               const std::string& client_name = "");

  /// Joins the named region, creating it if need be; `options` count only for the creator.
  static Result<std::shared_ptr<Runtime>> OpenOrCreate(const Options& options,
                                                       const std::string& client_name = "");

  /// Creates a region in memory of the caller, which is zeroed, 64-byte aligned, and outlives the
  /// runtime. For embedders that own their memory; options.memory and options.name are not used.
  static Result<std::shared_ptr<Runtime>> CreateIn(void* memory, uint64_t size_bytes,
                                                   const Options& options,
                                                   const std::string& client_name = "");

  /// Removes the name of a region. Those who have it open keep it until they leave.
  static Status Remove(const std::string& name);

  /// Leaves the region.
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// Registers an SQLite VFS of that name whose files live in this region. The VFS keeps the
  /// runtime alive until UnregisterVfs. Defined in vfs/sqlite, so only programs that use it need
  /// SQLite.
  Status RegisterVfs(const std::string& vfs_name, bool make_default);

  /// Takes the VFS back. kBusy while a connection of it is open.
  static Status UnregisterVfs(const std::string& vfs_name);

  /// Empty for a region without a name.
  const std::string& name() const;
  /// False once the name of this region leads nowhere or to another region, because it was removed
  /// while the region was in use. True for a region without a name.
  bool IsNameCurrent() const;
  /// 32 hexadecimal digits, random, unlike any other region's.
  std::string id() const;
  /// This process's client slot and its generation, as snapshots and events show them.
  uint32_t client_slot() const;
  /// Tells this client from earlier ones of the same slot.
  uint32_t client_generation() const;

  /// The region's bytes for glasswal::Observe and for captures; valid while the runtime lives.
  std::span<const std::byte> bytes() const;

  /// All files: databases, and the logs and journals of those that are in use.
  std::vector<FileEntry> ListFiles() const;

  /// Removes a file that nobody has open: a database with its log and journals. A region has room
  /// for 1,024 files, and a database that is closed keeps its place and its memory. kNotFound, or
  /// kBusy with the name of a client that has it open.
  Status RemoveFile(const std::string& path);

  /// Looks for dead clients now and recovers from them; returns how many. This also happens by
  /// itself whenever a client joins, opens a database, meets a lock, and about once a second while
  /// it works.
  uint32_t RecoverDead();

  /// Ends another client for good, waits for the proof of its death, and recovers from it.
  Status Evict(uint32_t client_slot, uint32_t client_generation, uint32_t timeout_ms = 5000);

  /// Asks for the end of the statements that a client runs now, this one or another: each fails with
  /// SQLITE_INTERRUPT within 50 ms, and the client goes on. So does the transaction of one that only
  /// reads; one that writes has SQLite roll back its whole transaction, BEGIN and all that came after
  /// it. kNotFound if it runs none, or is not there.
  Status Cancel(uint32_t client_slot, uint32_t client_generation);
  /// The same for what one connection runs; `file` and `connection` are those of a snapshot, and so is
  /// `run`, which keeps what it runs next from being ended instead; 0: whatever it runs.
  Status CancelConnection(uint32_t client_slot, uint32_t client_generation, uint32_t file,
                          uint32_t connection, uint64_t run = 0);

  /// What is known of statements from now on, in all clients.
  void SetStatementTracking(StatementTracking tracking);

  /// Which events are recorded from now on, by all clients. kInfo after creation. Whoever was
  /// declared dead, or is the child of the process that opened the region, changes nothing.
  void SetEventLevel(EventLevel level);

 private:
  friend class RuntimeInside;
  explicit Runtime(std::unique_ptr<RuntimeInside> inside);

  const std::unique_ptr<RuntimeInside> inside_;
};

}  // namespace glasswal

#endif  // GLASSWAL_RUNTIME_H_
