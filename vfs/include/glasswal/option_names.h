// The options of a region: what each is called in C++, in the URI of a database and in JavaScript,
// within which bounds it must be, where the region keeps it, and what it is for.
//
// One table (GLASSWAL_OPTIONS) is the only place that lists them. The checks, the URI's parameters,
// what a snapshot shows, JavaScript's options with their types, checks and comments, and what
// crosses into the module come from it; so do the names in messages, in the language of whoever
// reads them. Types and defaults are those of the members of glasswal::Options.
//
// Thread-safety: constants.
#ifndef GLASSWAL_OPTION_NAMES_H_
#define GLASSWAL_OPTION_NAMES_H_

#include <cstdint>

namespace glasswal {

/// Where an option was given.
enum class OptionLanguage : uint8_t {
  kCpp = 0,    // As a member of glasswal::Options.
  kUri,        // As a parameter of a database's URI.
  kJavaScript  // As an option of createRuntime().
};

/// What to do with a client that is silent for longer than `stale_ms` while it holds a lock: value,
/// name.
#define GLASSWAL_ON_STALE(X)                                                                    \
  X(kReport, "report") /* Record an event and name it in refusals. Nothing is taken from it. */ \
  X(kEvict, "evict")   /* Terminate it, wait for the proof of its death, then recover. */

/// What is known of statements: value, name. The first is the default.
#define GLASSWAL_STATEMENT_TRACKING(X)                                                        \
  X(kOn, "on")       /* Which one runs, since when, what it cost; one time in 64 is exact. */ \
  X(kOff, "off")     /* Nothing. */                                                           \
  X(kTimed, "timed") /* The same as by default, with an exact time for each run. */

/// What is kept of a statement's text: value, name. The first is the default.
#define GLASSWAL_STATEMENT_TEXT(X)                                                     \
  X(kRedacted, "redacted") /* The text with `?` for each literal, without comments. */ \
  X(kFull, "full")         /* The text with its literals. */                           \
  X(kNone, "none")         /* Only how long it is. */

/// The table: option, its member of glasswal::Options, its name in a URI ("": it cannot be given
/// there), in JavaScript (createRuntime, and the JSON of a snapshot); the least and the most that
/// it may be; the field of the region's header that keeps it, and in how many of the field's units
/// one of it is; what it is for. JavaScript's memory sets bounds of its own below the most.
///
/// D has what the region keeps in another way: its own size.
#define GLASSWAL_OPTION_TABLE(X, D)                                                                \
  X(kInitialDatabaseCapacity, initial_database_capacity_bytes, "initial_database_bytes",           \
    "initialDatabaseCapacityBytes", 1, uint64_t{16} << 30, initial_database_bytes, 1,              \
    "Memory committed at the start for database pages.")                                           \
  X(kMaxDatabaseCapacity, max_database_capacity_bytes, "max_database_bytes",                       \
    "maxDatabaseCapacityBytes", 65536, uint64_t{16} << 30, max_database_bytes, 1,                  \
    "SQLITE_FULL beyond it, for each database.")                                                   \
  X(kInitialWriteAheadCapacity, initial_write_ahead_capacity_bytes, "initial_write_ahead_bytes",   \
    "initialWriteAheadCapacityBytes", 1, uint64_t{4} << 30, initial_wal_bytes, 1,                  \
    "Memory committed at the start for the write-ahead log.")                                      \
  X(kMaxWriteAheadCapacity, max_write_ahead_capacity_bytes, "max_write_ahead_bytes",               \
    "maxWriteAheadCapacityBytes", 65536, uint64_t{4} << 30, max_wal_bytes, 1,                      \
    "SQLITE_FULL beyond it, for each write-ahead log.")                                            \
  D(kRegionCapacity, region_capacity_bytes, "region_bytes", "capacityBytes", 1, uint64_t{1} << 40, \
    capacity_bytes, 1,                                                                             \
    "Everything together: databases, logs, what describes them, and the clients' own memory.")     \
  X(kFixedCapacity, fixed_capacity, "fixed_capacity", "fixedCapacity", 0, 1, fixed_capacity, 1,    \
    "Whether all memory is committed at the start, for engines and policies without growth.")      \
  X(kStaleMs, stale_ms, "stale_ms", "staleMs", 1, 86'400'000, stale_ns, 1'000'000,                 \
    "Silence of a lock's holder is reported after so many milliseconds.")                          \
  X(kOnStale, on_stale, "on_stale", "onStale", 0, 1, evict_stale, 1,                               \
    "What is done about a holder that is silent: it is reported, or ended too.")                   \
  X(kStatements, statements, "statements", "statements", 0, 2, statement_tracking, 1,              \
    "What is known of statements: which one runs and what it cost, with exact times, or nothing.") \
  X(kStatementText, statement_text, "statement_text", "statementText", 0, 2, statement_text, 1,    \
    "What is kept of a statement's text: it without its literals, all of it, or none.")            \
  X(kSlowMs, slow_ms, "slow_ms", "slowMs", 1, 86'400'000, slow_ms, 1,                              \
    "A statement that takes as many milliseconds is an event.")                                    \
  X(kStatementCapacity, statement_capacity, "", "statementCapacity", 16, 4096, statement_capacity, \
    1, "Statements that are remembered; the one that ran longest ago goes first.")                 \
  X(kEventCapacity, event_capacity, "", "eventCapacity", 64, 1024 * 1024, event_capacity, 1,       \
    "Records of the event ring; a power of two.")                                                  \
  X(kPageSize, page_size, "page_size", "pageSize", 512, 65536, page_size, 1,                       \
    "Bytes of a page of databases that are made here; a power of two.")                            \
  X(kWalAutocheckpoint, wal_autocheckpoint, "wal_autocheckpoint", "walAutocheckpoint", 0, 1000000, \
    wal_autocheckpoint, 1,                                                                         \
    "Frames from which on a commit copies the log into the database; 0: none does.")

/// All options.
#define GLASSWAL_OPTIONS(X) GLASSWAL_OPTION_TABLE(X, X)
/// Those that the region keeps as they were given.
#define GLASSWAL_KEPT_OPTIONS(X) GLASSWAL_OPTION_TABLE(X, GLASSWAL_NO_OPTION)
/// Leaves a row out.
#define GLASSWAL_NO_OPTION(...)

/// An option of a region; GLASSWAL_OPTIONS says what each is called.
enum class Option : uint8_t {
#define GLASSWAL_OPTION_ENUM(option, ...) option,
  GLASSWAL_OPTIONS(GLASSWAL_OPTION_ENUM)
#undef GLASSWAL_OPTION_ENUM
};

/// What `option` is called in `language`; empty if it cannot be given there.
constexpr const char* NameOf(Option option, OptionLanguage language) {
  switch (option) {
#define GLASSWAL_OPTION_CASE(option, member, uri, javascript, ...)  \
  case Option::option:                                              \
    if (language == OptionLanguage::kJavaScript) return javascript; \
    return language == OptionLanguage::kUri ? uri : #member;
    GLASSWAL_OPTIONS(GLASSWAL_OPTION_CASE)
#undef GLASSWAL_OPTION_CASE
  }
  return "";
}

/// The least and the most that an option may be.
struct OptionBounds {
  uint64_t least;  // Less is refused.
  uint64_t most;   // More is refused.
};

/// The bounds of `option`.
constexpr OptionBounds BoundsOf(Option option) {
  switch (option) {
#define GLASSWAL_OPTION_CASE(option, member, uri, javascript, least, most, ...) \
  case Option::option:                                                          \
    return {least, most};
    GLASSWAL_OPTIONS(GLASSWAL_OPTION_CASE)
#undef GLASSWAL_OPTION_CASE
  }
  return {};
}

}  // namespace glasswal

#endif  // GLASSWAL_OPTION_NAMES_H_
