#include "source/named_source.h"

#include "diag/object_bytes.h"
#include "port/memory.h"

namespace glasswal::inspector {
namespace {

class NamedSource final : public Source {
 public:
  NamedSource(std::unique_ptr<port::NamedObjectReader> object, const std::string& name)
      : Source(name, /*live=*/true), object_(std::move(object)), bytes_(*object_) {
    Result<std::unique_ptr<port::Liveness>> liveness = object_->NewLiveness();
    // Without it nobody is said to be dead.
    if (liveness.ok()) liveness_ = std::move(*liveness);
  }

  const RegionBytes& bytes() const override { return bytes_; }

  Status Check() const override {
    if (object_->SizeNow() < object_->size_bytes()) {
      return Status(StatusCode::kCorrupt,
                    "The region \"" + title() +
                        "\" was cut short by somebody: its clients will end when they touch what "
                        "is missing. Shown is what was read before.");
    }
    if (port::IsCurrentNamedObject(title(), object_->object_id())) return Status::Ok();
    return Status(
        StatusCode::kNotFound,
        "The region \"" + title() +
            "\" is gone: its last client left, or it was removed. Shown is how it ended.");
  }

  bool IsDead(uint32_t client_slot) const override {
    return liveness_ != nullptr && liveness_->IsDead(client_slot);
  }

 private:
  const std::unique_ptr<port::NamedObjectReader> object_;
  const diag::ObjectBytes bytes_;
  std::unique_ptr<port::Liveness> liveness_;
};

}  // namespace

Result<std::unique_ptr<Source>> OpenNamedRegion(const std::string& name) {
  Result<std::unique_ptr<port::NamedObjectReader>> object = port::OpenNamedObjectReader(name);
  if (!object.ok()) return object.status();
  return std::unique_ptr<Source>(std::make_unique<NamedSource>(std::move(*object), name));
}

Result<std::vector<std::string>> NamesOfRegions() { return port::ListNamedObjects(); }

}  // namespace glasswal::inspector
