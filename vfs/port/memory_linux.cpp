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
#include "port/point.h"
#include "port/system_error.h"

namespace glasswal::port {
namespace {

// Where the C library's shm_open() keeps its objects. The folder's own path is needed to make an
// object without a name first.
constexpr char kObjectFolder[] = "/dev/shm";

// A signal makes the kernel undo and give up the allocation that it interrupts. In pieces of this
// size (about a millisecond) also a process with a busy profiling timer gets to the end of a large
// one.
constexpr uint64_t kAllocationBytes = 4 * 1024 * 1024;

std::string ObjectName(const std::string& name) { return "/glasswal." + name; }

std::string PathOf(const std::string& name) { return kObjectFolder + ObjectName(name); }

std::string What(const std::string& name) {
  return name.empty() ? "The anonymous region" : "The region `" + name + "`";
}

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
  const std::string wanted = What(name) + " wants " + std::to_string(size_bytes) + " more bytes";
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
      return Status(StatusCode::kInvalidArgument,
                    What(name_) + " is mapped for reading only and cannot be grown from here.");
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

ObjectId IdOf(const struct stat& object) {
  return {static_cast<uint64_t>(object.st_dev), static_cast<uint64_t>(object.st_ino)};
}

Result<std::unique_ptr<Memory>> Map(Descriptor object, const std::string& name, bool writable) {
  struct stat facts = {};
  if (fstat(object.number(), &facts) != 0) {
    return SystemError(What(name), "fstat", errno, "Try again.");
  }
  if (facts.st_size == 0) {
    return Status(StatusCode::kNotReady,
                  What(name) +
                      " is empty: whoever creates it has not got further yet. Try again; "
                      "if it stays so, remove " +
                      kObjectFolder + ObjectName(name) + ".");
  }
  const auto size_bytes = static_cast<uint64_t>(facts.st_size);
  void* base = mmap(nullptr, static_cast<size_t>(size_bytes),
                    writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, object.number(), 0);
  if (base == MAP_FAILED) {
    return SystemError(What(name), "mmap", errno,
                       "It needs " + std::to_string(size_bytes) +
                           " bytes of address space: lower region_capacity_bytes, or raise the "
                           "limit (ulimit -v).");
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
  return SystemError(What(name), "ftruncate", EFBIG,
                     "It is to have " + std::to_string(size_bytes) +
                         " bytes, and this process may write files of " +
                         std::to_string(limit.rlim_cur) +
                         ": lower region_capacity_bytes, or raise the limit (ulimit -f, "
                         "RLIMIT_FSIZE).");
}

// Gives the fresh object its size. The first unit is allocated before, so that everybody who sees a
// size can read the header without the danger of SIGBUS.
Status Size(const Descriptor& object, const std::string& name, uint64_t size_bytes) {
  if (size_bytes == 0 || size_bytes % kCommitUnitBytes != 0 || size_bytes > INT64_MAX) {
    return Status(StatusCode::kInvalidArgument, What(name) + " cannot have " +
                                                    std::to_string(size_bytes) +
                                                    " bytes: use a multiple of 64 KiB.");
  }
  Status allowed = CheckFileSizeLimit(name, size_bytes);
  if (!allowed.ok()) return allowed;
  const int error = Allocate(object.number(), FALLOC_FL_KEEP_SIZE, 0, kCommitUnitBytes);
  if (error != 0) return AllocationError(name, kCommitUnitBytes, error);
  if (ftruncate(object.number(), static_cast<off_t>(size_bytes)) != 0) {
    return SystemError(What(name), "ftruncate", errno,
                       "It is to have " + std::to_string(size_bytes) +
                           " bytes: lower region_capacity_bytes, or raise the limit (ulimit -f).");
  }
  return Status::Ok();
}

// Gives the finished object its name, if nobody has that name.
Status Link(const Descriptor& object, const std::string& name) {
  const std::string from = "/proc/self/fd/" + std::to_string(object.number());
  const std::string to = kObjectFolder + ObjectName(name);
  GLASSWAL_POINT("memory.create.link");
  if (linkat(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), AT_SYMLINK_FOLLOW) == 0) {
    return Status::Ok();
  }
  if (errno == EEXIST) {
    return Status(StatusCode::kAlreadyExists,
                  What(name) + " exists already (" + to + "). Open it, or choose another name.");
  }
  return Status(StatusCode::kSystem,
                SystemError(What(name), ("linkat(" + from + ", " + to + ")").c_str(), errno,
                            "See to it that /proc is mounted and that /dev/shm can be written to.")
                    .message());
}

Status OpenError(const std::string& name, int error) {
  if (error == ENOENT) {
    return Status(StatusCode::kNotFound,
                  "There is no region `" + name + "` (" + kObjectFolder + ObjectName(name) +
                      "). Create it first, or look whether the name is right.");
  }
  return SystemError(What(name), ("open(" + PathOf(name) + ")").c_str(), error,
                     "Only the user who created it may open it.");
}

const char* KindOf(mode_t mode) {
  if (S_ISLNK(mode)) return "a symbolic link";
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a FIFO";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

// Names in /dev/shm are anybody's to take first.
Status CheckIsOurs(const std::string& name, const struct stat& facts) {
  const std::string what = What(name) + " is refused: " + PathOf(name) + " ";
  const std::string advice = " Remove it, or choose another name.";
  if (!S_ISREG(facts.st_mode)) {
    return Status(StatusCode::kRefused,
                  what + "is " + KindOf(facts.st_mode) + ", not a shared-memory object." + advice);
  }
  if (facts.st_uid != geteuid()) {
    return Status(StatusCode::kRefused, what + "belongs to user " + std::to_string(facts.st_uid) +
                                            ", and this process runs as user " +
                                            std::to_string(geteuid()) +
                                            ". Run as that user, or choose another name.");
  }
  if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Status(StatusCode::kRefused,
                  what + "gives rights to other users, who could write to it." + advice);
  }
  return Status::Ok();
}

Result<std::unique_ptr<Memory>> OpenNamed(const std::string& name, bool writable) {
  Status named = CheckRegionName(name);
  if (!named.ok()) return named;
  // It is looked at before it is opened: opening a FIFO waits, and opening a device may do
  // anything.
  const Descriptor place(open(PathOf(name).c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!place.ok()) return OpenError(name, errno);
  struct stat facts = {};
  if (fstat(place.number(), &facts) != 0) {
    return SystemError(What(name), "fstat", errno, "Try again.");
  }
  const Status ours = CheckIsOurs(name, facts);
  if (!ours.ok()) return ours;
  const std::string path = "/proc/self/fd/" + std::to_string(place.number());
  Descriptor object(open(path.c_str(), (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC));
  if (!object.ok()) {
    // Not "not found", which would mean that there is nothing of that name.
    return Status(StatusCode::kSystem,
                  SystemError(What(name), ("open(" + path + ")").c_str(), errno,
                              "See to it that /proc is mounted and that descriptors are left.")
                      .message());
  }
  return Map(std::move(object), name, writable);
}

}  // namespace

Result<std::unique_ptr<Memory>> NewAnonymousMemory(uint64_t size_bytes) {
  // An object without a name rather than MAP_ANONYMOUS: it can be allocated and locked like a named
  // one.
  Descriptor object(memfd_create("glasswal", MFD_CLOEXEC));
  if (!object.ok()) {
    return SystemError(What(""), "memfd_create", errno,
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
                  SystemError(What(name), "open(/dev/shm, O_TMPFILE)", errno,
                              "Mount a tmpfs at /dev/shm that this user can write to.")
                      .message());
  }
  Status created = Size(object, name, size_bytes);
  if (created.ok()) created = Link(object, name);
  if (!created.ok()) return created;
  return Map(std::move(object), name, true);
}

Result<std::unique_ptr<Memory>> OpenNamedMemory(const std::string& name) {
  return OpenNamed(name, true);
}

Result<std::unique_ptr<Memory>> OpenNamedMemoryReadOnly(const std::string& name) {
  return OpenNamed(name, false);
}

Status UnlinkNamedMemory(const std::string& name) {
  Status named = CheckRegionName(name);
  if (!named.ok()) return named;
  if (shm_unlink(ObjectName(name).c_str()) == 0) return Status::Ok();
  return OpenError(name, errno);
}

bool IsCurrentNamedMemory(const std::string& name, const Memory& memory) {
  if (memory.object_id() == ObjectId{} || !CheckRegionName(name).ok()) return false;
  struct stat facts = {};
  return lstat(PathOf(name).c_str(), &facts) == 0 && IdOf(facts) == memory.object_id();
}

}  // namespace glasswal::port
