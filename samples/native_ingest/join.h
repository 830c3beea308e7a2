// Joining the story's region, as every process but the parent does.
//
// Thread-safety: for one thread.
#ifndef GLASSWAL_SAMPLES_NATIVE_INGEST_JOIN_H_
#define GLASSWAL_SAMPLES_NATIVE_INGEST_JOIN_H_

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "database.h"
#include "glasswal/runtime.h"

namespace native_ingest {

/// The value, or the end of the process with the reason why there is none.
template <typename T>
T OrExit(glasswal::Result<T> result) {
  if (result.ok()) return std::move(*result);
  fmt::print(stderr, "native_ingest: {}\n", result.status().message());
  std::_Exit(1);
}

inline void OrExit(const glasswal::Status& status) {
  if (status.ok()) return;
  fmt::print(stderr, "native_ingest: {}\n", status.message());
  std::_Exit(1);
}

/// Joins `region` under `name` and registers its VFS.
inline std::shared_ptr<glasswal::Runtime> Join(const std::string& region, const std::string& name) {
  std::shared_ptr<glasswal::Runtime> runtime = OrExit(glasswal::Runtime::Open(region, name));
  OrExit(runtime->RegisterVfs(kVfsName, /*make_default=*/false));
  return runtime;
}

}  // namespace native_ingest

#endif  // GLASSWAL_SAMPLES_NATIVE_INGEST_JOIN_H_
