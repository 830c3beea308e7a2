// A /dev/shm of our own that is as small as a test wants it, seen by one child process only.
#ifndef GLASSWAL_TESTS_PORT_SMALL_SHM_H_
#define GLASSWAL_TESTS_PORT_SMALL_SHM_H_

#include <sched.h>
#include <sys/mount.h>

#include <string>

namespace glasswal::test {

/// The exit code of a child that could not have its own /dev/shm.
inline constexpr int kNoSmallShm = 77;

/// Mounts a tmpfs of `size_bytes` over /dev/shm for the calling process and its children. False
/// when this machine lets neither its root nor a user namespace do that. Call it in a child.
inline bool MountSmallShm(unsigned long size_bytes) {
  if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  const std::string options = "size=" + std::to_string(size_bytes);
  return mount("tmpfs", "/dev/shm", "tmpfs", 0, options.c_str()) == 0;
}

}  // namespace glasswal::test

#endif  // GLASSWAL_TESTS_PORT_SMALL_SHM_H_
