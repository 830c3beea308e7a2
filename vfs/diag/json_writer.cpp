#include "diag/json_writer.h"

#include <charconv>

namespace glasswal::diag {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD.

bool IsContinuation(std::string_view text, uint32_t at) {
  return at < text.size() && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80;
}

/// The escape of a character below 32, of the quote or of the backslash.
void AppendEscape(char character, std::string* out) {
  switch (character) {
    case '"':
      *out += "\\\"";
      return;
    case '\\':
      *out += "\\\\";
      return;
    case '\b':
      *out += "\\b";
      return;
    case '\f':
      *out += "\\f";
      return;
    case '\n':
      *out += "\\n";
      return;
    case '\r':
      *out += "\\r";
      return;
    case '\t':
      *out += "\\t";
      return;
    default:
      break;
  }
  constexpr char kDigits[] = "0123456789abcdef";
  *out += "\\u00";
  *out += kDigits[static_cast<uint8_t>(character) >> 4];
  *out += kDigits[static_cast<uint8_t>(character) & 0xf];
}

}  // namespace

uint32_t Utf8Length(std::string_view text) {
  if (text.empty()) return 0;
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return 1;
  const uint32_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  for (uint32_t i = 1; i < length; ++i) {
    if (!IsContinuation(text, i)) return 0;
  }
  const auto second = static_cast<uint8_t>(text[1]);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool surrogate = lead == 0xed && second >= 0xa0;
  const bool too_large = lead == 0xf4 && second >= 0x90;
  return overlong || surrogate || too_large ? 0 : length;
}

void JsonWriter::Key(std::string_view name) {
  Separate();
  Quote(name);
  *out_ += ':';
  needs_comma_ = false;
}

void JsonWriter::Number(uint64_t value) {
  char digits[20];  // 2^64 - 1 has twenty.
  const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  Literal(std::string_view(digits, static_cast<size_t>(end - digits)));
}

void JsonWriter::String(std::string_view text) {
  Separate();
  Quote(text);
  needs_comma_ = true;
}

void JsonWriter::Open(char bracket) {
  Separate();
  *out_ += bracket;
  needs_comma_ = false;
}

void JsonWriter::Close(char bracket) {
  *out_ += bracket;
  needs_comma_ = true;
}

void JsonWriter::Literal(std::string_view text) {
  Separate();
  *out_ += text;
  needs_comma_ = true;
}

void JsonWriter::Separate() {
  if (needs_comma_) *out_ += ',';
}

void JsonWriter::Quote(std::string_view text) {
  *out_ += '"';
  while (!text.empty()) {
    const uint32_t length = Utf8Length(text);
    const auto first = static_cast<uint8_t>(text[0]);
    if (length == 0) {
      *out_ += kReplacement;
    } else if (first < 0x20 || first == 0x7f || first == '"' || first == '\\') {
      AppendEscape(text[0], out_);
    } else {
      *out_ += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  *out_ += '"';
}

}  // namespace glasswal::diag
