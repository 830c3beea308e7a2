// The flat directory: finding, creating, opening, closing and deleting files by path.
//
// All changes are made under the directory's lock, whose word names clients. A client that dies
// while it holds that lock leaves entries in state Creating, or Unlinked without openers; whoever
// takes the lock next removes them, so every change may be interrupted at any step.
//
// A deleted file lives on without a name until its last client closes it, as on Unix.
//
// Thread-safety: all functions may be called from any thread of the client.
#ifndef GLASSWAL_VFS_STORE_DIRECTORY_H_
#define GLASSWAL_VFS_STORE_DIRECTORY_H_

#include <cstdint>
#include <mutex>
#include <optional>
#include <string_view>

#include "glasswal/status.h"
#include "store/client_context.h"

namespace glasswal::store {

/// What a caller does about a directory's lock that somebody else has.
enum class Patience : uint8_t {
  kWait,    // It cannot go on without: up to ten seconds, or a moment on threads that may not wait.
  kTry,     // It can come back later, and must not be held up: recovery on behalf of the dead.
  kMoment,  // It knows what to do without, or asks somebody how long to wait: see TryAgain().
};

/// Holds the directory's lock for the calling thread while it lives, if it could be had. Not to be
/// nested.
class DirectoryLock {
 public:
  explicit DirectoryLock(ClientContext& self, Patience patience = Patience::kWait);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  bool held() const { return held_; }
  /// Looks once more, without waiting; whether it is held now.
  bool TryAgain();
  /// Why it is not held, and who holds it. REQUIRES: !held().
  Status status() const;

 private:
  void Acquire(uint64_t timeout_ns, int tries);
  void AcquireInAMoment();

  ClientContext& self_;
  std::unique_lock<std::recursive_mutex> thread_;
  bool held_ = false;
  lock::LockOutcome outcome_;
};

/// What to open and how.
struct OpenRequest {
  std::string_view path;
  shm::FileKind kind = shm::kFileOther;
  bool create = false;
  bool exclusive = false;        // Fail with kAlreadyExists if it is there.
  uint32_t database_plus_1 = 0;  // The database of a write-ahead log or journal.
};

struct OpenedFile {
  uint32_t number = 0;
  bool created = false;
};

/// The number of the live file of that name. Takes no lock: the answer may be old when it arrives.
std::optional<uint32_t> FindFile(const shm::RegionView& region, std::string_view path);

/// Opens or creates a file for this client. kNotFound, kAlreadyExists, kFull or kInvalidArgument.
/// REQUIRES: the caller holds the directory's lock (`lock`).
Result<OpenedFile> OpenFile(ClientContext& self, const DirectoryLock& lock,
                            const OpenRequest& request);

/// Closes one handle of this client; the last closer of a deleted file frees its storage.
/// REQUIRES: the caller holds the directory's lock.
void CloseFile(ClientContext& self, const DirectoryLock& lock, uint32_t number);

/// The same for whoever cannot wait: where somebody else keeps the directory's lock, the handle is
/// closed as soon as this client has the lock the next time, or has left.
void CloseFileInTime(ClientContext& self, uint32_t number);

/// Closes what CloseFileInTime() could not, if the lock can be had at once.
void CloseWhatIsDue(ClientContext& self);

/// Takes the name away. kNotFound if there is no such file. REQUIRES: the caller holds the
/// directory's lock.
Status DeleteFile(ClientContext& self, const DirectoryLock& lock, std::string_view path);
/// The same for whoever can wait for the lock.
Status DeleteFile(ClientContext& self, std::string_view path);

/// Takes away the name of a file that nobody has open, and of the log and the journals of a
/// database with it. kNotFound, or kBusy with the name of a client that has it open.
Status RemoveFile(ClientContext& self, std::string_view path);

/// Closes all that the dead client `slot` had open and removes what it left half-made; returns the
/// number of files it had open. Idempotent. REQUIRES: the caller holds the directory's lock.
uint32_t CloseFilesOfDead(ClientContext& self, const DirectoryLock& lock, uint32_t slot);

/// The path of a file, for messages and snapshots. `buffer` holds kPathBytes.
std::string_view PathOf(const shm::ShmFile& file, char* buffer);

}  // namespace glasswal::store

#endif  // GLASSWAL_VFS_STORE_DIRECTORY_H_
