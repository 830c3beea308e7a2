// One event as the text of a log record: key=value pairs, in a fixed order.
//
// Values that hold anything but plain printable text are quoted and escaped: names and paths come
// from other programs, and must not be able to forge a record.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_VFS_LOG_EVENT_TEXT_H_
#define GLASSWAL_VFS_LOG_EVENT_TEXT_H_

#include <fmt/format.h>

#include <string_view>

#include "glasswal/event.h"

namespace glasswal::log {

/// What the numbers of an event stand for. Empty: not known, and left out.
struct EventNames {
  std::string_view client;
  std::string_view path;
};

/// Appends `event` to `out`. Locks and their modes are written by name.
void AppendEvent(const Event& event, const EventNames& names, fmt::memory_buffer* out);

/// Appends `value`, in quotes if it needs them.
void AppendValue(std::string_view value, fmt::memory_buffer* out);

}  // namespace glasswal::log

#endif  // GLASSWAL_VFS_LOG_EVENT_TEXT_H_
