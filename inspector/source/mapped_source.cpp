#include "source/mapped_source.h"

#include "port/memory.h"

namespace glasswal::inspector {
namespace {

class MappedSource final : public Source {
 public:
  MappedSource(std::unique_ptr<port::Memory> memory, const std::string& name)
      : Source(name, /*live=*/true),
        memory_(std::move(memory)),
        bytes_(NewMappedBytes(memory_->base(), memory_->size_bytes())) {}

  const RegionBytes& bytes() const override { return *bytes_; }

  Status Check() const override {
    if (port::IsCurrentNamedMemory(title(), *memory_)) return Status::Ok();
    return Status(
        StatusCode::kNotFound,
        "The region \"" + title() +
            "\" is gone: its last client left, or it was removed. Shown is how it ended.");
  }

 private:
  const std::unique_ptr<port::Memory> memory_;
  const std::unique_ptr<RegionBytes> bytes_;
};

}  // namespace

Result<std::unique_ptr<Source>> OpenNamedRegion(const std::string& name) {
  Result<std::unique_ptr<port::Memory>> memory = port::OpenNamedMemoryReadOnly(name);
  if (!memory.ok()) return memory.status();
  return std::unique_ptr<Source>(std::make_unique<MappedSource>(std::move(*memory), name));
}

}  // namespace glasswal::inspector
