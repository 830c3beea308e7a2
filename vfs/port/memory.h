// Where a region's memory comes from: the caller's block, an anonymous mapping, a named object.
//
// The address range is reserved once and never moves. Memory must be committed before it is used:
// for a mapping of a shared-memory object, writing to a hole when the machine has no memory left
// would be SIGBUS, and Commit() turns that into an error.
//
// Thread-safety: Commit may be called from any thread and process, also for the same range at once.
#ifndef GLASSWAL_VFS_PORT_MEMORY_H_
#define GLASSWAL_VFS_PORT_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "glasswal/status.h"
#include "port/liveness.h"

namespace glasswal::port {

/// What tells one object of the system from another; zeros for memory that is none.
struct ObjectId {
  uint64_t device = 0;
  uint64_t number = 0;
  bool operator==(const ObjectId&) const = default;
};

class Memory {
 public:
  virtual ~Memory() = default;

  std::byte* base() const { return base_; }
  uint64_t size_bytes() const { return size_bytes_; }
  /// How much of that can be read at the moment.
  virtual uint64_t BytesAtHand() const { return size_bytes_; }
  /// Empty unless the memory is a named object.
  const std::string& name() const { return name_; }
  const ObjectId& object_id() const { return object_id_; }

  /// Makes [offset, offset + size_bytes) usable. Idempotent. kFull when the machine has no room.
  /// Offsets and sizes are multiples of 64 KiB and within size_bytes().
  virtual Status Commit(uint64_t offset, uint64_t size_bytes) = 0;

  /// A new holder of liveness locks for this memory; each client needs one of its own.
  virtual Result<std::unique_ptr<Liveness>> NewLiveness() = 0;

 protected:
  std::byte* base_ = nullptr;
  uint64_t size_bytes_ = 0;
  std::string name_;
  ObjectId object_id_;
};

/// Ok for 1 to 200 of [A-Za-z0-9._-], not beginning with a dot; else a sentence about `name`.
Status CheckRegionName(const std::string& name);

/// Memory that the caller owns and keeps for longer than the result. `base` is 64-byte aligned. Its
/// clients live in this process, and `liveness_group` (which the caller keeps too) tells them
/// apart; see NewLocalLivenessGroup(). The block must be zeroed before a region is created in it.
std::unique_ptr<Memory> NewBlockMemory(void* base, uint64_t size_bytes,
                                       std::shared_ptr<class LocalLivenessGroup> liveness_group);

/// A mapping of this process, zeroed.
Result<std::unique_ptr<Memory>> NewAnonymousMemory(uint64_t size_bytes);

/// Creates the named object; kAlreadyExists if there is one.
Result<std::unique_ptr<Memory>> CreateNamedMemory(const std::string& name, uint64_t size_bytes);

/// Maps an existing named object whole; kNotFound if there is none, kNotReady while it is empty,
/// kRefused if it is not a regular file of this user that nobody else has rights to: whoever can
/// write to a region can read all of it, and end its clients by cutting it short.
Result<std::unique_ptr<Memory>> OpenNamedMemory(const std::string& name);

/// Maps an existing named object for reading only: not even a bug can write to it.
Result<std::unique_ptr<Memory>> OpenNamedMemoryReadOnly(const std::string& name);

/// A named object that is read and not mapped, for those who look at what they do not trust:
/// reading what was cut off is an error here, and SIGBUS in a mapping. Nothing is ever written or
/// grown.
///
/// Thread-safety: any thread.
class NamedObjectReader {
 public:
  virtual ~NamedObjectReader() = default;
  /// The size that the object had when it was opened.
  virtual uint64_t size_bytes() const = 0;
  /// What it has now; 0 if that cannot be told.
  virtual uint64_t SizeNow() const = 0;
  virtual const ObjectId& object_id() const = 0;
  /// For asking who is dead; it cannot hold a slot.
  virtual Result<std::unique_ptr<Liveness>> NewLiveness() const = 0;
  /// Copies [offset, offset + size_bytes) out; false if not all of it is there. Aligned words are
  /// copied whole, and what a later call copies is not older than what this one did.
  virtual bool Read(uint64_t offset, uint64_t size_bytes, void* to) const = 0;
};

/// Refuses what OpenNamedMemory() refuses, for the same reasons.
Result<std::unique_ptr<NamedObjectReader>> OpenNamedObjectReader(const std::string& name);

/// The names under which there are named objects, in order; whoever opens one may still find that it
/// is refused, or gone. kSystem if the folder cannot be read.
Result<std::vector<std::string>> ListNamedObjects();

/// Removes the name; those who have the object mapped keep it. kNotFound if there is none.
Status UnlinkNamedMemory(const std::string& name);

/// True when `name` still leads to the object that `memory` maps.
bool IsCurrentNamedMemory(const std::string& name, const Memory& memory);

/// The same for an object that is not mapped.
bool IsCurrentNamedObject(const std::string& name, const ObjectId& object);

/// The liveness of clients that share one process (or one WebAssembly memory): a table of who holds
/// what, where a client dies when it is declared dead by whoever has the proof.
class LocalLivenessGroup {
 public:
  virtual ~LocalLivenessGroup() = default;
  virtual std::unique_ptr<Liveness> NewLiveness() = 0;
  /// Records that the holder of `slot` is gone.
  virtual void DeclareDead(uint32_t slot) = 0;
};
std::shared_ptr<LocalLivenessGroup> NewLocalLivenessGroup();

}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_MEMORY_H_
