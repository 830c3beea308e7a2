#include "platform/open_target.h"

#include <utility>
#include <vector>

#include "glasswal/capture.h"
#include "platform/files.h"
#include "source/named_source.h"

namespace glasswal::inspector {

Result<std::unique_ptr<Source>> OpenTarget(const std::string& target) {
  Result<std::unique_ptr<Source>> region = OpenNamedRegion(target);
  if (region.ok()) return region;
  Result<std::vector<uint8_t>> bytes = ReadFile(target, kCaptureBeginning);
  if (bytes.ok()) return OpenCapture(std::move(*bytes), target);
  if (bytes.status().code() != StatusCode::kNotFound) return bytes.status();
  const StatusCode why = region.status().code();
  // There is such a region, and something is wrong with it.
  if (why != StatusCode::kNotFound && why != StatusCode::kInvalidArgument) return region.status();
  return Status(StatusCode::kNotFound, "There is no region and no file called " + target +
                                           ". The region: " + region.status().message());
}

}  // namespace glasswal::inspector
