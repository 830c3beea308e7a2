#include <memory>

#include "port/commit_range.h"
#include "port/memory.h"

namespace glasswal::port {
namespace {

class BlockMemory final : public Memory {
 public:
  BlockMemory(void* base, uint64_t size_bytes, std::shared_ptr<LocalLivenessGroup> liveness_group)
      : liveness_group_(std::move(liveness_group)) {
    base_ = static_cast<std::byte*>(base);
    size_bytes_ = size_bytes;
  }

  // The caller's block is usable from the beginning.
  Status Commit(uint64_t offset, uint64_t size_bytes) override {
    return CheckCommitRange(offset, size_bytes, size_bytes_);
  }

  Result<std::unique_ptr<Liveness>> NewLiveness() override {
    if (liveness_group_ == nullptr) {
      return Status(StatusCode::kInvalidArgument,
                    "This block of memory was given no liveness group, so nobody can become its "
                    "client. Pass NewLocalLivenessGroup() to NewBlockMemory().");
    }
    return liveness_group_->NewLiveness();
  }

 private:
  const std::shared_ptr<LocalLivenessGroup> liveness_group_;
};

}  // namespace

std::unique_ptr<Memory> NewBlockMemory(void* base, uint64_t size_bytes,
                                       std::shared_ptr<LocalLivenessGroup> liveness_group) {
  return std::make_unique<BlockMemory>(base, size_bytes, std::move(liveness_group));
}

}  // namespace glasswal::port
