// The runtimes that programs in C have: what their handles stand for.
//
// Thread-safety: any thread. Whoever has found a runtime keeps it, also while another thread leaves.
#ifndef GLASSWAL_VFS_C_RUNTIMES_H_
#define GLASSWAL_VFS_C_RUNTIMES_H_

#include <memory>

#include "glasswal/glasswal.h"
#include "glasswal/runtime.h"

namespace glasswal::c {

/// A handle for `runtime`.
glasswal_runtime* Add(std::shared_ptr<Runtime> runtime);

/// The runtime of a handle. Null, with an error kept, for what is none or has been left.
std::shared_ptr<Runtime> Find(const glasswal_runtime* handle);

/// Ends the handle, and gives what it stood for; as Find().
std::shared_ptr<Runtime> Take(const glasswal_runtime* handle);

}  // namespace glasswal::c

#endif  // GLASSWAL_VFS_C_RUNTIMES_H_
