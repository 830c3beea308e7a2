// The events that glasswal records: what each kind means and which arguments it carries.
//
// One table (GLASSWAL_EVENTS) is the only place that lists the kinds; the enum, the names, the
// levels and the argument names all come from it, as do the constants of other languages.
//
// Thread-safety: values and constants.
#ifndef GLASSWAL_EVENT_H_
#define GLASSWAL_EVENT_H_

#include <cstdint>

namespace glasswal {

/// The levels: level, name, what is recorded from it on.
#define GLASSWAL_EVENT_LEVELS(X)                                                       \
  X(kOff, "off", "Nothing.")                                                           \
  X(kError, "error", "What failed.")                                                   \
  X(kWarn, "warn", "What somebody should look at: refusals, recoveries, silence.")     \
  X(kInfo, "info", "What happens: clients, connections, commits, checkpoints.")        \
  X(kDebug, "debug", "Waits, statements, transactions, and the beginnings of things.") \
  X(kTrace, "trace", "Each lock, read and write.")

/// How much is recorded; GLASSWAL_EVENT_LEVELS says what. A level includes those before it; kOff
/// records nothing and costs one branch.
enum class EventLevel : uint8_t {
#define GLASSWAL_EVENT_LEVEL(level, name, what) level,
  GLASSWAL_EVENT_LEVELS(GLASSWAL_EVENT_LEVEL)
#undef GLASSWAL_EVENT_LEVEL
};

/// The table: kind, name, level, argument names (empty: unused). Times are nanoseconds, sizes
/// bytes, "holders" a bit for each connection. New kinds go to the end: the numbers are part of the
/// region's layout.
#define GLASSWAL_EVENTS(X)                                                                        \
  X(kRegionCreated, "region.created", kInfo, "capacity_bytes", "", "", "")                        \
  X(kRegionGrown, "region.grown", kInfo, "from_bytes", "to_bytes", "", "")                        \
  X(kClientJoined, "client.joined", kInfo, "process_id", "", "", "")                              \
  X(kClientLeft, "client.left", kInfo, "process_id", "", "", "")                                  \
  X(kClientSilent, "client.silent", kWarn, "silent_client", "silent_ns", "held_locks",            \
    "running_ns")                                                                                 \
  X(kClientEvicted, "client.evicted", kWarn, "evicted_client", "process_id", "", "")              \
  X(kRecoveryBegan, "recovery.began", kWarn, "dead_client", "dead_generation", "", "")            \
  X(kRecoveryDone, "recovery.done", kWarn, "dead_client", "locks", "handles", "segments")         \
  X(kConnectionOpened, "connection.opened", kInfo, "connections", "", "", "")                     \
  X(kConnectionClosed, "connection.closed", kInfo, "connections", "", "", "")                     \
  X(kFileCreated, "file.created", kInfo, "kind", "", "", "")                                      \
  X(kFileDeleted, "file.deleted", kInfo, "kind", "segments", "", "")                              \
  X(kFileTruncated, "file.truncated", kDebug, "from_bytes", "to_bytes", "reclaimed_segments", "") \
  X(kCommit, "commit", kInfo, "frames", "database_pages", "change", "held_ns")                    \
  X(kCheckpointBegan, "checkpoint.began", kDebug, "frames", "backfilled", "", "")                 \
  X(kCheckpointDone, "checkpoint.done", kInfo, "frames", "backfilled", "held_back_by",            \
    "elapsed_ns")                                                                                 \
  X(kWalRestarted, "wal.restarted", kDebug, "log_bytes", "", "", "")                              \
  X(kLockWaitBegan, "lock.wait", kDebug, "lock", "mode", "holders", "timeout_ns")                 \
  X(kLockWaitDone, "lock.waited", kDebug, "lock", "mode", "waited_ns", "")                        \
  X(kLockRefused, "lock.refused", kWarn, "lock", "holder_client", "held_ns", "waited_ns")         \
  X(kLockAcquired, "lock.acquired", kTrace, "lock", "mode", "", "")                               \
  X(kLockReleased, "lock.released", kTrace, "lock", "mode", "held_ns", "")                        \
  X(kFull, "full", kError, "wanted_bytes", "limit_bytes", "what", "")                             \
  X(kRead, "read", kTrace, "offset_bytes", "size_bytes", "", "")                                  \
  X(kWrite, "write", kTrace, "offset_bytes", "size_bytes", "", "")                                \
  X(kSync, "sync", kTrace, "", "", "", "")                                                        \
  X(kError, "error", kError, "code", "extended_code", "", "")                                     \
  X(kFenced, "client.fenced", kError, "generation", "", "", "")                                   \
  X(kRegionUnlinked, "region.unlinked", kWarn, "", "", "", "")                                    \
  X(kStatementSlow, "statement.slow", kWarn, "statement", "elapsed_ns", "rows", "code")           \
  X(kStatementInterrupted, "statement.interrupted", kWarn, "statement", "elapsed_ns", "rows",     \
    "cancelled_by")                                                                               \
  X(kBusySnapshot, "busy.snapshot", kWarn, "statement", "elapsed_ns", "rows", "")                 \
  X(kProtocol, "protocol", kError, "statement", "elapsed_ns", "rows", "")                         \
  X(kStatement, "statement", kDebug, "statement", "elapsed_ns", "rows", "code")                   \
  X(kTransactionEnded, "transaction.ended", kDebug, "elapsed_ns", "", "", "")

/// What happened; GLASSWAL_EVENTS says what each kind is called and carries.
enum class EventKind : uint16_t {
  kNone = 0,  // No event.
#define GLASSWAL_EVENT_ENUM(kind, name, level, a, b, c, d) kind,
  GLASSWAL_EVENTS(GLASSWAL_EVENT_ENUM)
#undef GLASSWAL_EVENT_ENUM
      kCount  // How many there are, kNone included.
};

/// Numbers that an event carries at most.
inline constexpr uint32_t kEventArguments = 4;

/// What the table says about one kind.
struct EventDescription {
  const char* name;                        // As logs and JSON show it.
  EventLevel level;                        // From which level on it is recorded.
  const char* arguments[kEventArguments];  // Their names; empty: unused.
};

/// The description of `kind`; an unknown kind (the byte came from foreign memory) is "unknown".
constexpr EventDescription Describe(EventKind kind) {
  switch (kind) {
#define GLASSWAL_EVENT_CASE(kind, name, level, a, b, c, d) \
  case EventKind::kind:                                    \
    return {name, EventLevel::level, {a, b, c, d}};
    GLASSWAL_EVENTS(GLASSWAL_EVENT_CASE)
#undef GLASSWAL_EVENT_CASE
    default:
      return {"unknown", EventLevel::kTrace, {"", "", "", ""}};
  }
}

/// How much `kind` matters; an unknown one matters least. Where it is a constant, so is this.
constexpr EventLevel LevelOf(EventKind kind) {
  switch (kind) {
#define GLASSWAL_EVENT_CASE(kind, name, level, a, b, c, d) \
  case EventKind::kind:                                    \
    return EventLevel::level;
    GLASSWAL_EVENTS(GLASSWAL_EVENT_CASE)
#undef GLASSWAL_EVENT_CASE
    default:
      return EventLevel::kTrace;
  }
}

/// One event as read from the ring.
struct Event {
  uint64_t sequence = 0;                // Position in the ring's history; gaps are lost events.
  uint64_t time_ns = 0;                 // The writer's own monotonic clock.
  EventKind kind = EventKind::kNone;    // What happened.
  EventLevel level = EventLevel::kOff;  // How much it matters.
  uint32_t client = 0;                  // Slot of the writer.
  uint32_t client_generation = 0;       // Tells it from earlier clients of that slot.
  uint32_t connection = 0;              // Connection slot + 1; 0 when no connection was concerned.
  uint32_t file = 0;                    // File number + 1; 0 when no file was concerned.
  uint32_t transaction = 0;             // Number of the connection's transaction; 0: none yet.
  uint64_t arguments[kEventArguments] = {};  // See Describe(kind).arguments.
};

}  // namespace glasswal

#endif  // GLASSWAL_EVENT_H_
