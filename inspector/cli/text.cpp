#include "cli/text.h"

#include <algorithm>
#include <iterator>

#include "port/printable.h"

namespace glasswal::inspector::cli {
namespace {

constexpr std::string_view kEllipsis = "\xe2\x80\xa6";  // U+2026.

struct CodeRange {
  uint32_t first;
  uint32_t last;
};

// Coarse, and the same on every machine: what the C library says depends on its locale.
constexpr CodeRange kMarks[] = {{0x0300, 0x036f}, {0x200b, 0x200d}, {0x20d0, 0x20ff},
                                {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}};
constexpr CodeRange kWide[] = {{0x1100, 0x115f},   {0x2e80, 0xa4cf},   {0xac00, 0xd7a3},
                               {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},
                               {0xffe0, 0xffe6},   {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff},
                               {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

template <size_t kCount>
bool IsIn(uint32_t code, const CodeRange (&ranges)[kCount]) {
  return std::any_of(std::begin(ranges), std::end(ranges), [code](const CodeRange& range) {
    return code >= range.first && code <= range.last;
  });
}

size_t CellsOfCode(uint32_t code) { return IsIn(code, kMarks) ? 0 : IsIn(code, kWide) ? 2 : 1; }

/// How many bytes of `text` fit into `cells`.
size_t FittingBytes(std::string_view text, size_t cells) {
  size_t bytes = 0;
  while (bytes < text.size()) {
    const port::Utf8Character next = port::FirstCharacter(text.substr(bytes));
    const size_t wanted = CellsOfCode(next.code);
    if (wanted > cells) break;
    cells -= wanted;
    bytes += next.size_bytes == 0 ? 1 : next.size_bytes;
  }
  return bytes;
}

}  // namespace

std::string Shown(std::string_view text) { return port::Printable(text); }

size_t CellsOf(std::string_view text) {
  size_t cells = 0;
  while (!text.empty()) {
    const port::Utf8Character next = port::FirstCharacter(text);
    cells += CellsOfCode(next.code);
    text.remove_prefix(next.size_bytes == 0 ? 1 : next.size_bytes);
  }
  return cells;
}

size_t CellsOf(const Line& line) {
  size_t cells = 0;
  for (const Span& span : line) cells += CellsOf(span.text);
  return cells;
}

std::string Clipped(std::string_view text, size_t cells) {
  if (CellsOf(text) <= cells) return std::string(text);
  if (cells == 0) return {};
  return std::string(text.substr(0, FittingBytes(text, cells - 1))) + std::string(kEllipsis);
}

Line Clipped(const Line& line, size_t cells) {
  Line clipped;
  size_t left = cells;
  bool more = CellsOf(line) > cells;
  for (const Span& span : line) {
    const size_t wanted = CellsOf(span.text);
    // The last cell of a line that is cut says so.
    if (wanted + (more ? 1 : 0) <= left) {
      clipped.push_back(span);
      left -= wanted;
      continue;
    }
    if (left > 0)
      clipped.push_back({Clipped(span.text + std::string(kEllipsis), left), span.style});
    break;
  }
  return clipped;
}

std::string Padded(std::string_view text, size_t cells, bool right) {
  std::string padded = Clipped(text, cells);
  const std::string space(cells - CellsOf(padded), ' ');
  return right ? space + padded : padded + space;
}

std::string ToAscii(std::string_view text) {
  std::string ascii;
  while (!text.empty()) {
    const port::Utf8Character next = port::FirstCharacter(text);
    if (next.size_bytes == 1) {
      ascii += text[0];
    } else if (next.code == 0xb5) {
      ascii += 'u';
    } else if (next.code == 0x2026) {
      ascii += '~';
    } else if (next.code == 0x25b2 || next.code == 0x25bc) {
      ascii += next.code == 0x25b2 ? '^' : 'v';
    } else if (CellsOfCode(next.code) > 0) {
      ascii.append(CellsOfCode(next.code), '?');
    }
    text.remove_prefix(next.size_bytes == 0 ? 1 : next.size_bytes);
  }
  return ascii;
}

}  // namespace glasswal::inspector::cli
