#include "port/printable.h"

namespace glasswal::port {
namespace {

constexpr size_t kMostContinuations = 3;

constexpr bool IsContinuation(char byte) { return (static_cast<uint8_t>(byte) & 0xc0) == 0x80; }

void AppendHex(char kind, uint32_t value, int digits, std::string* out) {
  constexpr char kDigits[] = "0123456789abcdef";
  *out += '\\';
  *out += kind;
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) *out += kDigits[value >> shift & 0xf];
}

}  // namespace

Utf8Character FirstCharacter(std::string_view text) {
  if (text.empty()) return {};
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xc2 || lead > 0xf4) return {};
  const uint32_t size_bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (text.size() < size_bytes) return {};
  uint32_t code = lead & (0xff >> (size_bytes + 1));
  for (uint32_t i = 1; i < size_bytes; ++i) {
    if (!IsContinuation(text[i])) return {};
    code = code << 6 | (static_cast<uint8_t>(text[i]) & 0x3f);
  }
  const bool overlong = (size_bytes == 3 && code < 0x800) || (size_bytes == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return overlong || surrogate || code > 0x10ffff ? Utf8Character{}
                                                  : Utf8Character{code, size_bytes};
}

bool IsPrintable(uint32_t code) {
  if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return false;
  if (code == 0x2028 || code == 0x2029) return false;
  const bool turns = code == 0x061c || code == 0x200e || code == 0x200f ||
                     (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return !turns;
}

std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Utf8Character first = FirstCharacter(text);
    const uint32_t size_bytes = first.size_bytes == 0 ? 1 : first.size_bytes;
    if (first.size_bytes == 0) {
      AppendHex('x', static_cast<uint8_t>(text[0]), 2, &out);
    } else if (IsPrintable(first.code)) {
      out += text.substr(0, size_bytes);
    } else if (first.code < 0x80) {
      AppendHex('x', first.code, 2, &out);
    } else {
      AppendHex('u', first.code, 4, &out);
    }
    text.remove_prefix(size_bytes);
  }
  return out;
}

std::string_view CutText(std::string_view text, size_t most_bytes) {
  if (text.size() <= most_bytes) return text;
  size_t end = most_bytes;
  while (end > 0 && most_bytes - end < kMostContinuations && IsContinuation(text[end])) --end;
  return text.substr(0, IsContinuation(text[end]) ? most_bytes : end);
}

}  // namespace glasswal::port
