// What the options of a region are called: in C++, in the URI of a database, in JavaScript.
//
// One table (GLASSWAL_OPTIONS) is the only place that lists them; messages that name an option take
// its name from here, in the language of whoever reads them, and so do the constants of JavaScript.
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

/// The table: option, its name in C++ (glasswal::Options), in a URI ("": it cannot be given
/// there), in JavaScript (createRuntime).
#define GLASSWAL_OPTIONS(X)                                                                        \
  X(kInitialDatabaseCapacity, "initial_database_capacity_bytes", "initial_database_bytes",         \
    "initialDatabaseCapacityBytes")                                                                \
  X(kMaxDatabaseCapacity, "max_database_capacity_bytes", "max_database_bytes",                     \
    "maxDatabaseCapacityBytes")                                                                    \
  X(kInitialWriteAheadCapacity, "initial_write_ahead_capacity_bytes", "initial_write_ahead_bytes", \
    "initialWriteAheadCapacityBytes")                                                              \
  X(kMaxWriteAheadCapacity, "max_write_ahead_capacity_bytes", "max_write_ahead_bytes",             \
    "maxWriteAheadCapacityBytes")                                                                  \
  X(kRegionCapacity, "region_capacity_bytes", "region_bytes", "capacityBytes")                     \
  X(kFixedCapacity, "fixed_capacity", "fixed_capacity", "fixedCapacity")                           \
  X(kStaleMs, "stale_ms", "stale_ms", "staleMs")                                                   \
  X(kOnStale, "on_stale", "", "onStale")                                                           \
  X(kEventCapacity, "event_capacity", "", "eventCapacity")

/// An option of a region; GLASSWAL_OPTIONS says what each is called.
enum class Option : uint8_t {
#define GLASSWAL_OPTION_ENUM(option, cpp, uri, javascript) option,
  GLASSWAL_OPTIONS(GLASSWAL_OPTION_ENUM)
#undef GLASSWAL_OPTION_ENUM
};

/// What `option` is called in `language`; empty if it cannot be given there.
constexpr const char* NameOf(Option option, OptionLanguage language) {
  switch (option) {
#define GLASSWAL_OPTION_CASE(option, cpp, uri, javascript)          \
  case Option::option:                                              \
    if (language == OptionLanguage::kJavaScript) return javascript; \
    return language == OptionLanguage::kUri ? uri : cpp;
    GLASSWAL_OPTIONS(GLASSWAL_OPTION_CASE)
#undef GLASSWAL_OPTION_CASE
  }
  return "";
}

}  // namespace glasswal

#endif  // GLASSWAL_OPTION_NAMES_H_
