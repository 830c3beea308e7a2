// The names of a snapshot's enumerations. The schema lists them by asking here, number by number.
#include <cstddef>

#include "glasswal/snapshot.h"

namespace glasswal {
namespace {

/// The name at `value`, or the last one, which stands for everything else.
template <size_t kCount, typename Enum>
const char* At(const char* const (&names)[kCount], Enum value) {
  const auto index = static_cast<size_t>(value);
  return names[index < kCount ? index : kCount - 1];
}

}  // namespace

const char* Name(ClientState state) {
  static constexpr const char* kNames[] = {"live", "recovering", "unknown"};
  return At(kNames, state);
}

const char* Name(ClientKind kind) {
  static constexpr const char* kNames[] = {"process", "worker", "page", "wa-sqlite", "unknown"};
  return At(kNames, kind);
}

const char* Name(FileKind kind) {
  static constexpr const char* kNames[] = {"database", "wal", "journal", "other", "unknown"};
  return At(kNames, kind);
}

const char* Name(FileState state) {
  static constexpr const char* kNames[] = {"creating", "live", "unlinked", "unknown"};
  return At(kNames, state);
}

const char* Name(LockMode mode) {
  static constexpr const char* kNames[] = {"shared", "exclusive", "unknown"};
  return At(kNames, mode);
}

const char* Name(FileLockState state) {
  static constexpr const char* kNames[] = {"unlocked", "shared", "reserved", "pending",
                                           "exclusive"};
  return At(kNames, state);
}

const char* Name(SegmentKind kind) {
  static constexpr const char* kNames[] = {"free",    "reusable", "metadata", "pending",
                                           "private", "map",      "control",  "database",
                                           "wal",     "journal",  "walIndex", "unknown"};
  static_assert(sizeof(kNames) / sizeof(kNames[0]) == kSegmentKinds);
  return At(kNames, kind);
}

const char* Name(OnStale what) { return At(kOnStaleNames, what); }

const char* Name(StatementTracking what) { return At(kStatementTrackingNames, what); }

const char* Name(StatementText what) { return At(kStatementTextNames, what); }

const char* Name(EventLevel level) {
  static constexpr const char* kNames[] = {
#define GLASSWAL_EVENT_LEVEL(level, name, what) name,
      GLASSWAL_EVENT_LEVELS(GLASSWAL_EVENT_LEVEL)
#undef GLASSWAL_EVENT_LEVEL
  };
  return At(kNames, level);
}

}  // namespace glasswal
