#include "c/runtimes.h"

#include <map>
#include <mutex>
#include <utility>

#include "c/last_error.h"

/// Its address alone is the handle: it is looked up and never followed, so that a handle that has
/// been left, or never was one, gives an error. It is never given back, or the next runtime could
/// have the same one, and whoever leaves twice would leave that.
struct glasswal_runtime {};

namespace glasswal::c {
namespace {

/// Null: that one has been left.
using Handles = std::map<const glasswal_runtime*, std::shared_ptr<Runtime>>;

std::mutex mutex;

/// Never destroyed: other threads may call while the program ends.
Handles& TheHandles() {
  static auto* handles = new Handles;
  return *handles;
}

std::shared_ptr<Runtime> Refused(const glasswal_runtime* handle) {
  (void)Refuse(handle == nullptr ? "the runtime is NULL: create or open one"
                                 : "this is no runtime, or it has been left: create or open one");
  return nullptr;
}

}  // namespace

glasswal_runtime* Add(std::shared_ptr<Runtime> runtime) {
  auto* handle = new glasswal_runtime;
  const std::lock_guard guard(mutex);
  TheHandles()[handle] = std::move(runtime);
  return handle;
}

std::shared_ptr<Runtime> Find(const glasswal_runtime* handle) {
  const std::lock_guard guard(mutex);
  const auto found = TheHandles().find(handle);
  const bool is_there = found != TheHandles().end() && found->second != nullptr;
  return is_there ? found->second : Refused(handle);
}

std::shared_ptr<Runtime> Take(const glasswal_runtime* handle) {
  const std::lock_guard guard(mutex);
  const auto found = TheHandles().find(handle);
  if (found == TheHandles().end() || found->second == nullptr) return Refused(handle);
  return std::exchange(found->second, nullptr);
}

}  // namespace glasswal::c
