// The parts of a capture that a Recorder wrote, read again.
//
// The part "history": the format, the number of looks, and of each the time as a difference to that
// of the look before and the code of what changed (diag/table_image.h), the first look's from
// nothing. The part "events": the format, the fields that an event has, the sequence after the
// last, how many were lost, and chunks of events (diag/event_code.h). All are varints.
//
// Thread-safety: pure functions of their bytes.
#ifndef GLASSWAL_VFS_DIAG_RECORDING_H_
#define GLASSWAL_VFS_DIAG_RECORDING_H_

#include <cstdint>
#include <vector>

#include "glasswal/capture.h"

namespace glasswal::diag {

inline constexpr uint64_t kRecordingFormat = 1;

// Bounds of what is read, whoever wrote it, and therefore of every recorder.
inline constexpr uint32_t kMostRecordedLooks = 100'000;
inline constexpr uint32_t kMostRecordedEvents = 1'000'000;

/// The looks of a part. kCorrupt or kVersionMismatch with the rest of a sentence that begins with
/// the part's name.
Result<std::unique_ptr<RecordedLooks>> ReadLooks(std::vector<uint8_t> part);

/// The events of a part, likewise.
Result<EventBatch> ReadRecordedEvents(const std::vector<uint8_t>& part);

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_RECORDING_H_
