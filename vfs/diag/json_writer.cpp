#include "diag/json_writer.h"

#include <charconv>

#include "port/assert.h"
#include "port/printable.h"

namespace glasswal::diag {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD.

/// The escape of a character that is not printable, of the quote or of the backslash.
void AppendEscape(uint32_t character, std::string* out) {
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
  *out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) *out += kDigits[character >> shift & 0xf];
}

}  // namespace

std::string CamelCase(std::string_view snake_case) {
  std::string camel;
  bool begins_word = false;
  for (const char character : snake_case) {
    if (character != '_') {
      const bool is_raised = begins_word && character >= 'a' && character <= 'z';
      camel += is_raised ? static_cast<char>(character - 'a' + 'A') : character;
    }
    begins_word = character == '_';
  }
  return camel;
}

void JsonWriter::Key(std::string_view name) {
  GLASSWAL_ASSERT(needs_comma_ || out_->ends_with('{'),
                  "a name begins an object, or follows a value");
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

void JsonWriter::Quotient(uint64_t value, uint64_t power_of_ten) {
  Number(value / power_of_ten);
  // One digit more, which the point takes the place of, keeps the zeros behind it.
  std::string fraction = std::to_string(power_of_ten + value % power_of_ten);
  fraction[0] = '.';
  *out_ += fraction;
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
    const auto [code, size_bytes] = port::FirstCharacter(text);
    if (size_bytes == 0) {
      *out_ += kReplacement;
    } else if (!port::IsPrintable(code) || code == '"' || code == '\\') {
      AppendEscape(code, out_);
    } else {
      *out_ += text.substr(0, size_bytes);
    }
    text.remove_prefix(size_bytes == 0 ? 1 : size_bytes);
  }
  *out_ += '"';
}

}  // namespace glasswal::diag
