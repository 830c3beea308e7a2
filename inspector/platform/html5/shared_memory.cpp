// Copies of another module's region (shared_memory.h).
#include "platform/html5/shared_memory.h"

#include "platform/html5/host.h"

namespace glasswal::inspector {
namespace {

// Nothing that the inspector shows needs more at once; a size from damaged bytes stays harmless.
constexpr uint64_t kMostBytesACopy = uint64_t{16} << 20;
constexpr double kNsPerMs = 1e6;

class SharedMemoryBytes final : public RegionBytes {
 public:
  uint64_t size_bytes() const override {
    return static_cast<uint64_t>(inspector_host_region_bytes());
  }

  bool Copy(uint64_t offset, uint64_t size_bytes, void* to) const override {
    if (size_bytes > kMostBytesACopy || offset > UINT32_MAX) return false;
    return inspector_host_copy(static_cast<double>(offset), static_cast<uint32_t>(size_bytes),
                               to) != 0;
  }

  uint64_t NowNs() const override {
    return static_cast<uint64_t>(inspector_host_now_ms() * kNsPerMs);
  }
};

}  // namespace

std::unique_ptr<RegionBytes> NewSharedMemoryBytes() {
  return std::make_unique<SharedMemoryBytes>();
}

}  // namespace glasswal::inspector
