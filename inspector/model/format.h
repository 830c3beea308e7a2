// Numbers and foreign text as people read them: always with a unit, always of bounded length.
//
// Thread-safety: pure functions.
#ifndef GLASSWAL_INSPECTOR_MODEL_FORMAT_H_
#define GLASSWAL_INSPECTOR_MODEL_FORMAT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "glasswal/snapshot_statements.h"

namespace glasswal::inspector {

/// "812 ns", "4.1 µs", "812 ms", "3.20 s", "4 min 12 s", "3 h 05 min".
std::string FormatDuration(uint64_t ns);
/// "2025-11-30 10:22:05 UTC"; empty for a time that no calendar has.
std::string FormatUtc(uint64_t unix_ms);
/// "512 B", "64.0 KiB", "1.00 GiB".
std::string FormatBytes(uint64_t bytes);
/// "171,075".
std::string FormatCount(uint64_t count);
/// "0", "3.2", "812", "12.3 k", "1.20 M"; the unit follows.
std::string FormatQuantity(double value);
/// "37 %"; 0 of 0 is 0 %.
std::string FormatPercent(uint64_t part, uint64_t whole);

/// `one` or `many` after the count: "1 client", "3 clients".
std::string FormatCounted(uint64_t count, const char* one, const char* many);

/// Valid UTF-8 without control characters; other bytes become '?'. Names and paths are foreign.
std::string CleanText(std::string_view text);

/// The beginning of `text` of at most so many bytes, clean; an ellipsis tells that it is one.
std::string Shortened(std::string_view text, size_t most_bytes);

/// "running UPDATE stock SET n = ? for 14 s", "idle for 3.20 s since COMMIT"; the statement of a
/// connection, shortened. Empty if none is known.
std::string FormatStatement(const std::optional<ConnectionStatement>& statement);

/// Whether `text` holds `part`, without regard to the case of ASCII letters.
bool ContainsIgnoringCase(std::string_view text, std::string_view part);

}  // namespace glasswal::inspector

#endif  // GLASSWAL_INSPECTOR_MODEL_FORMAT_H_
