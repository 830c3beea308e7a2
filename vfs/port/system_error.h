// What a failed system call becomes: a status whose message carries the call and the system's text.
#ifndef GLASSWAL_VFS_PORT_SYSTEM_ERROR_H_
#define GLASSWAL_VFS_PORT_SYSTEM_ERROR_H_

#include <cerrno>
#include <cstring>
#include <string>

#include "glasswal/status.h"

namespace glasswal::port {

/// The code for `error`, an errno value: lack of room and of names are told apart from all else.
inline StatusCode CodeOfErrno(int error) {
  switch (error) {
    case ENOSPC:
    case ENOMEM:
    case EDQUOT:
      return StatusCode::kFull;
    case ENOENT:
      return StatusCode::kNotFound;
    case EEXIST:
      return StatusCode::kAlreadyExists;
    default:
      return StatusCode::kSystem;
  }
}

/// "`what`: `call` failed: No space left on device (errno 28). `advice`"
inline Status SystemError(const std::string& what, const char* call, int error,
                          const std::string& advice) {
  return Status(CodeOfErrno(error), what + ": " + call + " failed: " + std::strerror(error) +
                                        " (errno " + std::to_string(error) + "). " + advice);
}

}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_SYSTEM_ERROR_H_
