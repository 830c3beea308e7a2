#include "source/source.h"

#include "glasswal/capture.h"

namespace glasswal::inspector {
namespace {

class BytesSource final : public Source {
 public:
  BytesSource(std::unique_ptr<RegionBytes> bytes, std::string title, bool live)
      : Source(std::move(title), live), bytes_(std::move(bytes)) {}

  const RegionBytes& bytes() const override { return *bytes_; }

 private:
  const std::unique_ptr<RegionBytes> bytes_;
};

}  // namespace

std::unique_ptr<Source> NewSource(std::unique_ptr<RegionBytes> bytes, std::string title,
                                  bool live) {
  return std::make_unique<BytesSource>(std::move(bytes), std::move(title), live);
}

Result<std::unique_ptr<Source>> OpenCapture(std::vector<uint8_t> bytes, std::string title) {
  Result<std::unique_ptr<RegionBytes>> region = ReadCapture(std::move(bytes));
  if (!region.ok()) return region.status();
  return NewSource(std::move(*region), std::move(title), /*live=*/false);
}

}  // namespace glasswal::inspector
