// Liveness by locks of the kernel, for memory that is an object with a file descriptor.
#ifndef GLASSWAL_VFS_PORT_LIVENESS_LINUX_H_
#define GLASSWAL_VFS_PORT_LIVENESS_LINUX_H_

#include <memory>

#include "glasswal/status.h"
#include "port/liveness.h"

namespace glasswal::port {

/// A holder of liveness locks on the object behind `descriptor`, by a description of its own.
/// Without `writable` it can only ask: the kernel gives no exclusive lock to a description that
/// cannot write.
Result<std::unique_ptr<Liveness>> NewKernelLiveness(int descriptor, bool writable);

}  // namespace glasswal::port

#endif  // GLASSWAL_VFS_PORT_LIVENESS_LINUX_H_
