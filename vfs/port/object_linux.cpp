#include "port/object_linux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <string_view>

#include "port/liveness_linux.h"
#include "port/system_error.h"

namespace glasswal::port {
namespace {

Status OpenError(const std::string& name, int error) {
  if (error == ENOENT) {
    return Status(StatusCode::kNotFound,
                  "There is no region `" + name + "` (" + PathOfObject(name) +
                      "). Create it first, or look whether the name is right.");
  }
  return SystemError(WhatRegion(name), ("open(" + PathOfObject(name) + ")").c_str(), error,
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
  const std::string what = WhatRegion(name) + " is refused: " + PathOfObject(name) + " ";
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

class ObjectReader final : public NamedObjectReader {
 public:
  ObjectReader(Descriptor object, uint64_t size_bytes, ObjectId id)
      : object_(std::move(object)), size_bytes_(size_bytes), id_(id) {}

  uint64_t size_bytes() const override { return size_bytes_; }
  const ObjectId& object_id() const override { return id_; }
  uint64_t SizeNow() const override {
    struct stat facts = {};
    return fstat(object_.number(), &facts) == 0 ? static_cast<uint64_t>(facts.st_size) : 0;
  }

  Result<std::unique_ptr<Liveness>> NewLiveness() const override {
    return NewKernelLiveness(object_.number(), /*writable=*/false);
  }

  bool Read(uint64_t offset, uint64_t size_bytes, void* to) const override {
    auto* at = static_cast<char*>(to);
    while (size_bytes > 0) {
      const ssize_t got =
          pread(object_.number(), at, static_cast<size_t>(size_bytes), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      at += got;
      offset += static_cast<uint64_t>(got);
      size_bytes -= static_cast<uint64_t>(got);
    }
    // The kernel's loads come before ours that follow.
    std::atomic_thread_fence(std::memory_order_acquire);
    return true;
  }

 private:
  const Descriptor object_;
  const uint64_t size_bytes_;
  const ObjectId id_;
};

}  // namespace

std::string PathOfObject(const std::string& name) {
  std::string path(kObjectFolder);
  path += "/";
  path += kObjectPrefix;
  path += name;
  return path;
}

std::string WhatRegion(const std::string& name) {
  return name.empty() ? "The anonymous region" : "The region `" + name + "`";
}

ObjectId IdOf(const struct stat& object) {
  return {static_cast<uint64_t>(object.st_dev), static_cast<uint64_t>(object.st_ino)};
}

Status EmptyError(const std::string& name) {
  return Status(StatusCode::kNotReady,
                WhatRegion(name) +
                    " is empty: whoever creates it has not got further yet. Try again; if "
                    "it stays so, remove " +
                    PathOfObject(name) + ".");
}

Result<Descriptor> OpenObject(const std::string& name, bool writable) {
  Status named = CheckRegionName(name);
  if (!named.ok()) return named;
  // It is looked at before it is opened: opening a FIFO waits, and opening a device may do
  // anything.
  const Descriptor place(open(PathOfObject(name).c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!place.ok()) return OpenError(name, errno);
  struct stat facts = {};
  if (fstat(place.number(), &facts) != 0) {
    return SystemError(WhatRegion(name), "fstat", errno, "Try again.");
  }
  const Status ours = CheckIsOurs(name, facts);
  if (!ours.ok()) return ours;
  const std::string path = "/proc/self/fd/" + std::to_string(place.number());
  Descriptor object(open(path.c_str(), (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC));
  if (!object.ok()) {
    // Not "not found", which would mean that there is nothing of that name.
    return Status(StatusCode::kSystem,
                  SystemError(WhatRegion(name), ("open(" + path + ")").c_str(), errno,
                              "See to it that /proc is mounted and that descriptors are left.")
                      .message());
  }
  return object;
}

Result<std::unique_ptr<NamedObjectReader>> OpenNamedObjectReader(const std::string& name) {
  Result<Descriptor> object = OpenObject(name, /*writable=*/false);
  if (!object.ok()) return object.status();
  struct stat facts = {};
  if (fstat(object->number(), &facts) != 0) {
    return SystemError(WhatRegion(name), "fstat", errno, "Try again.");
  }
  if (facts.st_size == 0) return EmptyError(name);
  return std::unique_ptr<NamedObjectReader>(std::make_unique<ObjectReader>(
      std::move(*object), static_cast<uint64_t>(facts.st_size), IdOf(facts)));
}

Result<std::vector<std::string>> ListNamedObjects() {
  struct Closer {
    void operator()(DIR* folder) const { closedir(folder); }
  };
  const std::unique_ptr<DIR, Closer> folder(opendir(kObjectFolder));
  if (folder == nullptr) {
    return Status(StatusCode::kSystem, std::string(kObjectFolder) +
                                           " cannot be listed: " + std::strerror(errno) +
                                           ". See to it that it is mounted and readable.");
  }
  constexpr std::string_view kPrefix = kObjectPrefix;
  std::vector<std::string> names;
  while (const dirent* entry = readdir(folder.get())) {
    std::string name = entry->d_name;
    if (name.compare(0, kPrefix.size(), kPrefix) != 0) continue;
    name.erase(0, kPrefix.size());
    // Files are called what their makers like; what is no region's name cannot be one.
    if (CheckRegionName(name).ok()) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

Status UnlinkNamedMemory(const std::string& name) {
  Status named = CheckRegionName(name);
  if (!named.ok()) return named;
  if (unlink(PathOfObject(name).c_str()) == 0) return Status::Ok();
  return OpenError(name, errno);
}

bool IsCurrentNamedMemory(const std::string& name, const Memory& memory) {
  return IsCurrentNamedObject(name, memory.object_id());
}

bool IsCurrentNamedObject(const std::string& name, const ObjectId& object) {
  if (object == ObjectId{} || !CheckRegionName(name).ok()) return false;
  struct stat facts = {};
  return lstat(PathOfObject(name).c_str(), &facts) == 0 && IdOf(facts) == object;
}

}  // namespace glasswal::port
