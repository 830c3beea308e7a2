// What is behind a glasswal::Runtime: the region, and the client that this process is in it.
//
// The public header names no type of the inside. The layers above this one, the module of
// WebAssembly and the tests come in here, and nowhere else.
//
// Thread-safety: immutable once made; what it leads to says so itself.
#ifndef GLASSWAL_VFS_RECOVERY_RUNTIME_INSIDE_H_
#define GLASSWAL_VFS_RECOVERY_RUNTIME_INSIDE_H_

#include <memory>
#include <string>
#include <utility>

#include "glasswal/runtime.h"
#include "glasswal/snapshot.h"
#include "port/memory.h"
#include "recovery/client.h"
#include "shm/region.h"

namespace glasswal {

class RuntimeInside {
 public:
  RuntimeInside(std::unique_ptr<shm::Region> region, std::unique_ptr<recovery::Client> client)
      : region_(std::move(region)), client_(std::move(client)) {}

  static RuntimeInside& Of(const Runtime& runtime) { return *runtime.inside_; }

  /// Runtime::CreateIn for memory of any kind and clients of any kind.
  static Result<std::shared_ptr<Runtime>> CreateOn(std::unique_ptr<port::Memory> memory,
                                                   const Options& options,
                                                   const std::string& client_name = "",
                                                   ClientKind kind = ClientKind::kProcess);
  /// Joins the finished region in `memory`.
  static Result<std::shared_ptr<Runtime>> OpenOn(std::unique_ptr<port::Memory> memory,
                                                 const std::string& client_name, ClientKind kind);

  shm::Region& region() const { return *region_; }
  recovery::Client& client() const { return *client_; }

 private:
  friend class Runtime;

  /// Joins `region`.
  static Result<std::shared_ptr<Runtime>> Adopt(std::unique_ptr<shm::Region> region,
                                                const std::string& client_name,
                                                ClientKind kind = ClientKind::kProcess);
  static Result<std::shared_ptr<Runtime>> OpenNamed(const Options& options, bool may_open,
                                                    bool may_create,
                                                    const std::string& client_name);

  std::unique_ptr<shm::Region> region_;
  std::unique_ptr<recovery::Client> client_;
};

/// The region of `runtime`.
inline shm::Region& RegionOf(const Runtime& runtime) { return RuntimeInside::Of(runtime).region(); }

/// The client that this process is in it.
inline recovery::Client& ClientOf(const Runtime& runtime) {
  return RuntimeInside::Of(runtime).client();
}

}  // namespace glasswal

#endif  // GLASSWAL_VFS_RECOVERY_RUNTIME_INSIDE_H_
