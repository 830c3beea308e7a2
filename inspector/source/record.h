// Recording a source for some time, for a capture that is made without an inspector being open.
//
// Thread-safety: the calling thread sleeps between the looks.
#ifndef GLASSWAL_INSPECTOR_SOURCE_RECORD_H_
#define GLASSWAL_INSPECTOR_SOURCE_RECORD_H_

#include <chrono>

#include "glasswal/recorder.h"
#include "source/source.h"

namespace glasswal::inspector {

inline constexpr std::chrono::milliseconds kRecordPace{250};

/// Looks at the source at that pace for so long, or until it cannot be read or is gone: then the
/// sentence says so, and what was recorded until then is there.
Status Record(const Source& source, std::chrono::milliseconds how_long, Recorder* recorder);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_SOURCE_RECORD_H_
