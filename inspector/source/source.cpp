#include "source/source.h"

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

class CaptureSource final : public Source {
 public:
  CaptureSource(Capture capture, std::string title)
      : Source(std::move(title), /*live=*/false), capture_(std::move(capture)) {}

  const RegionBytes& bytes() const override { return *capture_.region; }
  const Capture* capture() const override { return &capture_; }

 private:
  const Capture capture_;
};

}  // namespace

std::unique_ptr<Source> NewSource(std::unique_ptr<RegionBytes> bytes, std::string title,
                                  bool live) {
  return std::make_unique<BytesSource>(std::move(bytes), std::move(title), live);
}

Result<std::unique_ptr<Source>> OpenCapture(std::vector<uint8_t> bytes, std::string title) {
  Result<Capture> capture = ReadCapture(std::move(bytes));
  if (!capture.ok()) return capture.status();
  return std::unique_ptr<Source>(
      std::make_unique<CaptureSource>(std::move(*capture), std::move(title)));
}

}  // namespace glasswal::inspector
