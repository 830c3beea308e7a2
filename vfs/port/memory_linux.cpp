#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>

#include "port/commit_range.h"
#include "port/descriptor.h"
#include "port/liveness_linux.h"
#include "port/memory.h"
#include "port/object_linux.h"
#include "port/option_language.h"
#include "port/point.h"
#include "port/system_error.h"

namespace glasswal::port {
namespace {

// A signal makes the kernel undo and give up the allocation that it interrupts. In pieces of this
// size (about a millisecond) also a process with a busy profiling timer gets to the end of a large
// one.
constexpr uint64_t kAllocationBytes = 4 * 1024 * 1024;

// 0, or the errno value.
int Allocate(int descriptor, int mode, uint64_t offset, uint64_t size_bytes) {
  const uint64_t end = offset + size_bytes;
  while (offset < end) {
    const uint64_t piece = std::min(kAllocationBytes, end - offset);
    // Not posix_fallocate(): where the object cannot allocate, that function writes zeros over
    // bytes that it believes to be zero, and would lose what another client writes in that moment.
    if (fallocate(descriptor, mode, static_cast<off_t>(offset), static_cast<off_t>(piece)) == 0) {
      offset += piece;
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

Status AllocationError(const std::string& name, uint64_t size_bytes, int error) {
  const std::string wanted =
      WhatRegion(name) + " wants " + std::to_string(size_bytes) + " more bytes";
  if (error == EOPNOTSUPP) {
    return SystemError(wanted, "fallocate", error,
                       "The file system of /dev/shm cannot reserve memory, and without that a full "
                       "machine would end the process with SIGBUS. Mount a tmpfs there.");
  }
  return SystemError(wanted, "fallocate", error,
                     name.empty()
                         ? "Free memory of the machine, or lower the capacities."
                         : "Free space in /dev/shm or enlarge it, or lower the capacities.");
}

class MappedMemory final : public Memory {
 public:
  // REQUIRES: `base` is a mapping of `size_bytes` bytes of the object.
  MappedMemory(Descriptor object, void* base, uint64_t size_bytes, std::string name, bool writable,
               ObjectId id)
      : object_(std::move(object)), writable_(writable) {
    base_ = static_cast<std::byte*>(base);
    size_bytes_ = size_bytes;
    name_ = std::move(name);
    object_id_ = id;
  }
  ~MappedMemory() override { munmap(base_, static_cast<size_t>(size_bytes_)); }

  Status Commit(uint64_t offset, uint64_t size_bytes) override {
    Status range = CheckCommitRange(offset, size_bytes, size_bytes_);
    if (!range.ok()) return range;
    if (!writable_) {
      return Status(
          StatusCode::kInvalidArgument,
          WhatRegion(name_) + " is mapped for reading only and cannot be grown from here.");
    }
    const int error = Allocate(object_.number(), 0, offset, size_bytes);
    return error == 0 ? Status::Ok() : AllocationError(name_, size_bytes, error);
  }

  Result<std::unique_ptr<Liveness>> NewLiveness() override {
    return NewKernelLiveness(object_.number(), writable_);
  }

 private:
  const Descriptor object_;
  const bool writable_;
};

Result<std::unique_ptr<Memory>> Map(Descriptor object, const std::string& name, bool writable) {
  struct stat facts = {};
  if (fstat(object.number(), &facts) != 0) {
    return SystemError(WhatRegion(name), "fstat", errno, "Try again.");
  }
  if (facts.st_size == 0) return EmptyError(name);
  const auto size_bytes = static_cast<uint64_t>(facts.st_size);
  void* base = mmap(nullptr, static_cast<size_t>(size_bytes),
                    writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, object.number(), 0);
  if (base == MAP_FAILED) {
    return SystemError(WhatRegion(name), "mmap", errno,
                       "It needs " + std::to_string(size_bytes) +
                           " bytes of address space: lower " + SayOption(Option::kRegionCapacity) +
                           ", or raise the limit (ulimit -v).");
  }
  return std::unique_ptr<Memory>(std::make_unique<MappedMemory>(std::move(object), base, size_bytes,
                                                                name, writable, IdOf(facts)));
}

// The kernel answers a file beyond the limit with SIGXFSZ, which ends the process before any error
// could be told, so the limit is looked at first.
Status CheckFileSizeLimit(const std::string& name, uint64_t size_bytes) {
  struct rlimit limit = {};
  if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
      size_bytes <= limit.rlim_cur) {
    return Status::Ok();
  }
  return SystemError(WhatRegion(name), "ftruncate", EFBIG,
                     "It is to have " + std::to_string(size_bytes) +
                         " bytes, and this process may write files of " +
                         std::to_string(limit.rlim_cur) + ": lower " +
                         SayOption(Option::kRegionCapacity) +
                         ", or raise the limit (ulimit -f, RLIMIT_FSIZE).");
}

// Gives the fresh object its size. The first unit is allocated before, so that everybody who sees a
// size can read the header without the danger of SIGBUS.
Status Size(const Descriptor& object, const std::string& name, uint64_t size_bytes) {
  if (size_bytes == 0 || size_bytes % kCommitUnitBytes != 0 || size_bytes > INT64_MAX) {
    return Status(StatusCode::kInvalidArgument, WhatRegion(name) + " cannot have " +
                                                    std::to_string(size_bytes) +
                                                    " bytes: use a multiple of 64 KiB.");
  }
  Status allowed = CheckFileSizeLimit(name, size_bytes);
  if (!allowed.ok()) return allowed;
  const int error = Allocate(object.number(), FALLOC_FL_KEEP_SIZE, 0, kCommitUnitBytes);
  if (error != 0) return AllocationError(name, kCommitUnitBytes, error);
  if (ftruncate(object.number(), static_cast<off_t>(size_bytes)) != 0) {
    return SystemError(WhatRegion(name), "ftruncate", errno,
                       "It is to have " + std::to_string(size_bytes) + " bytes: lower " +
                           SayOption(Option::kRegionCapacity) +
                           ", or raise the limit (ulimit -f).");
  }
  return Status::Ok();
}

// Gives the finished object its name, if nobody has that name.
Status Link(const Descriptor& object, const std::string& name) {
  const std::string from = "/proc/self/fd/" + std::to_string(object.number());
  const std::string to = PathOfObject(name);
  GLASSWAL_POINT("memory.create.link");
  if (linkat(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), AT_SYMLINK_FOLLOW) == 0) {
    return Status::Ok();
  }
  if (errno == EEXIST) {
    return Status(StatusCode::kAlreadyExists, WhatRegion(name) + " exists already (" + to +
                                                  "). Open it, or choose another name.");
  }
  return Status(StatusCode::kSystem,
                SystemError(WhatRegion(name), ("linkat(" + from + ", " + to + ")").c_str(), errno,
                            "See to it that /proc is mounted and that /dev/shm can be written to.")
                    .message());
}

Result<std::unique_ptr<Memory>> OpenNamed(const std::string& name, bool writable) {
  Result<Descriptor> object = OpenObject(name, writable);
  if (!object.ok()) return object.status();
  return Map(std::move(*object), name, writable);
}

}  // namespace

Result<std::unique_ptr<Memory>> NewAnonymousMemory(uint64_t size_bytes) {
  // An object without a name rather than MAP_ANONYMOUS: it can be allocated and locked like a named
  // one.
  Descriptor object(memfd_create("glasswal", MFD_CLOEXEC));
  if (!object.ok()) {
    return SystemError(WhatRegion(""), "memfd_create", errno,
                       "See to it that memory and descriptors (ulimit -n) are left.");
  }
  Status sized = Size(object, "", size_bytes);
  if (!sized.ok()) return sized;
  return Map(std::move(object), "", true);
}

Result<std::unique_ptr<Memory>> CreateNamedMemory(const std::string& name, uint64_t size_bytes) {
  Status named = CheckRegionName(name);
  if (!named.ok()) return named;
  // The object gets its name last: a creator that dies before leaves nothing behind, and nobody
  // ever opens one without a size.
  Descriptor object(open(kObjectFolder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!object.ok()) {
    return Status(StatusCode::kSystem,
                  SystemError(WhatRegion(name), "open(/dev/shm, O_TMPFILE)", errno,
                              "Mount a tmpfs at /dev/shm that this user can write to.")
                      .message());
  }
  Status created = Size(object, name, size_bytes);
  if (created.ok()) created = Link(object, name);
  if (!created.ok()) return created;
  Result<std::unique_ptr<Memory>> memory = Map(std::move(object), name, true);
  // What this process has no addresses for is not left to others, who would find an empty object.
  if (!memory.ok()) (void)UnlinkNamedMemory(name);
  return memory;
}

Result<std::unique_ptr<Memory>> OpenNamedMemory(const std::string& name) {
  return OpenNamed(name, true);
}

Result<std::unique_ptr<Memory>> OpenNamedMemoryReadOnly(const std::string& name) {
  return OpenNamed(name, false);
}

}  // namespace glasswal::port
