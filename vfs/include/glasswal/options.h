// The options of a region, their defaults and their checks.
//
// Thread-safety: values.
#ifndef GLASSWAL_OPTIONS_H_
#define GLASSWAL_OPTIONS_H_

#include <cstdint>
#include <span>
#include <string>

#include "glasswal/option_names.h"
#include "glasswal/status.h"

namespace glasswal {

/// Bytes of a KiB, a MiB and a GiB.
/// @{
inline constexpr uint64_t kKiB = 1024;
inline constexpr uint64_t kMiB = 1024 * kKiB;
inline constexpr uint64_t kGiB = 1024 * kMiB;
/// @}

/// What to do with a client that has been silent for longer than `stale_ms` while it holds a lock;
/// GLASSWAL_ON_STALE says what each is.
enum class OnStale : uint32_t {
#define GLASSWAL_ON_STALE_ENUM(value, name) value,
  GLASSWAL_ON_STALE(GLASSWAL_ON_STALE_ENUM)
#undef GLASSWAL_ON_STALE_ENUM
};

/// What is known of statements; GLASSWAL_STATEMENT_TRACKING says what each is.
enum class StatementTracking : uint32_t {
#define GLASSWAL_STATEMENT_TRACKING_ENUM(value, name) value,
  GLASSWAL_STATEMENT_TRACKING(GLASSWAL_STATEMENT_TRACKING_ENUM)
#undef GLASSWAL_STATEMENT_TRACKING_ENUM
};

/// What is kept of a statement's text; GLASSWAL_STATEMENT_TEXT says what each is.
enum class StatementText : uint32_t {
#define GLASSWAL_STATEMENT_TEXT_ENUM(value, name) value,
  GLASSWAL_STATEMENT_TEXT(GLASSWAL_STATEMENT_TEXT_ENUM)
#undef GLASSWAL_STATEMENT_TEXT_ENUM
};

/// The name of one value of a choice, in a list of them.
#define GLASSWAL_CHOICE_NAME(value, name) name,
/// The names of the values of an option that is a choice, in the order of their numbers.
/// @{
inline constexpr const char* kOnStaleNames[] = {GLASSWAL_ON_STALE(GLASSWAL_CHOICE_NAME)};
inline constexpr const char* kStatementTrackingNames[] = {
    GLASSWAL_STATEMENT_TRACKING(GLASSWAL_CHOICE_NAME)};
inline constexpr const char* kStatementTextNames[] = {
    GLASSWAL_STATEMENT_TEXT(GLASSWAL_CHOICE_NAME)};
constexpr std::span<const char* const> NamesOf(OnStale) { return kOnStaleNames; }
constexpr std::span<const char* const> NamesOf(StatementTracking) {
  return kStatementTrackingNames;
}
constexpr std::span<const char* const> NamesOf(StatementText) { return kStatementTextNames; }
/// @}
#undef GLASSWAL_CHOICE_NAME

/// Where the region's memory comes from.
enum class MemoryKind : uint32_t {
  kAnonymous = 0,  // This process's own mapping: shared by its threads.
  kNamed = 1,      // A named POSIX shared-memory object: shared by processes.
};

/// Everything that the creator of a region decides. Those who open it get it from the region.
struct Options {
  /// Whether threads or processes share it.
  MemoryKind memory = MemoryKind::kAnonymous;

  /// kNamed: 1 to 200 of [A-Za-z0-9._-], not beginning with a dot.
  std::string name;

  /// Memory committed at the start for database pages. 1 .. max_database_capacity_bytes.
  uint64_t initial_database_capacity_bytes = 16 * kMiB;
  /// SQLITE_FULL beyond it, for each database. 64 KiB .. 16 GiB.
  uint64_t max_database_capacity_bytes = 1 * kGiB;
  /// Memory committed at the start for the write-ahead log. 1 .. max_write_ahead_capacity_bytes.
  uint64_t initial_write_ahead_capacity_bytes = 8 * kMiB;
  /// SQLITE_FULL beyond it, for each write-ahead log. 64 KiB .. 4 GiB.
  uint64_t max_write_ahead_capacity_bytes = 512 * kMiB;
  /// Everything together: databases, logs, what describes them, and the clients' own memory. A
  /// multiple of 64 KiB that holds the initial capacities and the metadata, at most 1 TiB. 0: room
  /// for two databases of the maximum size (VACUUM INTO, ATTACH), one write-ahead log, and
  /// metadata.
  uint64_t region_capacity_bytes = 0;
  /// Whether all memory is committed at the start, for engines and policies without growth.
  bool fixed_capacity = false;

  /// Silence of a lock's holder is reported after so many milliseconds. 1 .. 86,400,000.
  uint32_t stale_ms = 30'000;
  /// What is done about a holder that is silent: it is reported, or ended too.
  OnStale on_stale = OnStale::kReport;

  /// What is known of statements: which one runs and what it cost, with exact times, or nothing.
  /// Runtime::SetStatementTracking() changes it for all clients.
  StatementTracking statements = StatementTracking::kOn;
  /// What is kept of a statement's text: it without its literals, all of it, or none. Whoever can
  /// read the region can read it.
  StatementText statement_text = StatementText::kRedacted;
  /// A statement that takes as many milliseconds is an event. 1 .. 86,400,000.
  uint32_t slow_ms = 100;
  /// Statements that are remembered; the one that ran longest ago goes first. Each is one of one
  /// connection, and takes 1.5 KiB. 16 .. 4,096.
  uint32_t statement_capacity = 256;

  /// Records of the event ring; a power of two. 64 .. 1,048,576.
  uint32_t event_capacity = 4096;

  /// Bytes of a page of databases that are made here; a power of two. 512 .. 65,536. `PRAGMA
  /// page_size` chooses another for one database.
  uint32_t page_size = 4096;
  /// Frames from which on a commit copies the log into the database; 0: none does. 0 .. 1,000,000.
  /// Readers may keep it from copying. `PRAGMA wal_autocheckpoint` sets it for one connection.
  uint32_t wal_autocheckpoint = 100;
};

/// Says which option is bad and why, or ok. Never changes anything. Options are named as in
/// `language`; where that is not given, as those who use this program give them.
/// @{
Status Validate(const Options& options, OptionLanguage language);
Status Validate(const Options& options);
/// @}

/// The region_capacity_bytes that 0 stands for. REQUIRES: Validate(options).ok().
uint64_t EffectiveRegionCapacity(const Options& options);

}  // namespace glasswal

#endif  // GLASSWAL_OPTIONS_H_
