#include "model/format.h"

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cmath>
#include <cstdio>

namespace glasswal::inspector {
namespace {

template <typename... Arguments>
std::string Print(const char* format, Arguments... arguments) {
  char text[96];
  const int length = std::snprintf(text, sizeof(text), format, arguments...);
  return std::string(text, length < 0 ? 0 : static_cast<size_t>(length));
}

/// Three digits that count.
std::string Scaled(double value, const char* unit) {
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return Print("%.*f %s", decimals, value, unit);
}

/// The bidirectional controls and the separators of lines and paragraphs: U+061C, U+200E, U+200F,
/// U+2028 to U+202E, U+2066 to U+2069.
bool IsTurningOrBreaking(std::string_view character) {
  if (character == "\xd8\x9c") return true;
  if (character.size() != 3 || character[0] != '\xe2') return false;
  const auto last = static_cast<unsigned char>(character[2]);
  if (character[1] == '\x80') return last == 0x8e || last == 0x8f || (last >= 0xa8 && last <= 0xae);
  return character[1] == '\x81' && last >= 0xa6 && last <= 0xa9;
}

/// The length of the UTF-8 sequence at the start of `text`; 0 if it is none.
size_t SequenceLength(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const size_t length = first >= 0xf0 && first < 0xf5 ? 4
                        : first >= 0xe0               ? 3
                        : first >= 0xc2               ? 2
                                                      : 0;
  if (length == 0 || first >= 0xf5 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  const auto second = static_cast<unsigned char>(text[1]);
  // Overlong forms, surrogates, numbers beyond Unicode, and the C1 controls.
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
      (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f) ||
      (first == 0xc2 && second < 0xa0)) {
    return 0;
  }
  return IsTurningOrBreaking(text.substr(0, length)) ? 0 : length;
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string FormatDuration(uint64_t ns) {
  const auto value = static_cast<double>(ns);
  if (ns < 1000) return Print("%" PRIu64 " ns", ns);
  if (ns < 1000000) return Scaled(value / 1e3, "µs");
  if (ns < 1000000000) return Scaled(value / 1e6, "ms");
  const uint64_t seconds = ns / 1000000000;
  if (seconds < 100) return Scaled(value / 1e9, "s");
  if (seconds < 3600) return Print("%" PRIu64 " min %02" PRIu64 " s", seconds / 60, seconds % 60);
  return Print("%" PRIu64 " h %02" PRIu64 " min", seconds / 3600, seconds / 60 % 60);
}

std::string FormatUtc(uint64_t unix_ms) {
  constexpr uint64_t kYear10000Ms = 253'402'300'800'000;
  if (unix_ms >= kYear10000Ms) return "";
  const std::chrono::sys_seconds at{std::chrono::seconds(unix_ms / 1000)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const auto second = static_cast<unsigned>((at - day).count());
  return Print("%04d-%02u-%02u %02u:%02u:%02u UTC", static_cast<int>(date.year()),
               static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
               second / 3600, second / 60 % 60, second % 60);
}

std::string FormatBytes(uint64_t bytes) {
  if (bytes < 1024) return Print("%" PRIu64 " B", bytes);
  static constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  while (value >= 1023.5 && unit + 1 < 6) {
    value /= 1024;
    ++unit;
  }
  return Scaled(value, kUnits[unit]);
}

std::string FormatCount(uint64_t count) {
  const std::string digits = std::to_string(count);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string FormatQuantity(double value) {
  if (!(value > 0)) return "0";
  if (value < 9.95 && value != std::floor(value)) return Print("%.1f", value);
  if (value < 999.5) return Print("%.0f", value);
  if (value < 999.5e3) return Scaled(value / 1e3, "k");
  if (value < 999.5e6) return Scaled(value / 1e6, "M");
  return Scaled(value / 1e9, "G");
}

std::string FormatPercent(uint64_t part, uint64_t whole) {
  if (whole == 0) return "0 %";
  const double percent = 100 * static_cast<double>(part) / static_cast<double>(whole);
  return percent > 0 && percent < 9.95 ? Print("%.1f %%", percent) : Print("%.0f %%", percent);
}

std::string FormatCounted(uint64_t count, const char* one, const char* many) {
  return FormatCount(count) + " " + (count == 1 ? one : many);
}

std::string CleanText(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    if (length == 0) {
      clean += '?';
      text.remove_prefix(1);
    } else {
      clean += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return clean;
}

std::string Shortened(std::string_view text, size_t most_bytes) {
  size_t size = std::min(text.size(), most_bytes);
  while (size > 0 && size < text.size() && (text[size] & 0xc0) == 0x80) --size;
  return CleanText(text.substr(0, size)) + (size < text.size() ? "\xe2\x80\xa6" : "");
}

std::string FormatStatement(const std::optional<ConnectionStatement>& statement) {
  constexpr size_t kMostBytes = 120;
  if (!statement || statement->text.empty()) return {};
  const std::string sql = Shortened(statement->text, kMostBytes);
  const std::string time = FormatDuration(statement->age_ns);
  return statement->running ? "running " + sql + " for " + time
                            : "idle for " + time + " since " + sql;
}

bool ContainsIgnoringCase(std::string_view text, std::string_view part) {
  if (part.size() > text.size()) return false;
  for (size_t i = 0; i + part.size() <= text.size(); ++i) {
    size_t same = 0;
    while (same < part.size() && Lower(text[i + same]) == Lower(part[same])) ++same;
    if (same == part.size()) return true;
  }
  return false;
}

}  // namespace glasswal::inspector
