// Captures: a region in a file, to be looked at elsewhere or later.
//
//   auto file = glasswal::WriteCapture(*glasswal::NewMappedBytes(base, size_bytes), {});
//   if (file.ok()) Save(*file);
//   auto capture = glasswal::ReadCapture(std::move(saved));
//   if (capture.ok()) auto snapshot = glasswal::Observe(*capture->region);
//
// A capture holds the metadata: the tables, the events, the black boxes, and of each database its
// control segment and the head of its wal-index. What the databases contain is in it only on
// request. Nobody is stopped meanwhile, so it is as consistent as a snapshot is: the capture says
// whether clients, files or connections came or went while it was made. With a recorder
// (glasswal/recorder.h) it also holds what was seen before.
//
// A capture consists of parts, each with a checksum. What is damaged or missing is named and left
// out; what is whole is there. Without the region itself there is nothing to show, and the capture
// is refused.
//
// Thread-safety: pure functions of their bytes, which may be live.
#ifndef GLASSWAL_CAPTURE_H_
#define GLASSWAL_CAPTURE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "glasswal/observe.h"
#include "glasswal/recorder.h"
#include "glasswal/status.h"

namespace glasswal {

/// What every capture begins with, so that no other file need be read whole.
inline constexpr std::string_view kCaptureBeginning = "glwalcap";

/// What goes into a capture.
struct CaptureOptions {
  bool contents = false;  // Also the pages of databases, logs and journals; never private memory.
  const Recorder* recorder = nullptr;  // What it has recorded; null: no history.
};

/// The looks that a capture's recorder kept, oldest first.
class RecordedLooks {
 public:
  /// The bytes that Next() gave need not outlive it.
  virtual ~RecordedLooks() = default;

  /// How many there are.
  virtual uint32_t count() const = 0;
  /// Goes on to the next: the region's tables as they were when it was taken, for Observe(), until
  /// the next call. Null after the last.
  virtual const RegionBytes* Next() = 0;
  /// What a look has to read: the size of the tables so far.
  virtual uint64_t table_bytes() const = 0;
};

/// A capture that was read.
struct Capture {
  std::unique_ptr<RegionBytes> region;   // NowNs() is when it was made; what it lacks is not there.
  std::unique_ptr<RecordedLooks> looks;  // Null: none were recorded, or that part is not whole.
  EventBatch events;                     // Recorded ones; the region's ring has the newest as well.
  uint64_t made_unix_ms = 0;             // When it was made, by the calendar; 0: it does not say.
  bool checked = true;                   // False: an older format, which had no checksums.
  std::vector<std::string> problems;     // A sentence for each part that is not whole.
};

/// The bytes of a capture file. kNotReady, kVersionMismatch or kCorrupt if `source` is no finished
/// region of this version.
Result<std::vector<uint8_t>> WriteCapture(const RegionBytes& source, const CaptureOptions& options);

/// What a capture holds. kVersionMismatch or kCorrupt with a sentence if the bytes are no capture
/// of a version that this build knows, or its region is not whole.
Result<Capture> ReadCapture(std::vector<uint8_t> file);

}  // namespace glasswal

#endif  // GLASSWAL_CAPTURE_H_
