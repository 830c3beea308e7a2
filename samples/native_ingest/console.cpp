#include "console.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace native_ingest {
namespace {

const auto kBegan = std::chrono::steady_clock::now();

bool WantsColours() {
  static const bool wants = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  return wants;
}

const char* CodeOf(Ink ink) {
  switch (ink) {
    case Ink::kDim:
      return "\x1b[2m";
    case Ink::kBold:
      return "\x1b[1m";
    case Ink::kGood:
      return "\x1b[32m";
    case Ink::kBad:
      return "\x1b[31m";
    case Ink::kAccent:
      return "\x1b[36m";
    case Ink::kPlain:
      break;
  }
  return "";
}

/// Characters, not bytes: names of cities and of clients may be any UTF-8.
size_t WidthOf(const std::string& text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
  }));
}

std::string Padded(const std::string& text, size_t width, bool right) {
  const std::string space(width - std::min(width, WidthOf(text)), ' ');
  return right ? space + text : text + space;
}

}  // namespace

std::string Painted(Ink ink, const std::string& text) {
  if (ink == Ink::kPlain || !WantsColours()) return text;
  return CodeOf(ink) + text + "\x1b[0m";
}

void PrintHeading(const std::string& text) {
  fmt::print("\n{}\n", Painted(Ink::kBold, text));
  std::fflush(stdout);
}

void PrintStep(Ink ink, const std::string& text) {
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - kBegan;
  fmt::print("  {}  {}\n", Painted(Ink::kDim, fmt::format("{:6.2f} s", elapsed.count())),
             Painted(ink, text));
  std::fflush(stdout);
}

void PrintTable(const std::vector<std::string>& titles,
                const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  std::string line = "  ";
  for (size_t column = 0; column < titles.size(); ++column) {
    const bool right = titles[column][0] == '>';
    const std::string title = titles[column].substr(right ? 1 : 0);
    size_t width = WidthOf(title);
    for (const auto& row : rows) width = std::max(width, WidthOf(row[column]));
    widths.push_back(width);
    line += Padded(title, width, right) + "  ";
  }
  fmt::print("{}\n", Painted(Ink::kDim, line));
  for (const auto& row : rows) {
    line = "  ";
    for (size_t column = 0; column < titles.size(); ++column) {
      line += Padded(row[column], widths[column], titles[column][0] == '>') + "  ";
    }
    fmt::print("{}\n", line);
  }
  if (rows.empty()) fmt::print("  {}\n", Painted(Ink::kDim, "none"));
  std::fflush(stdout);
}

std::string Grouped(uint64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<size_t>(at), ",");
  }
  return digits;
}

std::string Bytes(uint64_t size_bytes) {
  if (size_bytes < 1024) return fmt::format("{} B", size_bytes);
  const auto size = static_cast<double>(size_bytes);
  if (size < 1024.0 * 1024) return fmt::format("{:.1f} KiB", size / 1024);
  if (size < 1024.0 * 1024 * 1024) return fmt::format("{:.1f} MiB", size / 1024 / 1024);
  return fmt::format("{:.1f} GiB", size / 1024 / 1024 / 1024);
}

std::string Duration(uint64_t duration_ns) {
  const auto ns = static_cast<double>(duration_ns);
  if (ns < 1e3) return fmt::format("{} ns", duration_ns);
  if (ns < 1e6) return fmt::format("{:.1f} us", ns / 1e3);
  if (ns < 1e9) return fmt::format("{:.1f} ms", ns / 1e6);
  return fmt::format("{:.2f} s", ns / 1e9);
}

}  // namespace native_ingest
