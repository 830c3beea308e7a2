#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "port/memory.h"

// A program built by Emscripten has one memory, which its threads share: a region is a block of it,
// and nothing outside the program can open it.

namespace glasswal::port {
namespace {

constexpr uint64_t kAlignment = 64 * 1024;

Status NoNames(const std::string& name) {
  return Status(StatusCode::kInvalidArgument,
                "The region `" + name +
                    "` cannot have a name: a WebAssembly program shares memory "
                    "with its own threads only. Create an anonymous region.");
}

/// Owns the block that the memory it wraps lies in.
class AllocatedMemory final : public Memory {
 public:
  AllocatedMemory(void* block, uint64_t size_bytes)
      : block_(block), inner_(NewBlockMemory(block, size_bytes, NewLocalLivenessGroup())) {
    base_ = inner_->base();
    size_bytes_ = size_bytes;
  }
  ~AllocatedMemory() override { std::free(block_); }

  Status Commit(uint64_t offset, uint64_t size_bytes) override {
    return inner_->Commit(offset, size_bytes);
  }
  Result<std::unique_ptr<Liveness>> NewLiveness() override { return inner_->NewLiveness(); }

 private:
  void* const block_;
  const std::unique_ptr<Memory> inner_;
};

}  // namespace

Result<std::unique_ptr<Memory>> NewAnonymousMemory(uint64_t size_bytes) {
  void* block = nullptr;
  if (posix_memalign(&block, kAlignment, static_cast<size_t>(size_bytes)) != 0) {
    return Status(StatusCode::kFull, "The program's memory has no block of " +
                                         std::to_string(size_bytes) +
                                         " bytes. Raise MAXIMUM_MEMORY, allow memory growth, or "
                                         "lower the capacities.");
  }
  std::memset(block, 0, static_cast<size_t>(size_bytes));
  return std::unique_ptr<Memory>(std::make_unique<AllocatedMemory>(block, size_bytes));
}

Result<std::unique_ptr<Memory>> CreateNamedMemory(const std::string& name, uint64_t) {
  return NoNames(name);
}
Result<std::unique_ptr<NamedObjectReader>> OpenNamedObjectReader(const std::string& name) {
  return NoNames(name);
}
Result<std::unique_ptr<Memory>> OpenNamedMemory(const std::string& name) { return NoNames(name); }
Result<std::unique_ptr<Memory>> OpenNamedMemoryReadOnly(const std::string& name) {
  return NoNames(name);
}
Status UnlinkNamedMemory(const std::string& name) { return NoNames(name); }
bool IsCurrentNamedObject(const std::string&, const ObjectId&) { return false; }
bool IsCurrentNamedMemory(const std::string&, const Memory&) { return false; }

}  // namespace glasswal::port
