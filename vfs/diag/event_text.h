// What the numbers of an event stand for, and the event as the text of a log record: key=value
// pairs, in a fixed order. Every outlet of logs has both from here.
//
// Values that hold anything but plain printable text are quoted and escaped: names and paths come
// from other programs, and must not be able to forge a record.
//
// Thread-safety: NamesOf reads a region that others change, and takes no lock; the rest is pure.
#ifndef GLASSWAL_VFS_DIAG_EVENT_TEXT_H_
#define GLASSWAL_VFS_DIAG_EVENT_TEXT_H_

#include <string>
#include <string_view>

#include "glasswal/event.h"
#include "shm/region.h"

namespace glasswal::diag {

/// Names instead of numbers. Empty: not known, or a number that stands for itself.
struct EventNames {
  std::string client;  // That of the event.
  std::string path;
  std::string arguments[kEventArguments];
};

/// What is known now: a slot or a file number may be another's since, which is told where it can
/// be.
EventNames NamesOf(const shm::RegionView& region, const Event& event);

/// True if the argument `name` is the number of a client: its name stands beside it, not in its
/// place.
constexpr bool IsClient(std::string_view name) {
  constexpr std::string_view kSuffix = "_client";
  return name.size() > kSuffix.size() && name.substr(name.size() - kSuffix.size()) == kSuffix;
}

/// Appends `event` to `text`.
void AppendEvent(const Event& event, const EventNames& names, std::string* text);

/// Appends `value`, in quotes if it needs them.
void AppendValue(std::string_view value, std::string* text);

}  // namespace glasswal::diag

#endif  // GLASSWAL_VFS_DIAG_EVENT_TEXT_H_
