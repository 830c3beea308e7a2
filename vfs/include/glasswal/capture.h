// Captures: a region in a file, to be looked at elsewhere or later.
//
//   auto capture = glasswal::WriteCapture(*glasswal::NewMappedBytes(base, size_bytes), {});
//   if (capture.ok()) Save(*capture);
//   auto bytes = glasswal::ReadCapture(std::move(saved));
//   if (bytes.ok()) auto snapshot = glasswal::Observe(**bytes);
//
// A capture holds the metadata: the tables, the events, the black boxes, and of each database its
// control segment and the head of its wal-index. What the databases contain is in it only on
// request. Nobody is stopped meanwhile, so it is as consistent as a snapshot is: the capture says
// whether clients, files or connections came or went while it was made.
//
// Thread-safety: pure functions of their bytes, which may be live.
#ifndef GLASSWAL_CAPTURE_H_
#define GLASSWAL_CAPTURE_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "glasswal/observe.h"
#include "glasswal/status.h"

namespace glasswal {

/// What every capture begins with, so that no other file need be read whole.
inline constexpr std::string_view kCaptureBeginning = "glwalcap";

/// What goes into a capture.
struct CaptureOptions {
  bool contents = false;  // Also the pages of databases, logs and journals; never private memory.
};

/// The bytes of a capture file. kNotReady, kVersionMismatch or kCorrupt if `source` is no finished
/// region of this version.
Result<std::vector<uint8_t>> WriteCapture(const RegionBytes& source, const CaptureOptions& options);

/// The region that a capture holds: what it lacks cannot be copied, and NowNs() is when it was
/// made. kVersionMismatch or kCorrupt with a sentence if the bytes are no capture of this version.
Result<std::unique_ptr<RegionBytes>> ReadCapture(std::vector<uint8_t> file);

}  // namespace glasswal

#endif  // GLASSWAL_CAPTURE_H_
